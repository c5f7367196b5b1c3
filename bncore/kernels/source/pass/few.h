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

static int64_t OF(few)(const Plan *plan, const Arrays *arrays, ptrdiff_t panel, const Features *features,
                       const Rule *rule) {
    Workspace *own = workspace();
    Tile tile = tile_of(plan, arrays, panel, 0);
    const ptrdiff_t begin = tile.feature, count = tile.features, stride = ceiling(count, WIDTH) * WIDTH;
    double *x = own->copies[2] + TILE / 2, *dy = own->copies[1] + TILE / 2;
    double *slope = own->lanes[3], *left = own->lanes[4];
    const Few of = {tile.count, stride, x, dy, filled(features->mean + begin, count, stride, own->lanes[0]),
                    filled(features->rest + begin, count, stride, own->lanes[1]),
                    filled(features->factor + begin, count, stride, own->lanes[2]),
                    filled(features->gamma + begin, count, stride, slope), left};
    int64_t odd = 0;
    for (ptrdiff_t d = 0; d < stride; d++) {
        const double factor = own->lanes[2][d], gamma = slope[d];
        slope[d] = gamma * factor;
        left[d] = rule->beside ? rule->eps * factor : rule->eps * factor * factor;
        odd |= is_infinite(factor) | is_infinite(slope[d]) | (is_small(slope[d]) & (gamma != 0) & (factor != 0));
    }
    OF(gathered)(plan, arrays, 1, &tile, dy, stride);
    OF(gathered)(plan, arrays, 2, &tile, x, stride);
    odd |= kept_of(&of);
    OF(scattered)(plan, arrays, &tile, dy, stride);
    return odd;
}
