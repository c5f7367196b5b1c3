/* How many numbers of each feature lie in each cell of its grid, and the smallest and the largest number, as
 * bncore/stream/grid.py counts them:
 *
 *     t = (x - centre) by        cell = the leading bits of 1 + |t|, from 0 upwards, from -1 downwards where t < 0
 *
 * The numbers lie side by side: rows × features × positions. Lanes are features, of several rows where features are
 * few, or positions; their cells are told in one go, and then counted one by one.
 */
#define AT_ONCE 256
#define ENDS 16

ALWAYS void OF(cells_at)(const T *x, const T *centre, const T *by, const int64_t *offset, int64_t *cell,
                         const ptrdiff_t lanes, const int each, const int shift, const int32_t zero) {
    for (ptrdiff_t l = 0; l < lanes; l++) {
        const float t = (float)((x[l] - centre[each ? l : 0]) * by[each ? l : 0]);
        int32_t bits;
        memcpy(&bits, &t, sizeof bits);
        const int32_t sign = bits >> 31;
        float size = fabsf(t);
        size = (size < LAST_CELL ? size : LAST_CELL) + 1.0f; /* a NaN too */
        memcpy(&bits, &size, sizeof bits);
        cell[l] = offset[each ? l : 0] + (((bits >> shift) - zero) ^ sign);
    }
}

ALWAYS void OF(ends_at)(const T *x, T *low, T *high, const ptrdiff_t lanes) {
    for (ptrdiff_t l = 0; l < lanes; l++) {
        low[l] = x[l] < low[l] ? x[l] : low[l];
        high[l] = x[l] > high[l] ? x[l] : high[l];
    }
}

static void OF(counted)(const T *x, const T *centre, const T *by, const int64_t *offset, T *low, T *high,
                        ptrdiff_t lanes, int each, int bits, int64_t *counts) {
    int64_t cell[AT_ONCE];
    for (ptrdiff_t l = 0; l < lanes; l += AT_ONCE) {
        const ptrdiff_t some = lanes - l < AT_ONCE ? lanes - l : AT_ONCE, own = each ? l : 0;
        OF(cells_at)(x + l, centre + own, by + own, offset + own, cell, some, each, 23 - bits, 127 << bits);
        if (each) OF(ends_at)(x + l, low + l, high + l, some);
        ptrdiff_t end = each ? some : 0;
        for (; end + ENDS <= some; end += ENDS) OF(ends_at)(x + l + end, low, high, ENDS);
        if (end < some) OF(ends_at)(x + l + end, low, high, some - end);
        for (ptrdiff_t i = 0; i < some; i++) counts[cell[i]]++;
    }
}

/* low and high hold a number of each feature before. */
static int OF(cells)(const Arrays *arrays, double *centre, double *by, double *low, double *high, int bits,
                     int64_t *counts, ptrdiff_t width) {
    const ptrdiff_t features = arrays->features, positions = arrays->positions.count, rows = arrays->rows.count;
    const int each = positions == 1;
    const ptrdiff_t fold = each && features < AT_ONCE ? AT_ONCE / features : 1, lanes = each ? fold * features : ENDS;
    T *room = malloc((2 * (each ? lanes : 1) + 2 * lanes) * sizeof *room);
    int64_t *offset = malloc((each ? lanes : 1) * sizeof *offset);
    if (room && offset) {
        T *c = room, *b = c + (each ? lanes : 1), *least = b + (each ? lanes : 1), *most = least + lanes;
        const T *x = (const T *)arrays->data[0];
        for (ptrdiff_t l = 0; each && l < lanes; l++) {
            const ptrdiff_t d = l % features;
            c[l] = (T)centre[d], b[l] = (T)by[d], offset[l] = d * width + width / 2;
            least[l] = (T)low[d], most[l] = (T)high[d];
        }
        for (ptrdiff_t row = 0; each && row < rows; row += fold)
            OF(counted)(x + row * features, c, b, offset, least, most,
                        (rows - row < fold ? rows - row : fold) * features, 1, bits, counts);
        for (ptrdiff_t l = 0; each && l < lanes; l++) {
            const ptrdiff_t d = l % features;
            low[d] = least[l] < low[d] ? least[l] : low[d], high[d] = most[l] > high[d] ? most[l] : high[d];
        }
        for (ptrdiff_t run = 0; !each && run < rows * features; run++) {
            const ptrdiff_t d = run % features;
            *c = (T)centre[d], *b = (T)by[d], *offset = d * width + width / 2;
            for (ptrdiff_t l = 0; l < lanes; l++) least[l] = (T)low[d], most[l] = (T)high[d];
            OF(counted)(x + run * positions, c, b, offset, least, most, positions, 0, bits, counts);
            for (ptrdiff_t l = 0; l < lanes; l++)
                low[d] = least[l] < low[d] ? least[l] : low[d], high[d] = most[l] > high[d] ? most[l] : high[d];
        }
    }
    const int status = room && offset ? ORDINARY : NO_MEMORY;
    free(room), free(offset);
    return status;
}
#undef AT_ONCE
#undef ENDS
