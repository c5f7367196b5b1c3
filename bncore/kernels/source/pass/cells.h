/* How many numbers of each feature lie in each cell of its grid, and the smallest and the largest number, as
 * bncore/stream/grid.py counts them:
 *
 *     t = (x - centre) by        cell = the leading bits of 1 + |t|, from 0 upwards, from -1 downwards where t < 0
 *
 * The numbers lie side by side: rows × features × positions. They are walked as a table whose columns are lanes, each
 * with a feature of its own: those of a row, or of several where features are few; or, where positions are many, PANEL
 * positions of one feature. PANEL lanes are walked down some rows at once, because their busy counters stay in the
 * first cache; their cells are told in one go, and then counted one by one, two indices a load.
 *
 * A feature's counters are `width` apart, a little more than there are cells: were they a power of two, the busy cells
 * of all features would share a few sets of the first cache, and stores hold up loads that seem to be of their address.
 * They do that, too, where a cell is counted again at once: so many lanes of one feature have COPIES of its counters,
 * in turns. Behind the cells of the first feature stand the first cell that is not empty of all features', and that
 * behind the last one.
 */
#define PANEL 32
#define AT_ONCE 256
#define BLOCK 65536 /* numbers that are read panel by panel: they stay in the second cache */
#define MOST_LANES 4096
#define COPIES 4

/* What the lanes of a row are counted by, and their ends so far. */
typedef struct {
    T *centre, *by, *low, *high;
    uint32_t *offset; /* that of the first cell from 0 upwards */
    ptrdiff_t lanes;
} OF(Lanes);

ALWAYS void OF(cells_at)(const T *x, const T *centre, const T *by, const uint32_t *offset, uint32_t *cell,
                         const ptrdiff_t lanes, const int shift, const int32_t zero) {
    for (ptrdiff_t l = 0; l < lanes; l++) {
        const float t = (float)((x[l] - centre[l]) * by[l]);
        int32_t bits;
        memcpy(&bits, &t, sizeof bits);
        const int32_t sign = bits >> 31;
        float size = fabsf(t);
        size = (size < LAST_CELL ? size : LAST_CELL) + 1.0f; /* a NaN too */
        memcpy(&bits, &size, sizeof bits);
        cell[l] = offset[l] + (uint32_t)(((bits >> shift) - zero) ^ sign);
    }
}

ALWAYS void OF(ends_at)(const T *x, T *low, T *high, const ptrdiff_t lanes) {
    for (ptrdiff_t l = 0; l < lanes; l++) {
        low[l] = x[l] < low[l] ? x[l] : low[l];
        high[l] = x[l] > high[l] ? x[l] : high[l];
    }
}

ALWAYS void OF(count)(const uint32_t *cell, const ptrdiff_t cells, uint32_t *counts) {
    ptrdiff_t i = 0;
    for (; i + 8 <= cells; i += 8) {
        uint64_t two[4];
        memcpy(two, cell + i, sizeof two);
        _Pragma("GCC unroll 4") for (int pair = 0; pair < 4; pair++)
            counts[(uint32_t)two[pair]]++, counts[two[pair] >> 32]++;
    }
    for (; i < cells; i++) counts[cell[i]]++;
}

/* PANEL lanes from `lane` on, of rows that are `of->lanes` apart. */
static void OF(panel)(const T *x, ptrdiff_t rows, const OF(Lanes) *of, ptrdiff_t lane, int bits, uint32_t *counts) {
    const T *centre = of->centre + lane, *by = of->by + lane;
    T low[PANEL], high[PANEL];
    uint32_t cell[AT_ONCE];
    memcpy(low, of->low + lane, sizeof low), memcpy(high, of->high + lane, sizeof high);
    for (ptrdiff_t row = 0; row < rows; row += AT_ONCE / PANEL) {
        const ptrdiff_t some = least(rows - row, AT_ONCE / PANEL);
        for (ptrdiff_t r = 0; r < some; r++) {
            const T *from = x + (row + r) * of->lanes + lane;
            OF(cells_at)(from, centre, by, of->offset + lane, cell + r * PANEL, PANEL, 23 - bits, 127 << bits);
            OF(ends_at)(from, low, high, PANEL);
        }
        OF(count)(cell, some * PANEL, counts);
    }
    memcpy(of->low + lane, low, sizeof low), memcpy(of->high + lane, high, sizeof high);
}

/* Lanes from `lane` up to `end` of one row: those that no panel has. */
static void OF(rest_of)(const T *x, const OF(Lanes) *of, ptrdiff_t lane, ptrdiff_t end, int bits, uint32_t *counts) {
    uint32_t cell[PANEL];
    for (; lane < end; lane += PANEL) {
        const ptrdiff_t some = least(end - lane, PANEL);
        OF(cells_at)(x + lane, of->centre + lane, of->by + lane, of->offset + lane, cell, some, 23 - bits, 127 << bits);
        OF(ends_at)(x + lane, of->low + lane, of->high + lane, some);
        OF(count)(cell, some, counts);
    }
}

/* So many numbers: whole rows of lanes, and what is left of one. */
static void OF(counted)(const T *x, ptrdiff_t numbers, const OF(Lanes) *of, int bits, uint32_t *counts) {
    const ptrdiff_t rows = numbers / of->lanes, together = most(BLOCK / of->lanes, AT_ONCE / PANEL);
    for (ptrdiff_t row = 0; row < rows; row += together) {
        const ptrdiff_t some = least(rows - row, together), whole = of->lanes - of->lanes % PANEL;
        const T *from = x + row * of->lanes;
        for (ptrdiff_t lane = 0; lane < whole; lane += PANEL) OF(panel)(from, some, of, lane, bits, counts);
        for (ptrdiff_t r = 0; r < some; r++) OF(rest_of)(from + r * of->lanes, of, whole, of->lanes, bits, counts);
    }
    OF(rest_of)(x + rows * of->lanes, of, 0, numbers % of->lanes, bits, counts);
}

