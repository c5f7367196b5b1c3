/* A small batch of rows side by side, from its numbers to the results: a line of the cache of features at a time, down
 * all rows. Sums, and what is made of them, stay in registers, and what is read stays in the first cache as float64
 * until results are made of it. The steps are those of moments.h, merge.h and normalize.h, of sums.h and gradient.h, of
 * one tile and one part. */

/* The mean of the first ROWS numbers of each feature, or of all where they are fewer. */
ALWAYS Vector OF(near_at)(const T *x, ptrdiff_t stride, ptrdiff_t rows, const ptrdiff_t lanes) {
    const Vector from = sizeof(T) == sizeof(double) ? OF(load)(x, lanes, 0) : (Vector){0};
#define APART(r) (OF(load)(x + (r) * stride, lanes, 0) - from)
    if (rows >= ROWS) return from + TOTAL(APART, ROWS) * (1.0 / ROWS);
    Vector sum = APART(0);
    for (ptrdiff_t row = 1; row < rows; row++) sum += APART(row);
    return from + sum / (double)rows;
#undef APART
}

/* The moments of some vectors of features, whose numbers are kept; `next` is written next. */
ALWAYS void OF(column_moments_at)(const T *x, ptrdiff_t stride, ptrdiff_t rows, const int vectors,
                                  const ptrdiff_t lanes, const T *next, ptrdiff_t to, double *kept, Moments *of) {
    const double each = 1 / (double)rows;
    Vector near[ABREAST], rest[ABREAST], squares[ABREAST];
    EACH_VECTOR near[v] = OF(near_at)(x + v * WIDTH, stride, rows, lanes);
#define AT(row, v, plain, product)                                                   \
    do {                                                                             \
        const Vector number_ = OF(load)(x + (row) * stride + (v) * WIDTH, lanes, 0); \
        const Vector apart_ = number_ - near[v];                                     \
        *(Vector *)(kept + ((row) * ABREAST + (v)) * WIDTH) = number_;               \
        plain += apart_, product = FUSED(apart_, apart_, product);                   \
    } while (0)
    EACH_SUM(rows, next, to, rest, squares, AT);
#undef AT
    EACH_VECTOR {
        const Vector correction = rest[v] * each, square = squares[v] - rest[v] * correction;
        of[v].mean = added(near[v], correction, &of[v].rest);
        of[v].var = (Vector)((Mask)square & ~(Mask)(square < 0)) * each; /* NaN stays */
    }
}

ALWAYS Mask OF(column_forward_at)(const T *x, ptrdiff_t stride, T *y, ptrdiff_t to, ptrdiff_t rows,
                                  const Features *features, ptrdiff_t first, const Rule *rule, const int vectors,
                                  const ptrdiff_t lanes, double *kept) {
    Moments of[ABREAST];
    Vector factor[ABREAST], shift[ABREAST];
    Mask odd = {0};
    OF(column_moments_at)(x, stride, rows, vectors, lanes, y, to, kept, of);
    EACH_VECTOR {
        const ptrdiff_t d = first + v * WIDTH;
        const Vector scale = scales_of(rule, of[v].var), reciprocal = 1.0 / scale;
        odd |= keep_moments(features, d, lanes, of + v);
        keep(features->scale + d, scale, lanes), keep(features->factor + d, reciprocal, lanes);
        const Mask odd_y = lines_of_y(of[v].rest, reciprocal, some(features->gamma + d, lanes),
                                      some(features->beta + d, lanes), factor + v, shift + v);
        odd |= (Mask)first_lanes((Vector)odd_y, lanes); /* the others have no epsilon to divide by, either */
    }
    for (ptrdiff_t row = 0; row < rows; row++) {
        FETCH(x + row * stride + ABREAST * WIDTH);
        EACH_VECTOR {
            const Vector apart = at(kept + (row * ABREAST + v) * WIDTH) - of[v].mean;
            OF(store)(y + row * to + v * WIDTH, FUSED(apart, factor[v], shift[v]), lanes);
        }
    }
    return odd;
}

/* sum dy and sum dy (x - mean) of some vectors of features; dy and x - mean are kept. */
ALWAYS void OF(column_sums_at)(const T *dy, ptrdiff_t by, const T *x, ptrdiff_t stride, ptrdiff_t rows,
                               const Vector *mean, const int vectors, const ptrdiff_t lanes, const T *next,
                               ptrdiff_t to, double (*kept)[KEPT], Vector *of_dy, Vector *of_both) {
#define AT(row, v, plain, product)                                                            \
    do {                                                                                      \
        const ptrdiff_t place_ = ((row) * ABREAST + (v)) * WIDTH;                             \
        const Vector given_ = OF(load)(dy + (row) * by + (v) * WIDTH, lanes, 0);              \
        const Vector apart_ = OF(load)(x + (row) * stride + (v) * WIDTH, lanes, 0) - mean[v]; \
        *(Vector *)(kept[0] + place_) = given_, *(Vector *)(kept[1] + place_) = apart_;       \
        plain += given_, product = FUSED(given_, apart_, product);                            \
    } while (0)
    EACH_SUM(rows, next, to, of_dy, of_both, AT);
#undef AT
}

