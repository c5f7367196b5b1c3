/* sum dy and sum dy (x - mean) of each feature, in float64; of which _sums in bncore/gradient.py are
 *
 *     dbeta = sum dy        dgamma = (sum dy (x - mean) - rest dbeta) factor
 */
ALWAYS void OF(sum_at)(const T *dy, ptrdiff_t by, const T *x, ptrdiff_t stride, const int rows, ptrdiff_t lane,
                       const ptrdiff_t lanes, const int ahead, const double *means, double *of_dy, double *of_both) {
    const Vector mean = some(means + lane, lanes);
    Vector plain[ROWS], apart[ROWS];
    _Pragma("GCC unroll 8") for (int r = 0; r < rows; r++) {
        plain[r] = OF(load)(dy + r * by + lane, lanes, ahead);
        apart[r] = OF(load)(x + r * stride + lane, lanes, ahead) - mean;
    }
#define PLAIN(r) plain[r]
    add(of_dy + lane, TOTAL(PLAIN, rows), lanes);
    add(of_both + lane, products(plain, apart, rows), lanes);
#undef PLAIN
}

static void OF(sum_rows)(const T *dy, ptrdiff_t by, const T *x, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t lanes,
                         int ahead, const double *means, double *of_dy, double *of_both) {
#define AT(row, count, lane, lanes, more) \
    OF(sum_at)(dy + (row) * by, by, x + (row) * stride, stride, count, lane, lanes, more, means, of_dy, of_both)
    EACH(ahead, rows, ROWS, lanes, AT);
#undef AT
}

/* The sums of one part of a panel, (panel,) each. */
static void OF(sums)(const Plan *plan, const Arrays *arrays, ptrdiff_t panel, ptrdiff_t part, const double *mean,
                     double *plain, double *along) {
    Workspace *own = workspace();
    double *of_dy = own->lanes[1], *of_both = own->lanes[2], *sum = own->lanes[3];
    const double *means = NULL;
    for (ptrdiff_t number = first_tile(plan, part), begin = number; number < first_tile(plan, part + 1); number++) {
        Tile tile = tile_of(plan, arrays, panel, number);
        if (number == begin) means = spread(plan, &tile, mean + tile.feature, own->lanes[0]);
        ptrdiff_t by, stride;
        const T *dy = OF(read)(plan, arrays, 1, &tile, (T *)own->copies[1], &by);
        const T *x = OF(read)(plan, arrays, 2, &tile, (T *)own->copies[2], &stride);
        memset(of_dy, 0, tile.lanes * sizeof(double));
        memset(of_both, 0, tile.lanes * sizeof(double));
        OF(sum_rows)(dy, by, x, stride, tile.full, tile.lanes, plan->ahead, means, of_dy, of_both);
        OF(sum_rows)(dy + tile.full * by, by, x + tile.full * stride, stride, 1, tile.tail, 0, means, of_dy, of_both);
        gather(plan, &tile, of_dy, sum);
        for (ptrdiff_t d = 0; d < tile.features; d++) plain[d] = number == begin ? sum[d] : plain[d] + sum[d];
        gather(plan, &tile, of_both, sum);
        for (ptrdiff_t d = 0; d < tile.features; d++) along[d] = number == begin ? sum[d] : along[d] + sum[d];
    }
}
