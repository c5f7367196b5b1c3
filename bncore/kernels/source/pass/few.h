/* dx where a feature has FEW numbers at most, as _dx_of_few in bncore/gradient.py: its paths may leave next to nothing
 * of dy, and so they are not subtracted one by one (walk/few.h). There is one tile a panel. */

/* Where number i of the panel's first feature is among a tile's rows of lanes. */
static ptrdiff_t OF(place)(const Plan *plan, const Tile *tile, ptrdiff_t stride, ptrdiff_t i) {
    const ptrdiff_t row = i / tile->positions, width = tile->features * tile->positions;
    return row / plan->fold * stride + row % plan->fold * width + i % tile->positions;
}

/* An operand's numbers as (count, room) of float64, zeros behind the features. */
static void OF(gathered)(const Plan *plan, const Arrays *arrays, int operand, const Tile *tile, double *numbers,
                         ptrdiff_t room) {
    ptrdiff_t stride;
    const T *from = OF(read)(plan, arrays, operand, tile, (T *)workspace()->copies[operand], &stride);
    for (ptrdiff_t i = 0; i < tile->count; i++, numbers += room) {
        const T *at = from + OF(place)(plan, tile, stride, i);
        if (tile->positions == 1) for (ptrdiff_t d = 0; d < tile->features; d++) numbers[d] = at[d];
        else for (ptrdiff_t d = 0; d < tile->features; d++) numbers[d] = at[d * tile->positions];
        for (ptrdiff_t d = tile->features; d < room; d++) numbers[d] = 0;
    }
}

static void OF(scattered)(const Plan *plan, const Arrays *arrays, const Tile *tile, const double *numbers,
                          ptrdiff_t room) {
    Written written = OF(opened)(plan, arrays, tile, workspace(), 0);
    for (ptrdiff_t i = 0; i < tile->count; i++, numbers += room) {
        T *to = (T *)written.to + OF(place)(plan, tile, written.stride, i);
        if (tile->positions == 1) for (ptrdiff_t d = 0; d < tile->features; d++) to[d] = (T)numbers[d];
        else for (ptrdiff_t d = 0; d < tile->features; d++) to[d * tile->positions] = (T)numbers[d];
    }
    OF(closed)(&written, arrays, tile);
}

/* Numbers of a panel as they are gathered, (count, room); dx in the place of dy. */
static void OF(few_gathered)(const Panel *panel, const double *x, double *dy, ptrdiff_t room, ptrdiff_t count) {
    for (ptrdiff_t d = 0; d < panel->features; d += WIDTH) {
        const ptrdiff_t lanes = least(WIDTH, panel->features - d);
        Seen of = seen_at(panel, d, lanes);
        Vector v[FEW], r[FEW];
        for (ptrdiff_t i = 0; i < count; i++) v[i] = at(x + i * room + d), r[i] = at(dy + i * room + d);
        kept_of(v, r, count, &of);
        for (ptrdiff_t i = 0; i < count; i++) *(Vector *)(dy + i * room + d) = r[i];
        keep_sums(panel, d, lanes, &of);
    }
}

/* Numbers of `count` rows side by side: a vector of features down all rows, in registers. */
ALWAYS void OF(few_down)(const Panel *panel, const T *dy, ptrdiff_t by, const T *x, ptrdiff_t stride, T *dx,
                         ptrdiff_t to, const ptrdiff_t count) {
#define AT(row, rows, d, lanes, more)                                                          \
    do {                                                                                       \
        Seen of = seen_at(panel, d, lanes);                                                    \
        Vector v[FEW], r[FEW];                                                                 \
        for (ptrdiff_t i = 0; i < count; i++) v[i] = OF(load)(x + i * stride + (d), lanes, 0); \
        for (ptrdiff_t i = 0; i < count; i++) r[i] = OF(load)(dy + i * by + (d), lanes, 0);    \
        kept_of(v, r, count, &of);                                                             \
        for (ptrdiff_t i = 0; i < count; i++) OF(store)(dx + i * to + (d), r[i], lanes);       \
        keep_sums(panel, d, lanes, &of);                                                       \
    } while (0)
    EACH_TWICE(0, 1, panel->features, AT, 0);
#undef AT
}

static void OF(few_rows)(const Panel *panel, const T *dy, ptrdiff_t by, const T *x, ptrdiff_t stride, T *dx,
                         ptrdiff_t to, ptrdiff_t count) {
    if (count == 8) OF(few_down)(panel, dy, by, x, stride, dx, to, 8);
    else if (count == 4) OF(few_down)(panel, dy, by, x, stride, dx, to, 4);
    else OF(few_down)(panel, dy, by, x, stride, dx, to, count);
}

/* dx, dbeta and dgamma of a panel; whether a number of it is odd. */
static int64_t OF(few)(const Plan *plan, const Arrays *arrays, ptrdiff_t panel, const Features *features,
                       const Rule *rule) {
    Workspace *own = workspace();
    Tile tile = tile_of(plan, arrays, panel, 0);
    const ptrdiff_t begin = tile.feature, room = ceiling(tile.features, WIDTH) * WIDTH;
    const Panel of = {tile.features, features->mean + begin, features->rest + begin, features->factor + begin,
                      features->gamma + begin, own->lanes[0], own->lanes[1], features->dbeta + begin,
                      features->dgamma + begin};
    const int odd = slopes_of(&of, rule);
    if (plan->columns) {
        ptrdiff_t by, stride;
        const T *dy = OF(read)(plan, arrays, 1, &tile, (T *)own->copies[1], &by);
        const T *x = OF(read)(plan, arrays, 2, &tile, (T *)own->copies[2], &stride);
        Written written = OF(opened)(plan, arrays, &tile, own, 0);
        OF(few_rows)(&of, dy, by, x, stride, written.to, written.stride, tile.count);
        OF(closed)(&written, arrays, &tile);
    } else {
        double *dy = own->copies[1] + TILE / 2, *x = own->copies[2] + TILE / 2;
        OF(gathered)(plan, arrays, 1, &tile, dy, room);
        OF(gathered)(plan, arrays, 2, &tile, x, room);
        OF(few_gathered)(&of, x, dy, room, tile.count);
        OF(scattered)(plan, arrays, &tile, dy, room);
    }
    return odd | are_sums_odd(&of);
}
