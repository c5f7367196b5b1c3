/* What standardization leaves of the gradient of a few numbers a feature, without cancellation; as
 * bncore/exact/cancellation.py:
 *
 *     g = <g> + b v + r        g - <g> - c0 v <g v> = r + left b v        left = 1 - c0 <v^2>
 *
 * r has lost its mean and its part along v twice. A vector is of WIDTH features. */
#ifndef BN_FEW_H
#define BN_FEW_H

/* What the numbers of a vector of features are seen by, and their sums: of dy, and of dy v. */
typedef struct {
    Vector mean, rest, factor, slope, left, plain, along;
} Seen;

/* The sum of one other, or of one, in two chains. */
ALWAYS Vector sum_of(const Vector *one, const Vector *other, const ptrdiff_t count) {
    Vector even = {0}, odd = {0};
#define MORE(sum, i) ((sum) = other ? (Vector)FUSED(one[i], other[i], sum) : (Vector)((sum) + one[i]))
    for (ptrdiff_t i = 0; i + 1 < count; i += 2) MORE(even, i), MORE(odd, i + 1);
    if (count % 2) MORE(even, count - 1);
#undef MORE
    return even + odd;
}

/* Of a power of two of them without a division. */
ALWAYS Vector share_of(const Vector sum, const ptrdiff_t count) {
    const double share = 1 / (double)count;
    return count & (count - 1) ? (Vector)(sum / (double)count) : (Vector)(sum * share);
}

/* r, which is dy, <- slope (r + left b v), of v, which is x. Where v is so small that its squares are nothing in
 * float64, epsilon is nearly all of s: `left` is 1, and b v stays in r. */
ALWAYS void kept_of(Vector *v, Vector *r, const ptrdiff_t count, Seen *of) {
    for (ptrdiff_t i = 0; i < count; i++) v[i] = ((v[i] - of->mean) - of->rest) * of->factor;
    const Vector squares = share_of(sum_of(v, v, count), count);
    const Mask whole = (Mask)(squares >= LEAST) & (Mask)(squares <= DBL_MAX);
    const Vector inverse = (Vector)((Mask)(1.0 / squares) & whole);
    of->plain = sum_of(r, NULL, count), of->along = sum_of(r, v, count);
    Vector level = share_of(of->plain, count), along = {0};
    for (int time = 0; time < 2; time++) {
        for (ptrdiff_t i = 0; i < count; i++) r[i] -= level;
        const Vector part = share_of(sum_of(r, v, count), count) * inverse;
        for (ptrdiff_t i = 0; i < count; i++) r[i] = FUSED(-part, v[i], r[i]);
        along += part;
        level = share_of(sum_of(r, NULL, count), count);
    }
    const Vector left = of->left * along;
    for (ptrdiff_t i = 0; i < count; i++) r[i] = of->slope * FUSED(left, v[i], r[i] - level);
}

/* What a panel's features have, and get. */
typedef struct {
    ptrdiff_t features;
    const double *mean, *rest, *factor, *gamma;
    double *slope, *left, *dbeta, *dgamma;
} Panel;

static int slopes_of(const Panel *of, const Rule *rule) {
    Mask odd = {0};
#define AT(row, rows, d, lanes, more)                                                                        \
    do {                                                                                                     \
        const Vector factor_ = some(of->factor + (d), lanes), once_ = rule->eps * factor_;                   \
        Vector slope_;                                                                                       \
        odd |= infinite(factor_) | slope_of(factor_, some(of->gamma + (d), lanes), &slope_);                 \
        keep(of->slope + (d), slope_, lanes);                                                                \
        keep(of->left + (d), rule->beside ? once_ : (Vector)(once_ * factor_), lanes);                       \
    } while (0)
    EACH_LANE(0, 1, of->features, AT, 0);
#undef AT
    return any(odd);
}

static int64_t are_sums_odd(const Panel *of) {
    int64_t odd = 0;
    for (ptrdiff_t d = 0; d < of->features; d++) odd |= is_infinite(of->dbeta[d]) | is_infinite(of->dgamma[d]);
    return odd;
}

ALWAYS Seen seen_at(const Panel *panel, ptrdiff_t d, const ptrdiff_t lanes) {
    return (Seen){some(panel->mean + d, lanes),  some(panel->rest + d, lanes), some(panel->factor + d, lanes),
                  some(panel->slope + d, lanes), some(panel->left + d, lanes), {0}, {0}};
}

ALWAYS void keep_sums(const Panel *panel, ptrdiff_t d, const ptrdiff_t lanes, const Seen *of) {
    keep(panel->dbeta + d, of->plain, lanes), keep(panel->dgamma + d, of->along, lanes);
}

#endif
