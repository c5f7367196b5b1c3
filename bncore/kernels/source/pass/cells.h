/* How many numbers of each feature lie in each cell of its grid, and the smallest and the largest number, as
 * bncore/stream/grid.py counts them:
 *
 *     t = (x - centre) by        cell = the leading bits of 1 + |t|, from 0 upwards, from -1 downwards where t < 0
 *
 * The numbers lie side by side: rows × features × positions. Lanes are features, of several rows where features are
 * few, or positions; their cells are told in one go, and then counted one by one, two indices a load.
 *
 * A feature's counters are `width` apart, a little more than there are cells: were they a power of two, the busy cells
 * of all features would share a few sets of the first cache, and stores hold up loads that seem to be of their address.
 * Behind the cells of the first feature stand the first cell that is not empty of all features', and that behind the
 * last one.
 */
#define AT_ONCE 256
#define ENDS 64
#define MOST_EACH 4096

ALWAYS void OF(cells_at)(const T *x, const T *centre, const T *by, const uint32_t *offset, uint32_t *cell,
                         const ptrdiff_t lanes, const int each, const int shift, const int32_t zero) {
    for (ptrdiff_t l = 0; l < lanes; l++) {
        const float t = (float)((x[l] - centre[each ? l : 0]) * by[each ? l : 0]);
        int32_t bits;
        memcpy(&bits, &t, sizeof bits);
        const int32_t sign = bits >> 31;
        float size = fabsf(t);
        size = (size < LAST_CELL ? size : LAST_CELL) + 1.0f; /* a NaN too */
        memcpy(&bits, &size, sizeof bits);
        cell[l] = offset[each ? l : 0] + (uint32_t)(((bits >> shift) - zero) ^ sign);
    }
}

ALWAYS void OF(ends_at)(const T *x, T *low, T *high, const ptrdiff_t lanes) {
    for (ptrdiff_t l = 0; l < lanes; l++) {
        low[l] = x[l] < low[l] ? x[l] : low[l];
        high[l] = x[l] > high[l] ? x[l] : high[l];
    }
}

static void OF(counted)(const T *x, const T *centre, const T *by, const uint32_t *offset, T *low, T *high,
                        ptrdiff_t lanes, int each, int bits, uint32_t *counts) {
    uint32_t cell[AT_ONCE];
    for (ptrdiff_t l = 0; l < lanes; l += AT_ONCE) {
        const ptrdiff_t some = lanes - l < AT_ONCE ? lanes - l : AT_ONCE, own = each ? l : 0;
        OF(cells_at)(x + l, centre + own, by + own, offset + own, cell, some, each, 23 - bits, 127 << bits);
        if (each) OF(ends_at)(x + l, low + l, high + l, some);
        ptrdiff_t end = each ? some : 0;
        for (; end + ENDS <= some; end += ENDS) OF(ends_at)(x + l + end, low, high, ENDS);
        if (end < some) OF(ends_at)(x + l + end, low, high, some - end);
        for (ptrdiff_t i = 0; i + 2 <= some; i += 2) {
            uint64_t two;
            memcpy(&two, cell + i, sizeof two);
            counts[(uint32_t)two]++, counts[two >> 32]++;
        }
        if (some % 2) counts[cell[some - 1]]++;
    }
}

/* Where features and positions are few, lanes are those of a row or more; else the positions of a feature. low and high
 * hold a number of each feature before. */
static int OF(cells)(const Arrays *arrays, double *centre, double *by, double *low, double *high, int bits,
                     uint32_t *counts, ptrdiff_t width) {
    const ptrdiff_t features = arrays->features, positions = arrays->positions.count, rows = arrays->rows.count;
    const ptrdiff_t row_lanes = features * positions, fold = row_lanes < AT_ONCE ? AT_ONCE / row_lanes : 1;
    const int each = positions == 1 || row_lanes <= MOST_EACH;
    const ptrdiff_t lanes = each ? fold * row_lanes : ENDS, own = each ? lanes : 1;
    T *room = malloc(2 * (own + lanes) * sizeof *room);
    uint32_t *offset = malloc(own * sizeof *offset);
    if (room && offset) {
        T *c = room, *b = c + own, *least = b + own, *most = least + lanes;
        const T *x = (const T *)arrays->data[0];
        for (ptrdiff_t l = 0; each && l < lanes; l++) {
            const ptrdiff_t d = l / positions % features;
            c[l] = (T)centre[d], b[l] = (T)by[d], offset[l] = (uint32_t)(d * width + (32 << bits));
            least[l] = (T)low[d], most[l] = (T)high[d];
        }
        for (ptrdiff_t row = 0; each && row < rows; row += fold)
            OF(counted)(x + row * row_lanes, c, b, offset, least, most,
                        (rows - row < fold ? rows - row : fold) * row_lanes, 1, bits, counts);
        for (ptrdiff_t l = 0; each && l < lanes; l++) {
            const ptrdiff_t d = l / positions % features;
            low[d] = least[l] < low[d] ? least[l] : low[d], high[d] = most[l] > high[d] ? most[l] : high[d];
        }
        for (ptrdiff_t run = 0; !each && run < rows * features; run++) {
            const ptrdiff_t d = run % features;
            *c = (T)centre[d], *b = (T)by[d], *offset = (uint32_t)(d * width + (32 << bits));
            for (ptrdiff_t l = 0; l < lanes; l++) least[l] = (T)low[d], most[l] = (T)high[d];
            OF(counted)(x + run * positions, c, b, offset, least, most, positions, 0, bits, counts);
            for (ptrdiff_t l = 0; l < lanes; l++)
                low[d] = least[l] < low[d] ? least[l] : low[d], high[d] = most[l] > high[d] ? most[l] : high[d];
        }
    }
    uint32_t *first = counts + ((ptrdiff_t)64 << bits), *end = first + 1;
    for (ptrdiff_t d = 0; room && offset && d < features; d++) {
        const T c = (T)centre[d], b = (T)by[d], ends[2] = {(T)low[d], (T)high[d]};
        const uint32_t middle = (uint32_t)32 << bits;
        uint32_t cell[2];
        OF(cells_at)(ends, &c, &b, &middle, cell, 2, 0, 23 - bits, 127 << bits);
        *first = !d || cell[0] < *first ? cell[0] : *first, *end = !d || cell[1] >= *end ? cell[1] + 1 : *end;
    }
    const int status = room && offset ? ORDINARY : NO_MEMORY;
    free(room), free(offset);
    return status;
}
#undef AT_ONCE
#undef ENDS
#undef MOST_EACH
