/* A row by its own statistics, and the way back; as in bncore/norms/core.py. ACROSS sums stand side by side
 * (walk/across.h). Moments are taken in one pass, about the mean of the first cells (pass/moments.h): of a row's first
 * tile those are a 16th or more. */
#ifndef BN_ACROSS
#define BN_ACROSS
enum { ACROSS = 32, BLOCKS = ACROSS / WIDTH };

/* Rows at once, all of them in the first cache: while the sums of one are added up and divided, the next one is read.
 * And cells of a tile: few enough that rounding, which may lean to one side, adds up to some of the last bits only. */
enum { MOST_ROWS = 4, MOST_CELLS = 4096, CELLS = 2048 };

/* x_hat = (x - mean) factor + shift of a row; and, backward,
 *
 *     dx = (gamma dy - level - slope x_hat) factor = gamma dy * factor + (x - mean) * along + base
 *     along = -slope factor^2        base = -(level + slope shift) factor
 */
typedef struct {
    double mean, factor, shift, along, base;
} Line;

/* to += one * other */
ALWAYS void add_product(double *to, Vector one, Vector other, const ptrdiff_t cells) {
    double few[WIDTH] = {0};
    if (cells == WIDTH) {
        *(Vector *)to = FUSED(one, other, at(to));
        return;
    }
    memcpy(few, to, cells * sizeof *few);
    const Vector sum = FUSED(one, other, at(few));
    memcpy(to, &sum, cells * sizeof *few);
}

/* One parameter for every cell, or one for each. */
ALWAYS Vector parameter(const double *of, const int each, const ptrdiff_t cell, const ptrdiff_t cells) {
    if (!each) return (Vector){0} + *of;
    if (cells == WIDTH) return at(of + cell);
    double few[WIDTH] = {0};
    memcpy(few, of + cell, cells * sizeof *few);
    return at(few);
}
#endif

static double OF(row_sum)(const T *x, ptrdiff_t cells, double from) {
    Vector sum[BLOCKS] = {0};
#define AT(cell, b, some) sum[b] += first_lanes(OF(load)(x + (cell), some, AHEAD) - from, some)
    EACH_ACROSS(cells, BLOCKS, AT);
#undef AT
    return in_halves(sum, BLOCKS);
}

static double OF(row_squares)(const T *x, ptrdiff_t cells, double from, double *rest) {
    Vector sum[BLOCKS] = {0}, squares[BLOCKS] = {0};
#define AT(cell, b, some)                                                            \
    do {                                                                             \
        Vector apart_ = first_lanes(OF(load)(x + (cell), some, AHEAD) - from, some); \
        sum[b] += apart_, squares[b] = FUSED(apart_, apart_, squares[b]);            \
    } while (0)
    EACH_ACROSS(cells, BLOCKS, AT);
#undef AT
    *rest = in_halves(sum, BLOCKS);
    return in_halves(squares, BLOCKS);
}

ALWAYS Vector OF(hat)(const T *x, const ptrdiff_t cells, const int ahead, Line line) {
    const Vector factor = (Vector){0} + line.factor, shift = (Vector){0} + line.shift;
    return FUSED(OF(load)(x, cells, ahead) - line.mean, factor, shift);
}

ALWAYS void OF(write_cells)(const T *x, T *y, ptrdiff_t cells, Line line, const double *gamma, const double *beta,
                            const int each) {
#define AT(cell, b, some)                                                                                   \
    OF(store)(y + (cell),                                                                                   \
              FUSED(OF(hat)(x + (cell), some, 0, line), parameter(gamma, each, cell, some),                 \
                    parameter(beta, each, cell, some)),                                                     \
              some)
    EACH_ACROSS(cells, BLOCKS, AT);
#undef AT
}

static void OF(write_row)(const T *x, T *y, ptrdiff_t cells, ptrdiff_t piece, Line line, const double *gamma,
                          const double *beta) {
    if (piece == 1) OF(write_cells)(x, y, cells, line, gamma, beta, 1);
    else
        for (ptrdiff_t at = 0; at < cells; at += piece, gamma++, beta++)
            OF(write_cells)(x + at, y + at, piece, line, gamma, beta, 0);
}

