/* What a pass over arrays is asked and answers. The passes themselves are compiled once for each instruction set. */
#ifndef BN_PASSES_H
#define BN_PASSES_H

#include <stdint.h>

#include "walk/arrays.h"
#include "walk/rows.h"

/* One value a feature each, (D,). */
typedef struct {
    double *mean, *var, *rest, *scale, *factor, *gamma, *beta, *dbeta, *dgamma;
} Features;

typedef struct {
    double eps;
    int beside;    /* epsilon beside the deviation instead of under the root */
    int constant;  /* the statistics are constants: they do not move with x */
    int threads;
    int centred;   /* of rows: a mean is subtracted */
} Rule;

enum { ORDINARY = 0, ODD = 1, OVERFLOWED = 2, NO_MEMORY = 4, UNSERVED = 8 };

/* Each returns one of these. ODD: a number of a feature is one that the NumPy reference looks at closer.
 * OVERFLOWED: a result did not fit in its dtype, of which NumPy warns. UNSERVED: arrays that no pass takes. */
typedef struct {
    const char *name;
    int (*moments)(const Arrays *x, const Features *, const Rule *);        /* x                -> mean, rest, var */
    int (*normalize)(const Arrays *y_x, const Features *, const Rule *);    /* y, x and factors -> y */
    int (*forward)(const Arrays *y_x, const Features *, const Rule *);      /* y, x             -> all of it */
    int (*backward)(const Arrays *dx_dy_x, const Features *, const Rule *); /* dx, dy, x        -> dx, dgamma, dbeta */
    int (*forward_rows)(const Rows *y_x, const OfRows *, const Rule *);
    int (*backward_rows)(const Rows *dx_dy_x, const OfRows *, const Rule *);
    /* x side by side and a grid (4, D): centre, 1 / unit, low, high -> counts (D, width), low and high */
    int (*cells)(const Arrays *x, double *grid, int bits, uint32_t *counts, ptrdiff_t width);
    /* numbers of `size` bytes, so many bytes apart -> a row of float64; whether one of them is not finite */
    int (*parameter)(double *row, const char *from, ptrdiff_t stride, int size, ptrdiff_t count);
} Passes;

double kept(void); /* bytes of arrays up to which results are left in the caches */

extern const Passes baseline_passes;
#if defined(__x86_64__)
extern const Passes avx2_passes, avx512_passes;
#endif

#endif
