/* The numbers of a tile as rows of lanes, in place where they lie so, else copied: for one dtype, T. */

/* Whether the lanes of a tile lie side by side in an operand, and how far apart its rows of lanes are, in numbers. */
static int OF(lies)(const Plan *plan, const Arrays *arrays, int operand, const Tile *tile, ptrdiff_t *stride) {
    const ptrdiff_t size = sizeof(T), positions = tile->positions;
    const Group *along = &arrays->positions, *down = &arrays->rows;
    *stride = plan->lanes;
    if (arrays->positions.count > 1 && (along->axes > 1 || along->stride[operand][0] != size)) return 0;
    if (plan->runs) return 1;
    if (tile->features > 1 && arrays->feature[operand] != positions * size) return 0;
    if (tile->rows == 1) return 1;
    if (down->axes > 1 || down->stride[operand][0] % size) return 0;
    ptrdiff_t row = down->stride[operand][0] / size;
    *stride = row * plan->fold;
    return plan->fold == 1 || row == tile->features * positions;
}

static char *OF(corner)(const Arrays *arrays, int operand, const Tile *tile) {
    return arrays->data[operand] + offset_of(&arrays->rows, operand, tile->row) +
           tile->feature * arrays->feature[operand] + offset_of(&arrays->positions, operand, tile->position);
}

/* Between an operand and a contiguous tile, number by number; along the shorter stride: lines are used whole. */
static void OF(copy)(const Arrays *arrays, int operand, const Tile *tile, T *numbers, int back) {
    ptrdiff_t *of_row = workspace()->places, *of_position = of_row + tile->rows;
    const ptrdiff_t feature = arrays->feature[operand], width = tile->features * tile->positions;
    for (ptrdiff_t row = 0; row < tile->rows; row++) of_row[row] = offset_of(&arrays->rows, operand, tile->row + row);
    for (ptrdiff_t p = 0; p < tile->positions; p++)
        of_position[p] = offset_of(&arrays->positions, operand, tile->position + p);
    const int down = tile->rows > 1 && labs(of_row[1] - of_row[0]) < labs(feature);
    const ptrdiff_t outer = down ? 1 : tile->rows, inner = down ? tile->rows : 1;
    for (ptrdiff_t o = 0; o < outer; o++)
        for (ptrdiff_t d = 0; d < tile->features; d++)
            for (ptrdiff_t p = 0; p < tile->positions; p++) {
                char *base = arrays->data[operand] + (tile->feature + d) * feature + of_position[p];
                T *at = numbers + o * width + d * tile->positions + p;
                for (ptrdiff_t i = 0; i < inner; i++) {
                    T *there = (T *)(base + of_row[o + i]);
                    if (back) *there = at[i * width];
                    else at[i * width] = *there;
                }
            }
}

/* The tile of an operand to be read: its first number, and the stride of its rows of lanes. */
static const T *OF(read)(const Plan *plan, const Arrays *arrays, int operand, const Tile *tile, T *room,
                         ptrdiff_t *stride) {
    if (OF(lies)(plan, arrays, operand, tile, stride)) return (const T *)OF(corner)(arrays, operand, tile);
    *stride = tile->lanes;
    OF(copy)(arrays, operand, tile, room, 0);
    return room;
}
