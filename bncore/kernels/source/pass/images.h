/* A few rows of features that have some positions each, side by side (images of a small batch): a feature after the
 * other, along its positions in all rows, so that its sums stay in registers, and what its numbers are multiplied by
 * too (walk/across.h, ALONG sums side by side). The steps are those of moments.h, merge.h and sums.h, of one tile and
 * one part. */
#ifndef BN_ALONG
#define BN_ALONG
enum { ALONG = 16, CHAINS = ALONG / WIDTH };
#endif

/* A feature in all rows: where its numbers begin, how far apart rows are; nothing is read from `end` on. */
typedef struct {
    const T *first, *end;
    ptrdiff_t stride, rows, positions;
} OF(Image);

static OF(Image) OF(image_of)(const Plan *plan, const Arrays *arrays, int operand, const Tile *tile) {
    OF(Image) image = {.rows = tile->rows, .positions = tile->positions};
    image.first = OF(read)(plan, arrays, operand, tile, (T *)workspace()->copies[operand], &image.stride);
    image.end = image.first + (tile->rows - 1) * image.stride + tile->features * tile->positions;
    return image;
}

/* WIDTH numbers, the first `lanes` of which are of the feature. */
ALWAYS Vector OF(read_at)(const T *x, const T *end, const ptrdiff_t lanes) {
    return lanes == WIDTH || end - x >= WIDTH ? OF(load)(x, WIDTH, 0) : OF(load)(x, lanes, 0);
}

/* The mean of a 16th of a feature, or of some more. */
ALWAYS double OF(image_near)(OF(Image) of, const T *x) {
    const double from = sizeof(T) == sizeof(double) ? (double)*x : 0;
    const ptrdiff_t sampled = least(of.positions, most(ALONG, ceiling(of.rows * of.positions, 16)));
    Vector sum[CHAINS] = {0};
#define AT(at, c, lanes) sum[c] += first_lanes(OF(read_at)(x + (at), of.end, lanes) - from, lanes)
    EACH_ACROSS(sampled, CHAINS, AT);
#undef AT
    return from + in_halves(sum, CHAINS) / (double)sampled;
}

/* mean, rest and variance of a feature; mean is near it before. The sums of a row are formed first: rounding, which may
 * lean to one side, adds up to a few of the last bits only. */
ALWAYS void OF(image_moments_of)(OF(Image) of, const T *x, double *mean, double *left, double *var) {
    const double count = (double)(of.rows * of.positions), near = *mean;
    Vector rest[CHAINS] = {0}, squares[CHAINS] = {0};
    for (ptrdiff_t row = 0; row < of.rows; row++, x += of.stride) {
        Vector plain[CHAINS] = {0}, product[CHAINS] = {0};
#define AT(at, c, lanes)                                                                       \
    do {                                                                                       \
        const Vector apart_ = first_lanes(OF(read_at)(x + (at), of.end, lanes) - near, lanes); \
        plain[c] += apart_, product[c] = FUSED(apart_, apart_, product[c]);                    \
    } while (0)
        EACH_ACROSS(of.positions, CHAINS, AT);
#undef AT
        _Pragma("GCC unroll 8") for (int c = 0; c < CHAINS; c++) rest[c] += plain[c], squares[c] += product[c];
    }
    const double sum = in_halves(rest, CHAINS), correction = sum / count;
    const double square = in_halves(squares, CHAINS) - sum * correction;
    *mean = two_sum(near, correction, left);
    *var = (square < 0 ? 0 : square) / count; /* NaN stays */
}

/* Those of a panel; whether a variance is odd. */
static int64_t OF(image_moments)(const Plan *plan, const Arrays *arrays, int operand, ptrdiff_t panel, double *mean,
                                 double *rest, double *var) {
    const Tile tile = tile_of(plan, arrays, panel, 0);
    const OF(Image) x = OF(image_of)(plan, arrays, operand, &tile);
    int64_t odd = 0;
    for (ptrdiff_t d = 0; d < tile.features; d++) mean[d] = OF(image_near)(x, x.first + d * tile.positions);
    for (ptrdiff_t d = 0; d < tile.features; d++) {
        OF(image_moments_of)(x, x.first + d * tile.positions, mean + d, rest + d, var + d);
        odd |= is_variance_odd(var[d]);
    }
    return odd;
}

