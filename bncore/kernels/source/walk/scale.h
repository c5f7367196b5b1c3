/* s, and what it does to the way back; as in bncore/epsilon.py. */
#ifndef BN_SCALE_H
#define BN_SCALE_H

/* Mean squares from LEAST on have all their digits (bncore/exact/lift.py). Factors from SMALL on have them in every
 * product with a number that float64 holds. */
static const double LEAST = 0x1p-1000, SMALL = 0x1p-950;

static int is_variance_odd(double var) { return !(var >= LEAST && var <= DBL_MAX); }

/* Of a row, which has one; of a vector of features in walk/lines.h. */
static double scale_of(const Rule *rule, double var) {
    return rule->beside ? sqrt(var) + rule->eps : sqrt(var + rule->eps);
}

/* c0 of the backward pass. */
static double pull_of(const Rule *rule, double var, double scale) {
    if (!rule->beside) return 1;
    return var > 0 ? fmin(scale / sqrt(var), DBL_MAX) : 0;
}

#endif
