/* A row by its own statistics, and the way back; as in bncore/norms/core.py. ACROSS sums stand side by side and are
 * added up in halves, whatever the vectors. */
#ifndef BN_ACROSS
#define BN_ACROSS
enum { ACROSS = 32, BLOCKS = ACROSS / WIDTH };

/* AT(cell, block, cells): ACROSS cells at once, then what is left. */
#define EACH_CELL(given, AT)                                                                              \
    do {                                                                                                  \
        ptrdiff_t cell_ = 0;                                                                              \
        for (; cell_ + ACROSS <= (given); cell_ += ACROSS)                                                \
            _Pragma("GCC unroll 16") for (int b_ = 0; b_ < BLOCKS; b_++) AT(cell_ + b_ * WIDTH, b_, WIDTH); \
        _Pragma("GCC unroll 16") for (int b_ = 0; b_ < BLOCKS; b_++)                                      \
            if (cell_ + b_ * WIDTH < (given))                                                             \
                AT(cell_ + b_ * WIDTH, b_, least(WIDTH, (given) - cell_ - b_ * WIDTH));                   \
    } while (0)

/* The first cells of a vector, else 0. */
ALWAYS Vector first_of(Vector numbers, const ptrdiff_t cells) {
    for (ptrdiff_t i = cells; i < WIDTH; i++) numbers[i] = 0;
    return numbers;
}

static double halved(const Vector *blocks) {
    double sum[ACROSS];
    memcpy(sum, blocks, sizeof sum);
    for (int half = ACROSS / 2; half; half /= 2)
        for (int i = 0; i < half; i++) sum[i] += sum[i + half];
    return sum[0];
}

/* x_hat = (x - mean) factor + shift of a row; and, backward, dx = (gamma dy - level - slope x_hat) factor. */
typedef struct {
    double mean, factor, shift, level, slope;
} Line;

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
#define AT(cell, b, some) sum[b] += first_of(OF(load)(x + (cell), some, 1) - from, some)
    EACH_CELL(cells, AT);
#undef AT
    return halved(sum);
}

static double OF(row_squares)(const T *x, ptrdiff_t cells, double from, double *rest) {
    Vector sum[BLOCKS] = {0}, squares[BLOCKS] = {0};
#define AT(cell, b, some)                                                        \
    do {                                                                         \
        Vector apart_ = first_of(OF(load)(x + (cell), some, 0) - from, some);    \
        sum[b] += apart_, squares[b] += apart_ * apart_;                         \
    } while (0)
    EACH_CELL(cells, AT);
#undef AT
    *rest = halved(sum);
    return halved(squares);
}

/* Mean, what its rounding left, and variance of a row; about 0, and without a mean, where it is not `centred`. */
static void OF(row_moments)(const T *x, ptrdiff_t cells, int centred, double *mean, double *rest, double *var) {
    double first = centred ? (double)x[0] : 0, count = 0, middle = 0, squares = 0;
    for (ptrdiff_t begin = 0; begin < cells; begin += TILE) {
        const Tile tile = {.features = 1, .count = least(TILE, cells - begin)};
        const double from = sizeof(T) == sizeof(double) ? first : 0;
        double near = 0, own_rest, own_squares;
        if (centred) near = from + OF(row_sum)(x + begin, tile.count, from) / (double)tile.count;
        own_squares = OF(row_squares)(x + begin, tile.count, near, &own_rest);
        if (!centred) own_rest = 0;
        merge_tile(&tile, &first, &near, &own_rest, &own_squares, &count, &middle, &squares);
    }
    *mean = two_sum(first, middle, rest), *var = squares / (double)cells;
}

