/* Moments of tiles and parts put together. Chan, Golub & LeVeque 1983, equation 2.1. */
#ifndef BN_MERGE_H
#define BN_MERGE_H

/* fl(a + b) and its rounding error, exactly (Knuth, TAOCP 2, section 4.2.2, theorem B). */
static double two_sum(double a, double b, double *rest) {
    double total = a + b, of_b = total - a;
    *rest = (a - (total - of_b)) + (b - of_b);
    return total;
}

/* count, mean, squares <- those with a tile's. Its numbers are taken relative to `near`, what they add up to is its
 * rest; the means are relative to `first`. */
static void merge_tile(const Tile *tile, const double *restrict first, const double *restrict near,
                       const double *restrict own_rest, const double *restrict own_squares, double *count,
                       double *restrict mean, double *restrict squares) {
    double n = (double)tile->count, before = *count, all = before + n, share = n / all, between = before * share;
    const double each = 1 / n; /* a division is eight products */
    for (ptrdiff_t d = 0; d < tile->features; d++) {
        double below, own = two_sum(near[d], -first[d], &below), correction = own_rest[d] * each;
        double square = own_squares[d] - own_rest[d] * correction;
        square = square < 0 ? 0 : square; /* NaN stays */
        own += below + correction;
        double apart = own - (before ? mean[d] : own);
        mean[d] = before ? mean[d] + apart * share : own;
        squares[d] = before ? squares[d] + (square + apart * apart * between) : square;
    }
    *count = all;
}

/* Mean relative to `first` and variance of `features` features of all parts; as _merged in bncore/statistics.py. A part
 * is `width` features wide. */
static void merge_parts(ptrdiff_t parts, ptrdiff_t width, ptrdiff_t features, const double *counts, const double *means,
                        const double *squares, double *restrict mean, double *restrict var) {
    if (parts == 1) {
        const double each = 1 / counts[0];
        for (ptrdiff_t d = 0; d < features; d++) mean[d] = means[d], var[d] = squares[d] * each;
        return;
    }
    double count = 0, rough[WIDEST] = {0}, rest[WIDEST] = {0}, between[WIDEST] = {0};
    for (ptrdiff_t p = 0; p < parts; p++) {
        count += counts[p];
        for (ptrdiff_t d = 0; d < features; d++) rough[d] += counts[p] * means[p * width + d];
    }
    for (ptrdiff_t d = 0; d < features; d++) rough[d] /= count, var[d] = 0;
    for (ptrdiff_t p = 0; p < parts; p++)
        for (ptrdiff_t d = 0; d < features; d++) rest[d] += counts[p] * (means[p * width + d] - rough[d]);
    for (ptrdiff_t d = 0; d < features; d++) rough[d] += rest[d] / count;
    for (ptrdiff_t p = 0; p < parts; p++)
        for (ptrdiff_t d = 0; d < features; d++) {
            double apart = means[p * width + d] - rough[d];
            var[d] += squares[p * width + d], between[d] += counts[p] * (apart * apart);
        }
    for (ptrdiff_t d = 0; d < features; d++) mean[d] = rough[d], var[d] = (var[d] + between[d]) / count;
}

#endif
