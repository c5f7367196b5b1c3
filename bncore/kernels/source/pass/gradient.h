/* dx of dy and x, as _dx in bncore/gradient.py:
 *
 *     dx = slope (dy - mean_path - variance_path x_hat)         x_hat = ((x - mean) - rest) * factor
 */
static inline double OF(pull)(double dy, double x, double mean, double rest, double factor, double of_mean,
                              double of_variance, double slope) {
    return (((x - mean) - rest) * factor * -of_variance + dy - of_mean) * slope;
}

static void OF(gradient_rows)(const T *dy, ptrdiff_t by, const T *x, ptrdiff_t stride, T *dx, ptrdiff_t to,
                              ptrdiff_t rows, ptrdiff_t lanes, double (*restrict of)[ROOM]) {
    const double *mean = of[0], *rest = of[1], *factor = of[2], *of_mean = of[3], *of_variance = of[4], *slope = of[5];
    ptrdiff_t row = 0;
    for (; row + 2 <= rows; row += 2, x += 2 * stride, dy += 2 * by, dx += 2 * to) {
        const T *a = x, *b = a + stride, *p = dy, *q = p + by;
        T *restrict s = dx, *restrict t = s + to;
#pragma GCC ivdep
        for (ptrdiff_t l = 0; l < lanes; l++) {
            double m = mean[l], r = rest[l], f = factor[l], g = of_mean[l], v = of_variance[l], k = slope[l];
            s[l] = (T)OF(pull)(p[l], a[l], m, r, f, g, v, k);
            t[l] = (T)OF(pull)(q[l], b[l], m, r, f, g, v, k);
        }
    }
    for (; row < rows; row++, x += stride, dy += by, dx += to) {
#pragma GCC ivdep
        for (ptrdiff_t l = 0; l < lanes; l++)
            dx[l] = (T)OF(pull)(dy[l], x[l], mean[l], rest[l], factor[l], of_mean[l], of_variance[l], slope[l]);
    }
}

/* One part of a panel; `paths` are the mean's, the variance's and the slope, (D,) each. */
static void OF(gradient)(const Plan *plan, const Arrays *arrays, ptrdiff_t panel, ptrdiff_t part,
                         const Features *features, double *const *paths, int streamed) {
    Workspace *own = workspace();
    const double *values[] = {features->mean, features->rest, features->factor, paths[0], paths[1], paths[2]};
    for (ptrdiff_t number = first_tile(plan, part); number < first_tile(plan, part + 1); number++) {
        Tile tile = tile_of(plan, arrays, panel, number);
        if (number == first_tile(plan, part))
            for (int i = 0; i < 6; i++) expand(plan, &tile, values[i] + tile.feature, own->lanes[i]);
        ptrdiff_t by, stride;
        const T *dy = OF(read)(plan, arrays, 1, &tile, (T *)own->copies[1], &by);
        const T *x = OF(read)(plan, arrays, 2, &tile, (T *)own->copies[2], &stride);
        Written written = OF(opened)(plan, arrays, &tile, own, streamed);
        for (ptrdiff_t row = 0; row < tile.full; row += written.rows) {
            ptrdiff_t rows = least(written.rows, tile.full - row);
            OF(gradient_rows)(dy + row * by, by, x + row * stride, stride, OF(room)(&written, row), written.stride,
                              rows, tile.lanes, own->lanes);
            OF(close_rows)(&written, row, rows, tile.lanes);
        }
        if (tile.tail) {
            OF(gradient_rows)(dy + tile.full * by, by, x + tile.full * stride, stride, OF(room)(&written, tile.full),
                              written.stride, 1, tile.tail, own->lanes);
            OF(close_rows)(&written, tile.full, 1, tile.tail);
        }
        OF(closed)(&written, arrays, &tile);
    }
}
