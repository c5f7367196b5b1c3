/* sum dy and sum dy x_hat of each feature; as _sums in bncore/gradient.py, with x_hat formed from x in float64. */
static void OF(sum_rows)(const T *dy, ptrdiff_t by, const T *x, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t lanes,
                         double (*restrict of)[ROOM]) {
    const double *mean = of[0], *rest = of[1], *factor = of[2];
    double *dbeta = of[3], *dgamma = of[4];
    ptrdiff_t row = 0;
    for (; row + 4 <= rows; row += 4, x += 4 * stride, dy += 4 * by) {
        const T *a = x, *b = a + stride, *c = b + stride, *d = c + stride;
        const T *p = dy, *q = p + by, *r = q + by, *s = r + by;
#pragma GCC ivdep
        for (ptrdiff_t l = 0; l < lanes; l++) {
            double m = mean[l], e = rest[l], f = factor[l];
            dbeta[l] += ((double)p[l] + q[l]) + ((double)r[l] + s[l]);
            dgamma[l] += (p[l] * ((a[l] - m - e) * f) + q[l] * ((b[l] - m - e) * f)) +
                         (r[l] * ((c[l] - m - e) * f) + s[l] * ((d[l] - m - e) * f));
        }
    }
    for (; row < rows; row++, x += stride, dy += by) {
#pragma GCC ivdep
        for (ptrdiff_t l = 0; l < lanes; l++)
            dbeta[l] += dy[l], dgamma[l] += dy[l] * ((x[l] - mean[l] - rest[l]) * factor[l]);
    }
}

/* The sums of one part of a panel, (panel,) each. */
static void OF(sums)(const Plan *plan, const Arrays *arrays, ptrdiff_t panel, ptrdiff_t part, const Features *features,
                     double *dbeta, double *dgamma) {
    Workspace *own = workspace();
    const double *values[] = {features->mean, features->rest, features->factor};
    double(*of)[ROOM] = own->lanes, *sum = own->lanes[5];
    for (ptrdiff_t number = first_tile(plan, part), begin = number; number < first_tile(plan, part + 1); number++) {
        Tile tile = tile_of(plan, arrays, panel, number);
        if (number == begin)
            for (int i = 0; i < 3; i++) expand(plan, &tile, values[i] + tile.feature, of[i]);
        ptrdiff_t by, stride;
        const T *dy = OF(read)(plan, arrays, 1, &tile, (T *)own->copies[1], &by);
        const T *x = OF(read)(plan, arrays, 2, &tile, (T *)own->copies[2], &stride);
        memset(of[3], 0, tile.lanes * sizeof(double));
        memset(of[4], 0, tile.lanes * sizeof(double));
        OF(sum_rows)(dy, by, x, stride, tile.full, tile.lanes, of);
        OF(sum_rows)(dy + tile.full * by, by, x + tile.full * stride, stride, 1, tile.tail, of);
        gather(plan, &tile, of[3], sum);
        for (ptrdiff_t d = 0; d < tile.features; d++) dbeta[d] = number == begin ? sum[d] : dbeta[d] + sum[d];
        gather(plan, &tile, of[4], sum);
        for (ptrdiff_t d = 0; d < tile.features; d++) dgamma[d] = number == begin ? sum[d] : dgamma[d] + sum[d];
    }
}