ALWAYS void OF(write_cells)(const T *x, T *y, ptrdiff_t cells, Line line, const double *gamma, const double *beta,
                            const int each) {
#define AT(cell, b, some)                                                                                   \
    OF(store)(y + (cell),                                                                                   \
              ((OF(load)(x + (cell), some, 0) - line.mean) * line.factor + line.shift) *                    \
                      parameter(gamma, each, cell, some) +                                                  \
                  parameter(beta, each, cell, some),                                                        \
              some)
    EACH_CELL(cells, AT);
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
#define AT(cell, b, some)                                                                                \
    do {                                                                                                 \
        Vector dy_ = OF(load)(dy + (cell), some, 1), g_ = dy_ * parameter(gamma, 1, cell, some);         \
        Vector hat_ = (OF(load)(x + (cell), some, 1) - line.mean) * line.factor + line.shift;            \
        one[b] += g_, two[b] += first_of(g_ * hat_, some);                                               \
        add(dbeta + (cell), dy_, some), add(dgamma + (cell), dy_ *hat_, some);                           \
    } while (0)
    EACH_CELL(cells, AT);
#undef AT
    *plain = halved(one), *along = halved(two);
}

/* sum dy and sum dy x_hat of a piece. */
static void OF(sum_piece)(const T *dy, const T *x, ptrdiff_t cells, Line line, double *plain, double *along) {
    Vector one[BLOCKS] = {0}, two[BLOCKS] = {0};
#define AT(cell, b, some)                                                                        \
    do {                                                                                         \
        Vector dy_ = OF(load)(dy + (cell), some, 1);                                             \
        Vector hat_ = (OF(load)(x + (cell), some, 1) - line.mean) * line.factor + line.shift;    \
        one[b] += dy_, two[b] += first_of(dy_ * hat_, some);                                     \
    } while (0)
    EACH_CELL(cells, AT);
#undef AT
    *plain = halved(one), *along = halved(two);
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
#define AT(cell, b, some)                                                                                       \
    do {                                                                                                        \
        Vector hat_ = (OF(load)(x + (cell), some, 0) - line.mean) * line.factor + line.shift;                   \
        Vector g_ = OF(load)(dy + (cell), some, 0) * parameter(gamma, each, cell, some);                        \
        OF(store)(dx + (cell), (g_ - line.level - hat_ * line.slope) * line.factor, some);                      \
    } while (0)
    EACH_CELL(cells, AT);
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

/* All about a row, and y if there is one; whether something about it is odd. */
static int OF(forward_row)(const Rows *rows, const OfRows *of, const Rule *rule, ptrdiff_t row) {
    const T *x = OF(row_of)(rows, rows->operands - 1, row);
    const ptrdiff_t at = OF(parameters_of)(rows, row);
    OF(row_moments)(x, rows->cells, rule->centred, of->mean + row, of->rest + row, of->var + row);
    of->scale[row] = scale_of(rule, of->var[row]);
    of->factor[row] = 1.0 / of->scale[row];
    if (rows->operands > 1)
        OF(write_row)(x, OF(row_of)(rows, 0, row), rows->cells, rows->piece, OF(line_of)(of, row), of->gamma + at,
                      of->beta + at);
    return !(of->var[row] >= LEAST && of->var[row] <= DBL_MAX);
}

/* dx, and what the row adds to the parameters' sums; whether something is odd. */
static int OF(backward_row)(const Rows *rows, const OfRows *of, const Rule *rule, ptrdiff_t row, double *dbeta,
                            double *dgamma) {
    const T *dy = OF(row_of)(rows, 1, row), *x = OF(row_of)(rows, 2, row);
    const ptrdiff_t at = OF(parameters_of)(rows, row), cells = rows->cells, piece = rows->piece;
    Line line = OF(line_of)(of, row);
    double plain, along;
    OF(sum_row)(dy, x, cells, piece, line, of->gamma + at, dbeta + at, dgamma + at, &plain, &along);
    line.level = rule->centred ? plain / (double)cells : 0;
    line.slope = pull_of(rule, of->var[row], of->scale[row]) * along / (double)cells;
    OF(pull_row)(dy, x, OF(row_of)(rows, 0, row), cells, piece, line, of->gamma + at);
    return !isfinite(line.level) || !isfinite(line.slope) || !isfinite(line.factor);
}
