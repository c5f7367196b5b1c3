/* Moments of tiles and parts put together. Chan, Golub & LeVeque 1983, equation 2.1. */
#ifndef BN_MERGE_H
#define BN_MERGE_H

/* count, mean, squares <- those with a tile's, whose mean and sum of squares are corrected by its rest first. */
static void merge_tile(const Tile *tile, double *restrict own_mean, const double *restrict own_rest,
                       double *restrict own_squares, double *count, double *restrict mean, double *restrict squares) {
    double n = (double)tile->count, before = *count, all = before + n, share = n / all, between = before * share;
    for (ptrdiff_t d = 0; d < tile->features; d++) {
        double correction = own_rest[d] / n, square = own_squares[d] - own_rest[d] * correction;
        own_mean[d] += correction;
        own_squares[d] = square < 0 ? 0 : square; /* NaN stays */
    }
    *count = all;
    if (before == 0) {
        memcpy(mean, own_mean, tile->features * sizeof *mean);
        memcpy(squares, own_squares, tile->features * sizeof *squares);
        return;
    }
    for (ptrdiff_t d = 0; d < tile->features; d++) {
        double apart = own_mean[d] - mean[d];
        mean[d] += apart * share;
        squares[d] += own_squares[d] + apart * apart * between;
    }
}

/* Mean relative to `first` and variance of all parts; as _merged in bncore/statistics.py. A part is `width` features
 * wide. */
static void merge_parts(ptrdiff_t parts, ptrdiff_t width, const double *counts, const double *means,
                        const double *squares, ptrdiff_t d, double *mean, double *var) {
    if (parts == 1) {
        *mean = means[d], *var = squares[d] / counts[0];
        return;
    }
    double count = 0, sum = 0, rest = 0, within = 0, between = 0;
    for (ptrdiff_t p = 0; p < parts; p++) count += counts[p], sum += counts[p] * means[p * width + d];
    double rough = sum / count;
    for (ptrdiff_t p = 0; p < parts; p++) rest += counts[p] * (means[p * width + d] - rough);
    rough += rest / count;
    for (ptrdiff_t p = 0; p < parts; p++) {
        double apart = means[p * width + d] - rough;
        within += squares[p * width + d], between += counts[p] * (apart * apart);
    }
    *mean = rough, *var = (within + between) / count;
}

/* fl(a + b) and its rounding error, exactly (Knuth, TAOCP 2, section 4.2.2, theorem B). */
static double two_sum(double a, double b, double *rest) {
    double total = a + b, of_b = total - a;
    *rest = (a - (total - of_b)) + (b - of_b);
    return total;
}

#endif