/* sum gamma dy and sum gamma dy x_hat; the parameters' sums are added to. One parameter for each cell. */
static void OF(sum_cells)(const T *dy, const T *x, ptrdiff_t cells, Line line, const double *gamma, double *dbeta,
                          double *dgamma, double *plain, double *along) {
    Vector one[BLOCKS] = {0}, two[BLOCKS] = {0};
#define AT(cell, b, some)                                                                            \
    do {                                                                                             \
        Vector dy_ = OF(load)(dy + (cell), some, AHEAD), g_ = dy_ * parameter(gamma, 1, cell, some); \
        Vector hat_ = OF(hat)(x + (cell), some, AHEAD, line);                                        \
        one[b] += g_, two[b] = FUSED(g_, hat_, two[b]);                                              \
        add(dbeta + (cell), dy_, some), add_product(dgamma + (cell), dy_, hat_, some);               \
    } while (0)
    EACH_ACROSS(cells, BLOCKS, AT);
#undef AT
    *plain = in_halves(one, BLOCKS), *along = in_halves(two, BLOCKS);
}

/* sum dy and sum dy x_hat of a piece. */
static void OF(sum_piece)(const T *dy, const T *x, ptrdiff_t cells, Line line, double *plain, double *along) {
    Vector one[BLOCKS] = {0}, two[BLOCKS] = {0};
#define AT(cell, b, some)                                     \
    do {                                                      \
        Vector dy_ = OF(load)(dy + (cell), some, AHEAD);      \
        Vector hat_ = OF(hat)(x + (cell), some, AHEAD, line); \
        one[b] += dy_, two[b] = FUSED(dy_, hat_, two[b]);     \
    } while (0)
    EACH_ACROSS(cells, BLOCKS, AT);
#undef AT
    *plain = in_halves(one, BLOCKS), *along = in_halves(two, BLOCKS);
}

static void OF(sum_row)(const T *dy, const T *x, ptrdiff_t cells, ptrdiff_t piece, Line line, const double *gamma,
                        double *dbeta, double *dgamma, double *plain, double *along) {
    if (piece == 1) {
        OF(sum_cells)(dy, x, cells, line, gamma, dbeta, dgamma, plain, along);
        return;
    }
    *plain = *along = 0;
    for (ptrdiff_t at = 0; at < cells; at += piece, gamma++, dbeta++, dgamma++) {
        double own, own_along;
        OF(sum_piece)(dy + at, x + at, piece, line, &own, &own_along);
        *dbeta += own, *dgamma += own_along;
        *plain += *gamma * own, *along += *gamma * own_along;
    }
}

ALWAYS void OF(pull_cells)(const T *dy, const T *x, T *dx, ptrdiff_t cells, Line line, const double *gamma,
                           const int each) {
    const Vector factor = (Vector){0} + line.factor, along = (Vector){0} + line.along, base = (Vector){0} + line.base;
#define AT(cell, b, some)                                                                    \
    do {                                                                                     \
        const Vector paths_ = FUSED(OF(load)(x + (cell), some, 0) - line.mean, along, base); \
        const Vector g_ = OF(load)(dy + (cell), some, 0) * parameter(gamma, each, cell, some); \
        OF(store)(dx + (cell), FUSED(g_, factor, paths_), some);                             \
    } while (0)
    EACH_ACROSS(cells, BLOCKS, AT);
#undef AT
}

static void OF(pull_row)(const T *dy, const T *x, T *dx, ptrdiff_t cells, ptrdiff_t piece, Line line,
                         const double *gamma) {
    if (piece == 1) OF(pull_cells)(dy, x, dx, cells, line, gamma, 1);
    else
        for (ptrdiff_t at = 0; at < cells; at += piece, gamma++)
            OF(pull_cells)(dy + at, x + at, dx + at, piece, line, gamma, 0);
}

static T *OF(row_of)(const Rows *rows, int operand, ptrdiff_t row) {
    return (T *)(rows->data[operand] + row * rows->stride[operand]);
}

static ptrdiff_t OF(parameters_of)(const Rows *rows, ptrdiff_t row) {
    return row % rows->groups * (rows->cells / rows->piece);
}

static Line OF(line_of)(const OfRows *of, ptrdiff_t row) {
    return (Line){of->mean[row], of->factor[row], -of->rest[row] * of->factor[row], 0, 0};
}

