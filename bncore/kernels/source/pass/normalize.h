/* y of x, as _normalize in bncore/batch_norm.py:
 *
 *     x_hat = ((x - mean) - rest) * factor        y = x_hat * gamma + beta
 */
static inline double OF(line)(double x, double mean, double rest, double factor, double gamma, double beta) {
    return ((x - mean) - rest) * factor * gamma + beta;
}

static void OF(normalize_rows)(const T *x, ptrdiff_t stride, T *y, ptrdiff_t to, ptrdiff_t rows, ptrdiff_t lanes,
                               double (*restrict of)[ROOM]) {
    const double *mean = of[0], *rest = of[1], *factor = of[2], *gamma = of[3], *beta = of[4];
    ptrdiff_t row = 0;
    for (; row + 4 <= rows; row += 4, x += 4 * stride, y += 4 * to) {
        const T *a = x, *b = a + stride, *c = b + stride, *d = c + stride;
        T *restrict s = y, *restrict t = s + to, *restrict u = t + to, *restrict v = u + to;
#pragma GCC ivdep
        for (ptrdiff_t l = 0; l < lanes; l++) {
            double m = mean[l], r = rest[l], f = factor[l], g = gamma[l], e = beta[l];
            s[l] = (T)OF(line)(a[l], m, r, f, g, e);
            t[l] = (T)OF(line)(b[l], m, r, f, g, e);
            u[l] = (T)OF(line)(c[l], m, r, f, g, e);
            v[l] = (T)OF(line)(d[l], m, r, f, g, e);
        }
    }
    for (; row < rows; row++, x += stride, y += to) {
#pragma GCC ivdep
        for (ptrdiff_t l = 0; l < lanes; l++) y[l] = (T)OF(line)(x[l], mean[l], rest[l], factor[l], gamma[l], beta[l]);
    }
}

/* One part of a panel. */
static void OF(normalize)(const Plan *plan, const Arrays *arrays, ptrdiff_t panel, ptrdiff_t part,
                          const Features *features, int streamed) {
    Workspace *own = workspace();
    const double *values[] = {features->mean, features->rest, features->factor, features->gamma, features->beta};
    for (ptrdiff_t number = first_tile(plan, part); number < first_tile(plan, part + 1); number++) {
        Tile tile = tile_of(plan, arrays, panel, number);
        if (number == first_tile(plan, part))
            for (int i = 0; i < 5; i++) expand(plan, &tile, values[i] + tile.feature, own->lanes[i]);
        ptrdiff_t stride;
        const T *x = OF(read)(plan, arrays, 1, &tile, (T *)own->copies[1], &stride);
        Written written = OF(opened)(plan, arrays, &tile, own, streamed);
        for (ptrdiff_t row = 0; row < tile.full; row += written.rows) {
            ptrdiff_t rows = least(written.rows, tile.full - row);
            OF(normalize_rows)(x + row * stride, stride, OF(room)(&written, row), written.stride, rows, tile.lanes,
                               own->lanes);
            OF(close_rows)(&written, row, rows, tile.lanes);
        }
        if (tile.tail) {
            OF(normalize_rows)(x + tile.full * stride, stride, OF(room)(&written, tile.full), written.stride, 1,
                               tile.tail, own->lanes);
            OF(close_rows)(&written, tile.full, 1, tile.tail);
        }
        OF(closed)(&written, arrays, &tile);
    }
}
