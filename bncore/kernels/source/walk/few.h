/* What standardization leaves of the gradient of a few numbers a feature, without cancellation; as
 * bncore/exact/cancellation.py:
 *
 *     g = <g> + b v + r        g - <g> - c0 v <g v> = r + left b v        left = 1 - c0 <v^2>
 *
 * r has lost its mean and its part along v twice. A vector is of WIDTH features. */
#ifndef BN_FEW_H
#define BN_FEW_H

typedef int64_t Mask __attribute__((vector_size(8 * WIDTH), aligned(8), may_alias));

/* (count, stride): x, and dy, which becomes what is left of it; and of each feature what both are seen by. */
typedef struct {
    ptrdiff_t count, stride;
    double *x, *dy;
    const double *mean, *rest, *factor, *slope, *left;
} Few;

/* <one other>, or <one>, in two chains; of a power of two of them without a division. */
ALWAYS Vector mean_of(const Vector *one, const Vector *other, const ptrdiff_t count) {
    Vector even = {0}, odd = {0};
    for (ptrdiff_t i = 0; i + 1 < count; i += 2) {
        even += other ? (Vector)(one[i] * other[i]) : one[i];
        odd += other ? (Vector)(one[i + 1] * other[i + 1]) : one[i + 1];
    }
    if (count % 2) even += other ? (Vector)(one[count - 1] * other[count - 1]) : one[count - 1];
    const double share = 1 / (double)count;
    return count & (count - 1) ? (Vector)((even + odd) / (double)count) : (Vector)((even + odd) * share);
}

/* dy <- slope (r + left b v) of the features from `d` on; where mean squares have lost digits that count. */
ALWAYS Mask kept_at(const Few *of, const ptrdiff_t d) {
    const Vector mean = at(of->mean + d), less = at(of->rest + d), factor = at(of->factor + d);
    Vector v[FEW], r[FEW], along = {0};
    for (ptrdiff_t i = 0; i < of->count; i++) {
        v[i] = ((at(of->x + i * of->stride + d) - mean) - less) * factor;
        r[i] = at(of->dy + i * of->stride + d);
    }
    const Vector squares = mean_of(v, v, of->count);
    const Mask whole = (Mask)(squares >= LEAST) & (Mask)(squares <= DBL_MAX);
    const Vector inverse = (Vector)((Mask)(1.0 / squares) & whole);
    Mask odd = {0};
    for (ptrdiff_t i = 0; i < of->count; i++) odd |= (Mask)(v[i] != 0) & ~whole;
    for (int time = 0; time < 2; time++) {
        const Vector level = mean_of(r, NULL, of->count);
        for (ptrdiff_t i = 0; i < of->count; i++) r[i] -= level;
        const Vector part = mean_of(r, v, of->count) * inverse;
        for (ptrdiff_t i = 0; i < of->count; i++) r[i] -= part * v[i];
        along += part;
    }
    const Vector level = mean_of(r, NULL, of->count), left = at(of->left + d) * along, slope = at(of->slope + d);
    for (ptrdiff_t i = 0; i < of->count; i++)
        *(Vector *)(of->dy + i * of->stride + d) = slope * ((r[i] - level) + left * v[i]);
    return odd;
}

static int64_t kept_of(const Few *of) {
    Mask odd = {0};
    int64_t any = 0;
    for (ptrdiff_t d = 0; d < of->stride; d += WIDTH) odd |= kept_at(of, d);
    for (int lane = 0; lane < WIDTH; lane++) any |= odd[lane];
    return any;
}

/* Values of some features and zeros up to a whole vector. */
static const double *filled(const double *values, ptrdiff_t count, ptrdiff_t stride, double *room) {
    memcpy(room, values, count * sizeof *room);
    memset(room + count, 0, (stride - count) * sizeof *room);
    return room;
}

#endif
