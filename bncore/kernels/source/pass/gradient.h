/* dx of dy and x, as _dx in bncore/gradient.py, with what does not depend on dy and x put together:
 *
 *     dx = slope (dy - mean_path - variance_path x_hat) = slope * dy + (x - mean) * along + shift
 *     along = -slope variance_path / s        shift = -slope mean_path - rest * along
 */
ALWAYS void OF(gradient_at)(const T *dy, ptrdiff_t by, const T *x, ptrdiff_t stride, T *dx, ptrdiff_t to,
                            ptrdiff_t next, const int rows, ptrdiff_t lane, const ptrdiff_t lanes, const int ahead,
                            const double *means, const double *slopes, const double *alongs, const double *shifts) {
    const Vector mean = some(means + lane, lanes), slope = some(slopes + lane, lanes);
    const Vector along = some(alongs + lane, lanes), shift = some(shifts + lane, lanes);
    for (int r = 0; r < rows; r++) {
        const Vector direct = FUSED(OF(load)(dy + r * by + lane, lanes, ahead), slope, shift);
        const Vector apart = OF(load)(x + r * stride + lane, lanes, ahead) - mean;
        if (ahead) __builtin_prefetch((const char *)(dx + r * to + lane) + next, 1);
        OF(store)(dx + r * to + lane, FUSED(apart, along, direct), lanes);
    }
}

static void OF(gradient_rows)(const T *dy, ptrdiff_t by, const T *x, ptrdiff_t stride, T *dx, ptrdiff_t to,
                              ptrdiff_t next, ptrdiff_t rows, ptrdiff_t lanes, int ahead, const double *const *of) {
    const double *means = of[0], *slopes = of[1], *alongs = of[2], *shifts = of[3];
#define AT(row, count, lane, lanes, more)                                                                           \
    OF(gradient_at)(dy + (row) * by, by, x + (row) * stride, stride, dx + (row) * to, to, next, count, lane, lanes, \
                    more, means, slopes, alongs, shifts)
    EACH_WRITTEN(ahead, rows, lanes, AT);
#undef AT
}

/* One part of a panel, from its last tile on, which a cache may still hold of the sums; `values` are the mean, the
 * slope, along and the shift, (D,) each. */
static void OF(gradient)(const Plan *plan, const Arrays *arrays, ptrdiff_t panel, ptrdiff_t part,
                         const double *const *values, int streamed) {
    Workspace *own = workspace();
    const ptrdiff_t begin = first_tile(plan, part), end = first_tile(plan, part + 1);
    const double *of[4];
    for (ptrdiff_t number = end - 1; number >= begin; number--) {
        Tile tile = tile_of(plan, arrays, panel, number);
        if (number == end - 1)
            for (int i = 0; i < 4; i++) of[i] = spread(plan, &tile, values[i] + tile.feature, own->lanes[i]);
        ptrdiff_t by, stride;
        const T *dy = OF(read)(plan, arrays, 1, &tile, (T *)own->copies[1], &by);
        const T *x = OF(read)(plan, arrays, 2, &tile, (T *)own->copies[2], &stride);
        Written written = OF(opened)(plan, arrays, &tile, own, streamed);
        for (ptrdiff_t row = 0; row < tile.full; row += written.rows) {
            ptrdiff_t rows = least(written.rows, tile.full - row);
            OF(gradient_rows)(dy + row * by, by, x + row * stride, stride, OF(room)(&written, row), written.stride,
                              written.next, rows, tile.lanes, plan->ahead, of);
            OF(close_rows)(&written, row, rows, tile.lanes);
        }
        if (tile.tail) {
            OF(gradient_rows)(dy + tile.full * by, by, x + tile.full * stride, stride, OF(room)(&written, tile.full),
                              written.stride, 0, 1, tile.tail, 0, of);
            OF(close_rows)(&written, tile.full, 1, tile.tail);
        }
        OF(closed)(&written, arrays, &tile);
    }
}