/* sum dy and sum dy (x - mean) of a panel. */
static void OF(image_sums)(const Plan *plan, const Arrays *arrays, ptrdiff_t panel, const double *mean, double *plain,
                           double *along) {
    const Tile tile = tile_of(plan, arrays, panel, 0);
    const OF(Image) dy = OF(image_of)(plan, arrays, 1, &tile), x = OF(image_of)(plan, arrays, 2, &tile);
    for (ptrdiff_t d = 0; d < tile.features; d++) {
        Vector of_dy[CHAINS] = {0}, of_both[CHAINS] = {0};
        for (ptrdiff_t row = 0; row < tile.rows; row++) {
            const T *given = dy.first + row * dy.stride + d * tile.positions;
            const T *at_x = x.first + row * x.stride + d * tile.positions;
#define AT(at, c, lanes)                                                                       \
    do {                                                                                       \
        const Vector given_ = first_lanes(OF(read_at)(given + (at), dy.end, lanes), lanes);    \
        const Vector apart_ = OF(read_at)(at_x + (at), x.end, lanes) - mean[d];                \
        of_dy[c] += given_;                                                                    \
        of_both[c] = FUSED(given_, first_lanes(apart_, lanes), of_both[c]);                    \
    } while (0)
            EACH_ACROSS(tile.positions, CHAINS, AT);
#undef AT
        }
        plain[d] = in_halves(of_dy, CHAINS), along[d] = in_halves(of_both, CHAINS);
    }
}

/* y of a panel (pass/normalize.h). */
static void OF(image_normalize)(const Plan *plan, const Arrays *arrays, ptrdiff_t panel, const double *const *lines) {
    const Tile tile = tile_of(plan, arrays, panel, 0);
    const OF(Image) x = OF(image_of)(plan, arrays, 1, &tile);
    const Written written = OF(opened)(plan, arrays, &tile, workspace(), 0);
    for (ptrdiff_t d = 0; d < tile.features; d++) {
        const ptrdiff_t feature = tile.feature + d;
        const Vector mean = (Vector){0} + lines[0][feature], factor = (Vector){0} + lines[1][feature];
        const Vector shift = (Vector){0} + lines[2][feature];
        for (ptrdiff_t row = 0; row < tile.rows; row++) {
            const T *from = x.first + row * x.stride + d * tile.positions;
            T *to = (T *)written.to + row * written.stride + d * tile.positions;
#define AT(row, rows, at, lanes, more) \
    OF(store)(to + (at), FUSED(OF(load)(from + (at), lanes, 0) - mean, factor, shift), lanes)
            EACH_TWICE(0, 1, tile.positions, AT, 0);
#undef AT
        }
    }
    OF(closed)(&written, arrays, &tile);
}

/* dx of a panel (pass/gradient.h). */
static void OF(image_gradient)(const Plan *plan, const Arrays *arrays, ptrdiff_t panel, const double *const *lines) {
    const Tile tile = tile_of(plan, arrays, panel, 0);
    const OF(Image) dy = OF(image_of)(plan, arrays, 1, &tile), x = OF(image_of)(plan, arrays, 2, &tile);
    const Written written = OF(opened)(plan, arrays, &tile, workspace(), 0);
    for (ptrdiff_t d = 0; d < tile.features; d++) {
        const ptrdiff_t feature = tile.feature + d;
        const Vector mean = (Vector){0} + lines[0][feature], slope = (Vector){0} + lines[1][feature];
        const Vector along = (Vector){0} + lines[2][feature], shift = (Vector){0} + lines[3][feature];
        for (ptrdiff_t row = 0; row < tile.rows; row++) {
            const T *given = dy.first + row * dy.stride + d * tile.positions;
            const T *from = x.first + row * x.stride + d * tile.positions;
            T *to = (T *)written.to + row * written.stride + d * tile.positions;
#define AT(row, rows, at, lanes, more)                                                   \
    OF(store)(to + (at), FUSED(OF(load)(from + (at), lanes, 0) - mean, along,            \
                               FUSED(OF(load)(given + (at), lanes, 0), slope, shift)), lanes)
            EACH_TWICE(0, 1, tile.positions, AT, 0);
#undef AT
        }
    }
    OF(closed)(&written, arrays, &tile);
}