/* What is counted: x, its grid and the counters; low and high hold a number of each feature before. */
typedef struct {
    const T *x;
    ptrdiff_t rows, features, positions, width;
    double *centre, *by, *low, *high;
    int bits;
    uint32_t *counts;
} OF(Counting);

/* Lane `lane` is of feature d, whose counters begin at `begin`. */
static void OF(lane_of)(const OF(Counting) *all, const OF(Lanes) *of, ptrdiff_t lane, ptrdiff_t d, ptrdiff_t begin) {
    of->centre[lane] = (T)all->centre[d], of->by[lane] = (T)all->by[d];
    of->low[lane] = (T)all->low[d], of->high[lane] = (T)all->high[d];
    of->offset[lane] = (uint32_t)(begin + ((ptrdiff_t)32 << all->bits));
}

static void OF(ends_of)(const OF(Counting) *all, const OF(Lanes) *of, ptrdiff_t lane, ptrdiff_t d) {
    all->low[d] = of->low[lane] < all->low[d] ? of->low[lane] : all->low[d];
    all->high[d] = of->high[lane] > all->high[d] ? of->high[lane] : all->high[d];
}

/* Lanes are those of whole rows. */
static void OF(count_rows)(const OF(Counting) *all, const OF(Lanes) *of) {
    for (ptrdiff_t l = 0; l < of->lanes; l++) {
        const ptrdiff_t d = l / all->positions % all->features;
        OF(lane_of)(all, of, l, d, d * all->width);
    }
    OF(counted)(all->x, all->rows * all->features * all->positions, of, all->bits, all->counts);
    for (ptrdiff_t l = 0; l < of->lanes; l++) OF(ends_of)(all, of, l, l / all->positions % all->features);
}

/* Lanes are positions of one feature; feature by feature. */
static void OF(count_runs)(const OF(Counting) *all, const OF(Lanes) *of, uint32_t *copies) {
    const ptrdiff_t cells = (ptrdiff_t)64 << all->bits;
    for (ptrdiff_t d = 0; d < all->features; d++) {
        uint32_t *own = all->counts + d * all->width;
        for (ptrdiff_t l = 0; l < of->lanes; l++) OF(lane_of)(all, of, l, d, copies ? l % COPIES * all->width : 0);
        if (copies) memset(copies, 0, COPIES * all->width * sizeof *copies);
        for (ptrdiff_t row = 0; row < all->rows; row++)
            OF(counted)(all->x + (row * all->features + d) * all->positions, all->positions, of, all->bits,
                        copies ? copies : own);
        for (ptrdiff_t c = 0; copies && c < cells; c++)
            for (int copy = 0; copy < COPIES; copy++) own[c] += copies[copy * all->width + c];
        for (ptrdiff_t l = 0; l < of->lanes; l++) OF(ends_of)(all, of, l, d);
    }
}

/* Behind the first feature's counters: between which cells there are numbers. */
static void OF(span)(const OF(Counting) *all) {
    uint32_t *first = all->counts + ((ptrdiff_t)64 << all->bits), *end = first + 1;
    for (ptrdiff_t d = 0; d < all->features; d++) {
        const T centre[2] = {(T)all->centre[d], (T)all->centre[d]}, by[2] = {(T)all->by[d], (T)all->by[d]};
        const T ends[2] = {(T)all->low[d], (T)all->high[d]};
        const uint32_t middle[2] = {(uint32_t)32 << all->bits, (uint32_t)32 << all->bits};
        uint32_t cell[2];
        OF(cells_at)(ends, centre, by, middle, cell, 2, 23 - all->bits, 127 << all->bits);
        *first = !d || cell[0] < *first ? cell[0] : *first, *end = !d || cell[1] >= *end ? cell[1] + 1 : *end;
    }
}

static int OF(cells)(const Arrays *arrays, double *centre, double *by, double *low, double *high, int bits,
                     uint32_t *counts, ptrdiff_t width) {
    OF(Counting) all = {(const T *)arrays->data[0], arrays->rows.count, arrays->features, arrays->positions.count,
                        width, centre, by, low, high, bits, counts};
    if (all.features == 1) all.positions *= all.rows, all.rows = 1;
    const ptrdiff_t row = all.features * all.positions, each = all.rows * all.positions;
    const int runs = all.features == 1 || (all.positions > 1 && row > MOST_LANES);
    const ptrdiff_t fold = row < AT_ONCE ? AT_ONCE / row : 1, lanes = runs ? PANEL : fold * row;
    const int copied = runs && each >= COPIES * width;
    T *room = malloc(4 * lanes * sizeof *room);
    uint32_t *indices = malloc((lanes + (copied ? COPIES * width : 0)) * sizeof *indices);
    const int has_room = room && indices;
    if (has_room) {
        const OF(Lanes) of = {room, room + lanes, room + 2 * lanes, room + 3 * lanes, indices, lanes};
        if (runs) OF(count_runs)(&all, &of, copied ? indices + lanes : NULL);
        else OF(count_rows)(&all, &of);
        OF(span)(&all);
    }
    free(room), free(indices);
    return has_room ? ORDINARY : NO_MEMORY;
}
#undef PANEL
#undef AT_ONCE
#undef BLOCK
#undef MOST_LANES
#undef COPIES