ALWAYS Mask OF(column_backward_at)(const T *dy, ptrdiff_t by, const T *x, ptrdiff_t stride, T *dx, ptrdiff_t to,
                                   ptrdiff_t rows, const Features *features, ptrdiff_t first, const Rule *rule,
                                   const int vectors, const ptrdiff_t lanes, double (*kept)[KEPT]) {
    Vector mean[ABREAST], plain[ABREAST], both[ABREAST], slope[ABREAST], along[ABREAST], shift[ABREAST];
    Mask odd = {0};
    EACH_VECTOR mean[v] = some(features->mean + first + v * WIDTH, lanes);
    OF(column_sums_at)(dy, by, x, stride, rows, mean, vectors, lanes, dx, to, kept, plain, both);
    EACH_VECTOR {
        const ptrdiff_t d = first + v * WIDTH;
        const Vector rest = some(features->rest + d, lanes), reciprocal = some(features->factor + d, lanes);
        const Vector pull = pulls_of(rule, some(features->var + d, lanes), some(features->scale + d, lanes));
        Vector dgamma;
        odd |= dgamma_of(plain[v], both[v], rest, reciprocal, sizeof(T) == sizeof(double), &dgamma);
        keep(features->dbeta + d, plain[v], lanes), keep(features->dgamma + d, dgamma, lanes);
        odd |= lines_of_dx(share_of_each(rule, rows), rest, reciprocal, some(features->gamma + d, lanes), plain[v],
                           dgamma, pull, slope + v, along + v, shift + v);
    }
    for (ptrdiff_t row = 0; row < rows; row++) {
        FETCH(dy + row * by + ABREAST * WIDTH);
        EACH_VECTOR {
            const ptrdiff_t place = (row * ABREAST + v) * WIDTH;
            const Vector direct = FUSED(at(kept[0] + place), slope[v], shift[v]);
            OF(store)(dx + row * to + v * WIDTH, FUSED(at(kept[1] + place), along[v], direct), lanes);
        }
    }
    return odd;
}

/* The moments of a panel; whether a variance is odd. */
static int OF(column_moments)(const Plan *plan, const Arrays *arrays, ptrdiff_t panel, const Features *features) {
    Workspace *own = workspace();
    const Tile tile = tile_of(plan, arrays, panel, 0);
    ptrdiff_t stride;
    const T *x = OF(read)(plan, arrays, 0, &tile, (T *)own->copies[0], &stride);
    Mask odd = {0};
#define AT(lane, vectors, lanes)                                                                       \
    do {                                                                                               \
        Moments of_[ABREAST];                                                                          \
        OF(column_moments_at)(x + (lane), stride, tile.rows, vectors, lanes, x, 0, own->kept[0], of_); \
        for (int v_ = 0; v_ < (vectors); v_++)                                                         \
            odd |= keep_moments(features, tile.feature + (lane) + v_ * WIDTH, lanes, of_ + v_);        \
    } while (0)
    EACH_LINE(0, tile.features, AT);
#undef AT
    return any(odd);
}

/* All of a panel's results; whether a number of a feature is odd. */
static int OF(column_forward)(const Plan *plan, const Arrays *arrays, ptrdiff_t panel, const Features *features,
                              const Rule *rule) {
    Workspace *own = workspace();
    const Tile tile = tile_of(plan, arrays, panel, 0);
    ptrdiff_t stride;
    const T *x = OF(read)(plan, arrays, 1, &tile, (T *)own->copies[1], &stride);
    const Written written = OF(opened)(plan, arrays, &tile, own, 0);
    T *y = (T *)written.to;
    Mask odd = {0};
#define AT(lane, vectors, lanes)                                                                      \
    odd |= OF(column_forward_at)(x + (lane), stride, y + (lane), written.stride, tile.rows, features, \
                                 tile.feature + (lane), rule, vectors, lanes, own->kept[0])
    EACH_LINE(head_of(y, written.stride, &tile, sizeof(T)), tile.features, AT);
#undef AT
    OF(closed)(&written, arrays, &tile);
    return any(odd);
}

static int OF(column_backward)(const Plan *plan, const Arrays *arrays, ptrdiff_t panel, const Features *features,
                               const Rule *rule) {
    Workspace *own = workspace();
    const Tile tile = tile_of(plan, arrays, panel, 0);
    ptrdiff_t by, stride;
    const T *dy = OF(read)(plan, arrays, 1, &tile, (T *)own->copies[1], &by);
    const T *x = OF(read)(plan, arrays, 2, &tile, (T *)own->copies[2], &stride);
    const Written written = OF(opened)(plan, arrays, &tile, own, 0);
    T *dx = (T *)written.to;
    Mask odd = {0};
#define AT(lane, vectors, lanes)                                                                    \
    odd |= OF(column_backward_at)(dy + (lane), by, x + (lane), stride, dx + (lane), written.stride, \
                                  tile.rows, features, tile.feature + (lane), rule, vectors, lanes, own->kept)
    EACH_LINE(head_of(dx, written.stride, &tile, sizeof(T)), tile.features, AT);
#undef AT
    OF(closed)(&written, arrays, &tile);
    return any(odd);
}
