/* Mean and sum of squared deviations of a tile's features, as _moments in bncore/statistics.py, but in one pass where a
 * number near the mean is known: the mean of the tiles before, and for the first tile that of its first rows.
 *
 *     block = x - near                                   rest = sum(block)
 *     near + rest / count                                sum(block * block) - rest * rest / count
 *
 * What `near` is the mean of is a part of the batch: the further off it lies, the larger the variance. What is
 * subtracted is at most (count / numbers that near is the mean of) times what is left, some 16 in a first tile, and 3
 * later. So whatever the numbers are, the difference loses a few of float64's last bits at most. A constant feature has
 * near = first, and so exactly no deviation.
 */
/* sum += x - first, lane by lane; the sum of some rows is formed first. */
ALWAYS void OF(add_at)(const T *x, ptrdiff_t stride, const int rows, ptrdiff_t lane, const ptrdiff_t lanes,
                       const double *first, double *sum) {
    const Vector from = sizeof(T) == sizeof(double) ? at(first + lane) : (Vector){0};
#define APART(r) (OF(load)(x + (r) * stride + lane, lanes, 0) - from)
    add(sum + lane, TOTAL(APART, rows), lanes);
#undef APART
}

static void OF(add_rows)(const T *x, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t lanes, const double *first,
                         double *sum) {
#define AT(row, count, lane, some, more) OF(add_at)(x + (row) * stride, stride, count, lane, some, first, sum)
    EACH_ROW(rows, ROWS, lanes, AT, 0);
#undef AT
}

/* rest += x - near, squares += its square. */
ALWAYS void OF(square_at)(const T *x, ptrdiff_t stride, const int rows, ptrdiff_t lane, const ptrdiff_t lanes,
                          const int ahead, const double *near, double *rest, double *squares) {
    const Vector from = at(near + lane);
    Vector apart[ROWS];
    _Pragma("GCC unroll 8") for (int r = 0; r < rows; r++)
        apart[r] = OF(load)(x + r * stride + lane, lanes, ahead) - from;
#define APART(r) apart[r]
    add(rest + lane, TOTAL(APART, rows), lanes);
    add(squares + lane, products(apart, apart, rows), lanes);
#undef APART
}

static void OF(square_rows)(const T *x, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t lanes, int ahead,
                            const double *near, double *rest, double *squares) {
#define AT(row, count, lane, some, more) \
    OF(square_at)(x + (row) * stride, stride, count, lane, some, more, near, rest, squares)
    EACH(ahead, rows, ROWS, lanes, AT);
#undef AT
}

/* near <- the mean of the first ROWS rows of lanes. */
static void OF(sample)(const Plan *plan, const Tile *tile, const T *x, ptrdiff_t stride, const double *first,
                       double (*of)[ROOM], double *near) {
    const ptrdiff_t rows = most(1, least(tile->full, ROWS)), lanes = tile->full ? tile->lanes : tile->tail;
    if (sizeof(T) == sizeof(double)) expand(plan, tile, first, of[0]);
    memset(of[2], 0, tile->lanes * sizeof(double));
    OF(add_rows)(x, stride, rows, lanes, of[0], of[2]);
    gather(plan, tile, of[2], near);
    const ptrdiff_t count = rows * lanes / tile->features;
    const double each = 1 / (double)count;
    const int exact = !(count & (count - 1)); /* a power of two */
    for (ptrdiff_t d = 0; d < tile->features; d++)
        near[d] = (sizeof(T) == sizeof(double) ? first[d] : 0) + (exact ? near[d] * each : near[d] / (double)count);
}

/* rest and squares of a tile, relative to `near`. */
static void OF(squares_of)(const Plan *plan, const Tile *tile, const T *x, ptrdiff_t stride, const double *near,
                           double (*of)[ROOM], double *rest, double *squares) {
    expand(plan, tile, near, of[1]);
    memset(of[2], 0, tile->lanes * sizeof(double));
    memset(of[3], 0, tile->lanes * sizeof(double));
    OF(square_rows)(x, stride, tile->full, tile->lanes, plan->ahead, of[1], of[2], of[3]);
    OF(square_rows)(x + tile->full * stride, stride, 1, tile->tail, 0, of[1], of[2], of[3]);
    gather(plan, tile, of[2], rest);
    gather(plan, tile, of[3], squares);
}

/* The moments of one part of a panel, relative to `first`, (panel,) each; the tiles are merged one after the other. */
static void OF(moments)(const Plan *plan, const Arrays *arrays, int operand, ptrdiff_t panel, ptrdiff_t part,
                        const double *first, double *count, double *mean, double *squares) {
    Workspace *own = workspace();
    double *near = own->lanes[4], *own_rest = own->lanes[5], *own_squares = own->lanes[6];
    *count = 0;
    for (ptrdiff_t number = first_tile(plan, part); number < first_tile(plan, part + 1); number++) {
        Tile tile = tile_of(plan, arrays, panel, number);
        ptrdiff_t stride;
        const T *x = OF(read)(plan, arrays, operand, &tile, (T *)own->copies[operand], &stride);
        if (*count)
            for (ptrdiff_t d = 0; d < tile.features; d++) near[d] = first[d] + mean[d];
        else OF(sample)(plan, &tile, x, stride, first, own->lanes, near);
        OF(squares_of)(plan, &tile, x, stride, near, own->lanes, own_rest, own_squares);
        merge_tile(&tile, first, near, own_rest, own_squares, count, mean, squares);
    }
}