/* Mean, what its rounding left, and variance of some rows; about 0, and without a mean, where they are not centred. */
static void OF(moments_of_rows)(const Rows *rows, const OfRows *of, int centred, ptrdiff_t begin, ptrdiff_t end) {
    const ptrdiff_t cells = rows->cells, count = end - begin;
    const T *x[MOST_ROWS];
    double first[MOST_ROWS], middle[MOST_ROWS] = {0}, squares[MOST_ROWS] = {0}, done[MOST_ROWS] = {0};
    for (ptrdiff_t r = 0; r < count; r++) {
        x[r] = OF(row_of)(rows, rows->operands - 1, begin + r);
        first[r] = centred ? (double)x[r][0] : 0;
    }
    for (ptrdiff_t at = 0; at < cells; at += CELLS) {
        const Tile tile = {.features = 1, .count = least(CELLS, cells - at)};
        const ptrdiff_t sampled = least(tile.count, most(ACROSS, tile.count / 16));
        double near[MOST_ROWS], rest[MOST_ROWS], own_squares[MOST_ROWS];
        for (ptrdiff_t r = 0; r < count; r++) {
            const double from = sizeof(T) == sizeof(double) ? first[r] : 0;
            near[r] = first[r] + middle[r];
            if (centred && !at) near[r] = from + OF(row_sum)(x[r], sampled, from) / (double)sampled;
        }
        for (ptrdiff_t r = 0; r < count; r++)
            own_squares[r] = OF(row_squares)(x[r] + at, tile.count, near[r], rest + r);
        for (ptrdiff_t r = 0; r < count; r++) {
            if (!centred) rest[r] = 0;
            merge_tile(&tile, first + r, near + r, rest + r, own_squares + r, done + r, middle + r, squares + r);
        }
    }
    for (ptrdiff_t r = 0; r < count; r++) {
        of->mean[begin + r] = two_sum(first[r], middle[r], of->rest + begin + r);
        of->var[begin + r] = squares[r] / (double)cells;
    }
}

/* All about some rows, and then y if there is one; whether something about one is odd. */
static int OF(forward_rows)(const Rows *rows, const OfRows *of, const Rule *rule, ptrdiff_t begin, ptrdiff_t end) {
    int odd = 0;
    OF(moments_of_rows)(rows, of, rule->centred, begin, end);
    for (ptrdiff_t row = begin; row < end; row++) {
        of->scale[row] = scale_of(rule, of->var[row]);
        of->factor[row] = 1.0 / of->scale[row];
        odd |= is_variance_odd(of->var[row]);
    }
    for (ptrdiff_t row = begin; row < end && rows->operands > 1; row++) {
        const ptrdiff_t at = OF(parameters_of)(rows, row);
        OF(write_row)(OF(row_of)(rows, 1, row), OF(row_of)(rows, 0, row), rows->cells, rows->piece,
                      OF(line_of)(of, row), of->gamma + at, of->beta + at);
    }
    return odd;
}

/* dx, and what a row adds to the parameters' sums; whether something is odd. */
static int OF(backward_row)(const Rows *rows, const OfRows *of, const Rule *rule, ptrdiff_t row, double *dbeta,
                            double *dgamma) {
    const T *dy = OF(row_of)(rows, 1, row), *x = OF(row_of)(rows, 2, row);
    const ptrdiff_t at = OF(parameters_of)(rows, row), cells = rows->cells, piece = rows->piece;
    Line line = OF(line_of)(of, row);
    double plain, along;
    OF(sum_row)(dy, x, cells, piece, line, of->gamma + at, dbeta + at, dgamma + at, &plain, &along);
    const double level = rule->centred ? plain / (double)cells : 0;
    const double slope = pull_of(rule, of->var[row], of->scale[row]) * along / (double)cells;
    line.along = -slope * line.factor * line.factor, line.base = -(level + slope * line.shift) * line.factor;
    OF(pull_row)(dy, x, OF(row_of)(rows, 0, row), cells, piece, line, of->gamma + at);
    return !isfinite(line.along) || !isfinite(line.base) || !isfinite(line.factor) ||
           (slope != 0 && fabs(line.along) < SMALL);
}
