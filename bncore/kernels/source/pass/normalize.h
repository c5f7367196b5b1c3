/* y of x, as normalized in bncore/exact/careful.py, with what does not depend on x put together:
 *
 *     y = (x - mean) * factor + shift        factor = gamma / s        shift = beta - rest * factor
 */
ALWAYS void OF(normalize_at)(const T *x, ptrdiff_t stride, T *y, ptrdiff_t to, ptrdiff_t next, const int rows,
                             ptrdiff_t lane, const ptrdiff_t lanes, const int ahead, const double *means,
                             const double *factors, const double *shifts) {
    const Vector mean = some(means + lane, lanes), factor = some(factors + lane, lanes);
    const Vector shift = some(shifts + lane, lanes);
    for (int r = 0; r < rows; r++) {
        const Vector apart = OF(load)(x + r * stride + lane, lanes, ahead) - mean;
        if (ahead) __builtin_prefetch((const char *)(y + r * to + lane) + next, 1);
        OF(store)(y + r * to + lane, FUSED(apart, factor, shift), lanes);
    }
}

static void OF(normalize_rows)(const T *x, ptrdiff_t stride, T *y, ptrdiff_t to, ptrdiff_t next, ptrdiff_t rows,
                               ptrdiff_t lanes, int ahead, const double *const *of) {
    const double *means = of[0], *factors = of[1], *shifts = of[2];
#define AT(row, count, lane, lanes, more)                                                                      \
    OF(normalize_at)(x + (row) * stride, stride, y + (row) * to, to, next, count, lane, lanes, more, means, factors, \
                     shifts)
    EACH_WRITTEN(ahead, rows, lanes, AT);
#undef AT
}

/* One part of a panel, from its last tile on, which a cache may still hold of the moments; `values` are the mean, the
 * factor and the shift, (D,) each. */
static void OF(normalize)(const Plan *plan, const Arrays *arrays, ptrdiff_t panel, ptrdiff_t part,
                          const double *const *values, int streamed) {
    Workspace *own = workspace();
    const ptrdiff_t begin = first_tile(plan, part), end = first_tile(plan, part + 1);
    const double *of[3];
    for (ptrdiff_t number = end - 1; number >= begin; number--) {
        Tile tile = tile_of(plan, arrays, panel, number);
        if (number == end - 1)
            for (int i = 0; i < 3; i++) of[i] = spread(plan, &tile, values[i] + tile.feature, own->lanes[i]);
        ptrdiff_t stride;
        const T *x = OF(read)(plan, arrays, 1, &tile, (T *)own->copies[1], &stride);
        Written written = OF(opened)(plan, arrays, &tile, own, streamed);
        for (ptrdiff_t row = 0; row < tile.full; row += written.rows) {
            ptrdiff_t rows = least(written.rows, tile.full - row);
            OF(normalize_rows)(x + row * stride, stride, OF(room)(&written, row), written.stride,
                               written.next, rows, tile.lanes, plan->ahead, of);
            OF(close_rows)(&written, row, rows, tile.lanes);
        }
        if (tile.tail) {
            OF(normalize_rows)(x + tile.full * stride, stride, OF(room)(&written, tile.full), written.stride,
                               0, 1, tile.tail, 0, of);
            OF(close_rows)(&written, tile.full, 1, tile.tail);
        }
        OF(closed)(&written, arrays, &tile);
    }
}
