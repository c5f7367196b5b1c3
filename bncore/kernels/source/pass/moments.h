/* Mean and sum of squared deviations of a tile's features, centred twice; as _moments in bncore/statistics.py.
 *
 *     block = x - first
 *     mean = sum(block) / count                 block -= mean        rest = sum(block)
 *     mean + rest / count                       sum(block * block) - rest * rest / count
 */

/* sum += x - first, lane by lane; four rows at a time, whose sum is formed first. */
static void OF(add_rows)(const T *x, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t lanes, const double *restrict first,
                         double *restrict sum) {
    ptrdiff_t row = 0;
    for (; row + 4 <= rows; row += 4, x += 4 * stride) {
        const T *a = x, *b = a + stride, *c = b + stride, *d = c + stride;
        for (ptrdiff_t l = 0; l < lanes; l++)
            sum[l] += ((a[l] - first[l]) + (b[l] - first[l])) + ((c[l] - first[l]) + (d[l] - first[l]));
    }
    for (; row < rows; row++, x += stride)
        for (ptrdiff_t l = 0; l < lanes; l++) sum[l] += x[l] - first[l];
}

/* rest += (x - first) - mean, squares += its square. */
static void OF(add_squares)(const T *x, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t lanes, const double *restrict first,
                            const double *restrict mean, double *restrict rest, double *restrict squares) {
    ptrdiff_t row = 0;
    for (; row + 4 <= rows; row += 4, x += 4 * stride) {
        const T *a = x, *b = a + stride, *c = b + stride, *d = c + stride;
        for (ptrdiff_t l = 0; l < lanes; l++) {
            double s = a[l] - first[l] - mean[l], t = b[l] - first[l] - mean[l];
            double u = c[l] - first[l] - mean[l], v = d[l] - first[l] - mean[l];
            rest[l] += (s + t) + (u + v);
            squares[l] += (s * s + t * t) + (u * u + v * v);
        }
    }
    for (; row < rows; row++, x += stride)
        for (ptrdiff_t l = 0; l < lanes; l++) {
            double s = x[l] - first[l] - mean[l];
            rest[l] += s;
            squares[l] += s * s;
        }
}

/* The moments of one part of a panel, relative to `first`, (panel,) each; the tiles are merged one after the other. */
static void OF(moments)(const Plan *plan, const Arrays *arrays, int operand, ptrdiff_t panel, ptrdiff_t part,
                        const double *first, double *count, double *mean, double *squares) {
    Workspace *own = workspace();
    double *of_first = own->lanes[0], *of_mean = own->lanes[1], *sum = own->lanes[2], *square = own->lanes[3];
    double *own_mean = own->lanes[4], *own_rest = own->lanes[5], *own_squares = own->lanes[6];
    *count = 0;
    for (ptrdiff_t number = first_tile(plan, part); number < first_tile(plan, part + 1); number++) {
        Tile tile = tile_of(plan, arrays, panel, number);
        ptrdiff_t stride, lanes = tile.lanes;
        const T *x = OF(read)(plan, arrays, operand, &tile, (T *)own->copies[operand], &stride);
        const T *tail = x + tile.full * stride;
        if (!*count) expand(plan, &tile, first, of_first);
        memset(sum, 0, lanes * sizeof *sum);
        OF(add_rows)(x, stride, tile.full, lanes, of_first, sum);
        OF(add_rows)(tail, stride, 1, tile.tail, of_first, sum);
        gather(plan, &tile, sum, own_mean);
        for (ptrdiff_t d = 0; d < tile.features; d++) own_mean[d] /= (double)tile.count;
        expand(plan, &tile, own_mean, of_mean);
        memset(sum, 0, lanes * sizeof *sum);
        memset(square, 0, lanes * sizeof *square);
        OF(add_squares)(x, stride, tile.full, lanes, of_first, of_mean, sum, square);
        OF(add_squares)(tail, stride, 1, tile.tail, of_first, of_mean, sum, square);
        gather(plan, &tile, sum, own_rest);
        gather(plan, &tile, square, own_squares);
        merge_tile(&tile, own_mean, own_rest, own_squares, count, mean, squares);
    }
}
