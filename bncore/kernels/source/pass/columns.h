/* The statistics of a small batch of rows side by side: a vector of features at a time, down all rows, so that sums and
 * what is made of them stay in registers; for so few numbers a feature, each array of features that is written and
 * read again is as much work. The steps are those of moments.h, merge.h and sums.h, of one tile and one part. */

/* The mean of the first ROWS numbers of each feature. */
ALWAYS Vector OF(near_at)(const T *x, ptrdiff_t stride, ptrdiff_t rows, const ptrdiff_t lanes, const Vector from) {
#define APART(r) (OF(load)(x + (r) * stride, lanes, 0) - from)
    if (rows >= ROWS) return from + TOTAL(APART, ROWS) * (1.0 / ROWS);
    Vector sum = APART(0);
    for (ptrdiff_t row = 1; row < rows; row++) sum += APART(row);
    return from + sum / (double)rows;
#undef APART
}

/* mean, rest and variance of the features of a vector. */
ALWAYS void OF(column_moments_at)(const T *x, ptrdiff_t stride, ptrdiff_t rows, const ptrdiff_t lanes, double *mean,
                                  double *left, double *var) {
    const Vector from = sizeof(T) == sizeof(double) ? OF(load)(x, lanes, 0) : (Vector){0};
    const Vector near = OF(near_at)(x, stride, rows, lanes, from);
    const double each = 1 / (double)rows;
    Vector rest = {0}, squares = {0}, below;
    ptrdiff_t row = 0;
    for (; row + ROWS <= rows; row += ROWS) {
        Vector apart[ROWS];
        _Pragma("GCC unroll 8") for (int r = 0; r < ROWS; r++)
            apart[r] = OF(load)(x + (row + r) * stride, lanes, 0) - near;
#define APART(r) apart[r]
        rest += TOTAL(APART, ROWS);
#undef APART
        squares += products(apart, apart, ROWS);
    }
    for (; row < rows; row++) {
        const Vector apart = OF(load)(x + row * stride, lanes, 0) - near;
        rest += apart, squares += apart * apart;
    }
    const Vector correction = rest * each, square = squares - rest * correction;
    keep(mean, added(near, correction, &below), lanes), keep(left, below, lanes);
    keep(var, (Vector)((Mask)square & ~(Mask)(square < 0)) * each, lanes); /* NaN stays */
}

/* Those of a panel; whether a variance is odd. */
static int64_t OF(column_moments)(const Plan *plan, const Arrays *arrays, int operand, ptrdiff_t panel, double *mean,
                                  double *rest, double *var) {
    Workspace *own = workspace();
    Tile tile = tile_of(plan, arrays, panel, 0);
    ptrdiff_t stride;
    const T *x = OF(read)(plan, arrays, operand, &tile, (T *)own->copies[operand], &stride);
    int64_t odd = 0;
#define AT(row, count, lane, lanes, more) \
    OF(column_moments_at)(x + lane, stride, tile.rows, lanes, mean + lane, rest + lane, var + lane)
    EACH_TWICE(0, 1, tile.features, AT, 0);
#undef AT
    for (ptrdiff_t d = 0; d < tile.features; d++) odd |= (var[d] < LEAST) | is_infinite(var[d]);
    return odd;
}

ALWAYS void OF(column_sums_at)(const T *dy, ptrdiff_t by, const T *x, ptrdiff_t stride, ptrdiff_t rows,
                               const ptrdiff_t lanes, const double *means, double *of_dy, double *of_both) {
    const Vector mean = some(means, lanes);
    Vector plain = {0}, along = {0};
    ptrdiff_t row = 0;
    for (; row + ROWS <= rows; row += ROWS) {
        Vector given[ROWS], apart[ROWS];
        _Pragma("GCC unroll 8") for (int r = 0; r < ROWS; r++) {
            given[r] = OF(load)(dy + (row + r) * by, lanes, 0);
            apart[r] = OF(load)(x + (row + r) * stride, lanes, 0) - mean;
        }
#define GIVEN(r) given[r]
        plain += TOTAL(GIVEN, ROWS);
#undef GIVEN
        along += products(given, apart, ROWS);
    }
    for (; row < rows; row++) {
        const Vector given = OF(load)(dy + row * by, lanes, 0);
        plain += given, along += given * (OF(load)(x + row * stride, lanes, 0) - mean);
    }
    keep(of_dy, plain, lanes), keep(of_both, along, lanes);
}

/* sum dy and sum dy (x - mean) of a panel. */
static void OF(column_sums)(const Plan *plan, const Arrays *arrays, ptrdiff_t panel, const double *mean, double *plain,
                            double *along) {
    Workspace *own = workspace();
    Tile tile = tile_of(plan, arrays, panel, 0);
    ptrdiff_t by, stride;
    const T *dy = OF(read)(plan, arrays, 1, &tile, (T *)own->copies[1], &by);
    const T *x = OF(read)(plan, arrays, 2, &tile, (T *)own->copies[2], &stride);
#define AT(row, count, lane, lanes, more) \
    OF(column_sums_at)(dy + lane, by, x + lane, stride, tile.rows, lanes, mean + lane, plain + lane, along + lane)
    EACH_TWICE(0, 1, tile.features, AT, 0);
#undef AT
}
