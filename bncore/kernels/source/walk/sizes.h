/* How arrays are cut. The sizes decide the order of sums, and so the digits; their reasons are in plan.h. */
#ifndef BN_SIZES_H
#define BN_SIZES_H

enum {
    WIDEST = 512,   /* lanes of a row */
    SHORT = 128,    /* lanes that short rows are folded to */
    ROWS = 8,       /* whose sum is formed first */
    FEW = 8,        /* numbers a feature up to which dx is formed without cancellation (bncore/gradient.py) */
    BEHIND = 8,     /* lanes behind a row that a vector may reach */
    TILE = 16384,   /* numbers of a tile */
    FLAT = 128,     /* rows of a batch that is taken by its columns, at most, */
    COLUMNS = 8,    /* features, at least, */
    MOST_FLAT = 1 << 17, /* and numbers: results are left in the caches */
    LINE = 64,      /* bytes of a line of the cache */
    KEPT = FLAT * LINE / 4, /* numbers of so many rows of a line */
    IMAGES = 16,    /* rows of a batch that is taken feature by feature, at most, */
    SEEN = 32,      /* positions, at least, */
    MOST_SEEN = 1 << 20, /* and numbers: results are left in the caches */
    AHEAD = 8192,   /* bytes from what is read to what is fetched meanwhile, */
    AGAIN = 2048,   /* and where it is read a second time, for results */
    BESIDE = 1 << 20, /* bytes of arrays that lie in the second cache, */
    BEYOND = 1 << 22, /* and that do not by far */
    PARTS = 64,     /* tasks of a large array, about */
    MOST_SUMS = 1 << 19, /* bytes of the sums of all parts of rows, about */
    LARGE = 1 << 16 /* numbers of an array that is worth more than one part */
};

#endif
