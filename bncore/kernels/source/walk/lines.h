/* What results are made of beside the numbers, of some features; whether one of them is odd. As loops over arrays that
 * do not overlap, and without branches, so that the compiler makes vectors of them: a small batch is mostly this. */
#ifndef BN_LINES_H
#define BN_LINES_H

static int64_t is_infinite(double number) { return !(fabs(number) <= DBL_MAX); } /* or no number */
static int64_t is_small(double number) { return fabs(number) < SMALL; }

/* gamma or beta, as a row of float64 (passes.h) */
static int parameter_row(double *restrict row, const char *restrict from, ptrdiff_t stride, int size, ptrdiff_t count) {
    int64_t odd = 0;
    if (size == sizeof(double) && stride == sizeof(double)) memcpy(row, from, count * sizeof *row);
    else
        for (ptrdiff_t d = 0; d < count; d++, from += stride)
            row[d] = size == sizeof(double) ? *(const double *)from : *(const float *)from;
    for (ptrdiff_t d = 0; d < count; d++) odd |= is_infinite(row[d]);
    return odd != 0;
}

/* factor and shift of y (pass/normalize.h) */
static int64_t lines_of_y(ptrdiff_t count, const double *restrict rest, const double *restrict reciprocal,
                          const double *restrict gamma, const double *restrict beta, double *restrict factor,
                          double *restrict shift) {
    int64_t odd = 0;
    for (ptrdiff_t d = 0; d < count; d++) {
        factor[d] = reciprocal[d] * gamma[d];
        shift[d] = beta[d] - rest[d] * factor[d];
        odd |= is_infinite(factor[d]) | is_infinite(shift[d]);
        odd |= is_small(factor[d]) & (gamma[d] != 0) & (reciprocal[d] != 0);
    }
    return odd;
}

/* slope, along, which holds c0, and shift of dx (pass/gradient.h); `share` is 1 / N, or 0 where there are no paths */
static int64_t lines_of_dx(ptrdiff_t count, double share, const double *restrict rest,
                           const double *restrict reciprocal, const double *restrict gamma,
                           const double *restrict dbeta, const double *restrict dgamma, double *restrict slope,
                           double *restrict along, double *restrict shift) {
    int64_t odd = 0;
    for (ptrdiff_t d = 0; d < count; d++) {
        const double variance_path = along[d] * dgamma[d] * share;
        slope[d] = gamma[d] * reciprocal[d];
        along[d] = -slope[d] * variance_path * reciprocal[d];
        shift[d] = -slope[d] * (dbeta[d] * share) - rest[d] * along[d];
        odd |= is_infinite(slope[d]) | is_infinite(along[d]) | is_infinite(shift[d]);
        odd |= is_small(slope[d]) & (gamma[d] != 0) & (reciprocal[d] != 0);
        odd |= is_small(along[d]) & (slope[d] != 0) & (variance_path != 0);
    }
    return odd;
}

#endif
