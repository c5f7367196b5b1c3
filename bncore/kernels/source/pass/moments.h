/* Mean and sum of squared deviations of a tile's features, centred twice; as _moments in bncore/statistics.py.
 *
 *     near = first + sum(x - first) / count              rounded; of float32 without first: it adds up in float64
 *     block = x - near                                   rest = sum(block)
 *     near + rest / count                                sum(block * block) - rest * rest / count
 *
 * A constant feature has near = first, and so exactly no deviation.
 */
/* sum += x - first, lane by lane; the sum of some rows is formed first. */
ALWAYS void OF(add_at)(const T *x, ptrdiff_t stride, const int rows, ptrdiff_t lane, const ptrdiff_t lanes,
                       const int ahead, const double *first, double *sum) {
    const Vector from = sizeof(T) == sizeof(double) ? at(first + lane) : (Vector){0};
#define APART(r) (OF(load)(x + (r) * stride + lane, lanes, ahead) - from)
    add(sum + lane, TOTAL(APART, rows), lanes);
#undef APART
}

static void OF(add_rows)(const T *x, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t lanes, int ahead,
                         const double *first, double *sum) {
#define AT(row, count, lane, some, more) OF(add_at)(x + (row) * stride, stride, count, lane, some, more, first, sum)
    EACH(ahead, rows, ROWS, lanes, AT);
#undef AT
}

/* rest += x - near, squares += its square. */
ALWAYS void OF(square_at)(const T *x, ptrdiff_t stride, const int rows, ptrdiff_t lane, const ptrdiff_t lanes,
                          const double *near, double *rest, double *squares) {
    const Vector from = at(near + lane);
#define APART(r) (OF(load)(x + (r) * stride + lane, lanes, 0) - from)
#define SQUARE(r) (APART(r) * APART(r))
    const Vector apart = TOTAL(APART, rows), square = TOTAL(SQUARE, rows);
    add(rest + lane, apart, lanes);
    add(squares + lane, square, lanes);
#undef SQUARE
#undef APART
}

static void OF(square_rows)(const T *x, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t lanes, const double *near,
                            double *rest, double *squares) {
#define AT(row, count, lane, some, more) \
    OF(square_at)(x + (row) * stride, stride, count, lane, some, near, rest, squares)
    EACH(0, rows, ROWS, lanes, AT);
#undef AT
}

/* The moments of one part of a panel, relative to `first`, (panel,) each; the tiles are merged one after the other. */
static void OF(moments)(const Plan *plan, const Arrays *arrays, int operand, ptrdiff_t panel, ptrdiff_t part,
                        const double *first, double *count, double *mean, double *squares) {
    Workspace *own = workspace();
    double *lanes[4] = {own->lanes[0], own->lanes[1], own->lanes[2], own->lanes[3]};
    double *near = own->lanes[4], *own_rest = own->lanes[5], *own_squares = own->lanes[6];
    *count = 0;
    for (ptrdiff_t number = first_tile(plan, part); number < first_tile(plan, part + 1); number++) {
        Tile tile = tile_of(plan, arrays, panel, number);
        const size_t bytes = tile.lanes * sizeof(double);
        ptrdiff_t stride;
        const T *x = OF(read)(plan, arrays, operand, &tile, (T *)own->copies[operand], &stride);
        const T *tail = x + tile.full * stride;
        if (!*count && sizeof(T) == sizeof(double)) expand(plan, &tile, first, lanes[0]);
        memset(lanes[2], 0, bytes);
        OF(add_rows)(x, stride, tile.full, tile.lanes, plan->ahead, lanes[0], lanes[2]);
        OF(add_rows)(tail, stride, 1, tile.tail, 0, lanes[0], lanes[2]);
        gather(plan, &tile, lanes[2], near);
        for (ptrdiff_t d = 0; d < tile.features; d++)
            near[d] = (sizeof(T) == sizeof(double) ? first[d] : 0) + near[d] / (double)tile.count;
        expand(plan, &tile, near, lanes[1]);
        memset(lanes[2], 0, bytes);
        memset(lanes[3], 0, bytes);
        OF(square_rows)(x, stride, tile.full, tile.lanes, lanes[1], lanes[2], lanes[3]);
        OF(square_rows)(tail, stride, 1, tile.tail, lanes[1], lanes[2], lanes[3]);
        gather(plan, &tile, lanes[2], own_rest);
        gather(plan, &tile, lanes[3], own_squares);
        merge_tile(&tile, first, near, own_rest, own_squares, count, mean, squares);
    }
}
