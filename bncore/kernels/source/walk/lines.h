/* What results are made of beside the numbers, of a vector of features; and the lanes of it that are odd. */
#ifndef BN_LINES_H
#define BN_LINES_H

static int64_t is_infinite(double number) { return !(fabs(number) <= DBL_MAX); } /* or no number */

ALWAYS Vector size_of(Vector numbers) { return (Vector)((Mask)numbers & INT64_MAX); }
ALWAYS Mask infinite(Vector numbers) { return ~(Mask)(size_of(numbers) <= DBL_MAX); }
ALWAYS Mask small(Vector numbers) { return (Mask)(size_of(numbers) < SMALL); }

/* Whether a lane is set. */
ALWAYS int any(Mask lanes) {
    int64_t set = 0;
    for (int lane = 0; lane < WIDTH; lane++) set |= lanes[lane];
    return set != 0;
}

/* gamma or beta, as a row of float64 (passes.h) */
static int parameter_row(double *restrict row, const char *restrict from, ptrdiff_t stride, int size, ptrdiff_t count) {
    int64_t odd = 0;
    if (size == sizeof(double) && stride == sizeof(double)) memcpy(row, from, count * sizeof *row);
    else if (size == sizeof(float) && stride == sizeof(float))
        for (ptrdiff_t d = 0; d < count; d++) row[d] = ((const float *)from)[d]; /* by vectors */
    else
        for (ptrdiff_t d = 0; d < count; d++, from += stride)
            row[d] = size == sizeof(double) ? *(const double *)from : *(const float *)from;
    for (ptrdiff_t d = 0; d < count; d++) odd |= is_infinite(row[d]);
    return odd != 0;
}

/* scale_of and pull_of in walk/scale.h */
ALWAYS Vector scales_of(const Rule *rule, Vector var) {
    return rule->beside ? (Vector)(ROOT(var) + rule->eps) : (Vector)ROOT(var + rule->eps);
}

ALWAYS Vector pulls_of(const Rule *rule, Vector var, Vector scale) {
    if (!rule->beside) return (Vector){0} + 1.0;
    const Vector pull = scale / ROOT(var), most = (Vector){0} + DBL_MAX;
    const Mask fits = (Mask)(pull <= most);
    return (Vector)((((Mask)pull & fits) | ((Mask)most & ~fits)) & (Mask)(var > 0));
}

/* 1 / N, or 0 where statistics are constants and there are no paths. */
static double share_of_each(const Rule *rule, ptrdiff_t count) { return rule->constant ? 0 : 1 / (double)count; }

/* gamma / s, what x - mean is multiplied by in y, and dy in dx */
ALWAYS Mask slope_of(Vector reciprocal, Vector gamma, Vector *slope) {
    *slope = reciprocal * gamma;
    return infinite(*slope) | (small(*slope) & (Mask)(gamma != 0) & (Mask)(reciprocal != 0));
}

/* factor and shift of y (pass/normalize.h) */
ALWAYS Mask lines_of_y(Vector rest, Vector reciprocal, Vector gamma, Vector beta, Vector *factor, Vector *shift) {
    const Mask odd = slope_of(reciprocal, gamma, factor);
    *shift = beta - rest * *factor;
    return odd | infinite(*shift);
}

/* dgamma of sum dy and sum dy (x - mean) (pass/sums.h). A sum so small may have lost digits of its products. */
ALWAYS Mask dgamma_of(Vector plain, Vector along, Vector rest, Vector reciprocal, int is_double, Vector *dgamma) {
    *dgamma = (along - rest * plain) * reciprocal;
    const Mask lost = small(along) & ((Mask)(along != 0) | (Mask)(plain != 0));
    return infinite(*dgamma) | (is_double ? lost : (Mask){0}); /* where dbeta is infinite, dgamma is, or no number */
}

/* slope, along and shift of dx (pass/gradient.h); as _terms in bncore/gradient.py */
ALWAYS Mask lines_of_dx(double share, Vector rest, Vector reciprocal, Vector gamma, Vector dbeta, Vector dgamma,
                        Vector pull, Vector *slope, Vector *along, Vector *shift) {
    const Vector variance_path = pull * dgamma * share;
    const Mask odd = slope_of(reciprocal, gamma, slope);
    *along = -*slope * variance_path * reciprocal;
    *shift = -*slope * (dbeta * share) - rest * *along;
    return odd | infinite(*along) | infinite(*shift) |
           (small(*along) & (Mask)(*slope != 0) & (Mask)(variance_path != 0));
}

#endif
