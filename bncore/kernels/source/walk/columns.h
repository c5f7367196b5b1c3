/* How a small batch of rows side by side is walked: a line of the cache of features at a time, down all rows. For few
 * numbers a feature, each array of features that is written and read again is as much work as they are. */
#ifndef BN_COLUMNS_H
#define BN_COLUMNS_H

/* Vectors of a line, as many as have room in registers beside their sums: SSE2 takes half of a line of float32. */
#define ABREAST (LINE / (int)sizeof(T) / WIDTH < 4 ? LINE / (int)sizeof(T) / WIDTH : 4)
/* A line of what is written or read next comes to the second cache meanwhile: the first has no room for it. */
#define FETCH(line) __builtin_prefetch(line, 0, 2)
#define EACH_VECTOR _Pragma("GCC unroll 4") for (int v = 0; v < vectors; v++)

/* AT(lane, vectors, lanes) of all features: a line of what is written at once, `head` features being before the first.
 * Those, and the last ones, are a line's worth that reaches into the next or the one before, and what is done twice is
 * the same. Fewer features than a line has, vector by vector. */
#define EACH_LINE(head, features, AT)                                                          \
    do {                                                                                       \
        const ptrdiff_t line_ = ABREAST * WIDTH, head_ = (head) % line_;                       \
        ptrdiff_t lane_ = 0;                                                                   \
        if (head_ && (features) > line_) {                                                     \
            AT(0, ABREAST, WIDTH);                                                             \
            lane_ = head_;                                                                     \
        }                                                                                      \
        for (; lane_ + line_ <= (features); lane_ += line_) AT(lane_, ABREAST, WIDTH);         \
        if (lane_ < (features) && (features) > line_) AT((features) - line_, ABREAST, WIDTH);  \
        else if (lane_ < (features)) EACH_TWICE(0, 1, features, AT_VECTOR, AT);                \
    } while (0)
#define AT_VECTOR(row, rows, lane, lanes, AT) AT(lane, 1, lanes)

/* Numbers of `size` bytes before the first whole line of rows that begin `apart` numbers one after the other; none
 * where rows begin at different places of a line, or where a batch is so small that a line more costs what it saves. */
static ptrdiff_t head_of(const void *at, ptrdiff_t apart, const Tile *tile, ptrdiff_t size) {
    const int alike = apart * size % LINE == 0, pays = tile->rows >= 32 && tile->features * size >= 8 * LINE;
    return alike && pays ? (ptrdiff_t)(-(uintptr_t)at & (LINE - 1)) / size : 0;
}

/* of_first, of_second <- the sums over all rows of the two numbers that AT(row, vector, first, second) gives; those of
 * ROWS rows are formed first. The lines of `next`, `apart` numbers from row to row, are written next. */
#define EACH_SUM(rows, next, apart, of_first, of_second, AT)                                            \
    do {                                                                                                \
        EACH_VECTOR of_first[v] = of_second[v] = (Vector){0};                                           \
        for (ptrdiff_t row_ = 0; row_ < (rows);) {                                                      \
            Vector first_[ABREAST], second_[ABREAST];                                                   \
            EACH_VECTOR first_[v] = second_[v] = (Vector){0};                                           \
            for (const ptrdiff_t end_ = least(rows, row_ + ROWS); row_ < end_; row_++) {                \
                FETCH((next) + row_ * (apart));                                                         \
                EACH_VECTOR AT(row_, v, first_[v], second_[v]);                                         \
            }                                                                                           \
            EACH_VECTOR of_first[v] += first_[v], of_second[v] += second_[v];                           \
        }                                                                                               \
    } while (0)

typedef struct {
    Vector mean, rest, var;
} Moments;

/* Keeps the moments of features from `d` on; the lanes whose variance is odd. */
ALWAYS Mask keep_moments(const Features *features, ptrdiff_t d, const ptrdiff_t lanes, const Moments *of) {
    keep(features->mean + d, of->mean, lanes), keep(features->rest + d, of->rest, lanes);
    keep(features->var + d, of->var, lanes);
    return (Mask)first_lanes((Vector)((Mask)(of->var < LEAST) | infinite(of->var)), lanes);
}

#endif
