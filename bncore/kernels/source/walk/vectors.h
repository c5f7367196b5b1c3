/* WIDTH numbers of a row of lanes at once, computed on as float64: for one dtype, T. A vector of this processor's, in
 * GCC's and Clang's terms; where fewer than WIDTH lanes are left, the rest of it is zeros. Lane by lane all instruction
 * sets that fuse compute the same. */
#define ALWAYS static inline __attribute__((always_inline))

#ifndef BN_VECTORS_H
#define BN_VECTORS_H

typedef double Vector __attribute__((vector_size(8 * WIDTH), aligned(8), may_alias));

/* a * b + c, rounded once where the instruction set can: to the last place, what it is elsewhere. */
#ifndef FUSED
#define FUSED(a, b, c) ((a) * (b) + (c))
#endif

typedef int64_t Mask __attribute__((vector_size(8 * WIDTH), aligned(8), may_alias));

ALWAYS Vector at(const double *lanes) { return *(const Vector *)lanes; }

/* As many of them as there are, and zeros. */
ALWAYS Vector some(const double *from, const ptrdiff_t lanes) {
    double few[WIDTH] = {0};
    if (lanes == WIDTH) return at(from);
    memcpy(few, from, lanes * sizeof *few);
    return at(few);
}

ALWAYS void keep(double *to, Vector numbers, const ptrdiff_t lanes) {
    if (lanes == WIDTH) *(Vector *)to = numbers;
    else
        for (ptrdiff_t lane = 0; lane < lanes; lane++) to[lane] = numbers[lane];
}

/* a + b, and its rounding error, as two_sum in pass/merge.h. */
ALWAYS Vector added(Vector a, Vector b, Vector *rest) {
    const Vector total = a + b, of_b = total - a;
    *rest = (a - (total - of_b)) + (b - of_b);
    return total;
}
ALWAYS void add(double *to, Vector more, const ptrdiff_t lanes) {
    if (lanes == WIDTH) *(Vector *)to += more;
    else
        for (ptrdiff_t lane = 0; lane < lanes; lane++) to[lane] += more[lane];
}

/* AT(row, rows, lane, lanes, ahead) of all that there are: `most` rows at once, then single ones; WIDTH lanes, then the
 * rest. */
#define EACH(ahead, given_rows, most, given_lanes, AT)                 \
    do {                                                               \
        if (ahead) EACH_ROW(given_rows, most, given_lanes, AT, AHEAD); \
        else EACH_ROW(given_rows, most, given_lanes, AT, 0);           \
    } while (0)
/* Row by row, of what is read a second time (walk/sizes.h). */
#define EACH_WRITTEN(ahead, given_rows, given_lanes, AT)                                                              \
    do {                                                                                                              \
        if (ahead) for (ptrdiff_t row_ = 0; row_ < (given_rows); row_++) EACH_TWICE(row_, 1, given_lanes, AT, AGAIN); \
        else for (ptrdiff_t row_ = 0; row_ < (given_rows); row_++) EACH_TWICE(row_, 1, given_lanes, AT, 0);           \
    } while (0)
#define EACH_ROW(given_rows, most, given_lanes, AT, ahead)                                                   \
    do {                                                                                                     \
        ptrdiff_t row_ = 0;                                                                                  \
        for (; row_ + (most) <= (given_rows); row_ += (most)) EACH_LANE(row_, most, given_lanes, AT, ahead); \
        for (; row_ < (given_rows); row_++) EACH_LANE(row_, 1, given_lanes, AT, ahead);                      \
    } while (0)
#define EACH_LANE(row, rows, given_lanes, AT, ahead)                                               \
    do {                                                                                           \
        ptrdiff_t lane_ = 0;                                                                       \
        for (; lane_ + WIDTH <= (given_lanes); lane_ += WIDTH) AT(row, rows, lane_, WIDTH, ahead); \
        if (lane_ < (given_lanes)) AT(row, rows, lane_, (given_lanes) - lane_, ahead);             \
    } while (0)

/* AT(row, rows, lane, lanes, ahead) likewise, of what may be done to a lane twice: the last vector is a whole one that
 * begins before the end of the one before it, where there are so many lanes. */
#define EACH_TWICE(row, rows, given_lanes, AT, ahead)                                              \
    do {                                                                                           \
        const ptrdiff_t lanes_ = (given_lanes);                                                    \
        ptrdiff_t lane_ = 0;                                                                       \
        for (; lane_ + WIDTH <= lanes_; lane_ += WIDTH) AT(row, rows, lane_, WIDTH, ahead);        \
        if (lane_ < lanes_ && lanes_ > WIDTH) AT(row, rows, lanes_ - WIDTH, WIDTH, ahead);         \
        else if (lane_ < lanes_) AT(row, rows, lane_, lanes_ - lane_, ahead);                      \
    } while (0)

/* The sum of OF_ROW(0) … OF_ROW(rows - 1), for 1 and ROWS of them, in pairs. */
#define TOTAL(OF_ROW, rows) ((rows) == 1 ? (Vector)OF_ROW(0) : (Vector)(FOUR(OF_ROW, 0) + FOUR(OF_ROW, 4)))
#define FOUR(OF_ROW, r) ((OF_ROW(r) + OF_ROW(r + 1)) + (OF_ROW(r + 2) + OF_ROW(r + 3)))

/* The sum of one[r] * other[r], in two chains. */
ALWAYS Vector products(const Vector *one, const Vector *other, const int rows) {
    if (rows == 1) return one[0] * other[0];
    Vector even = one[0] * other[0], odd = one[1] * other[1];
    _Pragma("GCC unroll 8") for (int r = 2; r < rows; r += 2) {
        even = FUSED(one[r], other[r], even);
        odd = FUSED(one[r + 1], other[r + 1], odd);
    }
    return even + odd;
}

/* Between float32 and float64, where the compiler's own way is a slow one: WIDEN, NARROW of the instruction set. */
typedef float Narrow __attribute__((vector_size(4 * WIDTH), aligned(4), may_alias));
#ifndef ROOT
ALWAYS Vector root(Vector numbers) {
    for (int lane = 0; lane < WIDTH; lane++) numbers[lane] = sqrt(numbers[lane]);
    return numbers;
}
#define ROOT(numbers) root(numbers)
#endif
#ifndef WIDEN
#define WIDEN(from) __builtin_convertvector(*(const Narrow *)(from), Vector)
#define NARROW(to, numbers) (*(Narrow *)(to) = __builtin_convertvector(numbers, Narrow))
#endif

ALWAYS Vector widened_float(const float *from) { return WIDEN(from); }
ALWAYS Vector widened_double(const double *from) { return *(const Vector *)from; }
ALWAYS void narrowed_float(float *to, Vector numbers) { NARROW(to, numbers); }
ALWAYS void narrowed_double(double *to, Vector numbers) { *(Vector *)to = numbers; }

#endif

/* Numbers of T at any place; `lanes` of them, which is WIDTH but at the end of a row. What lies `ahead` bytes further
 * is fetched meanwhile. */
ALWAYS Vector OF(load)(const T *from, const ptrdiff_t lanes, const int ahead) {
    T few[WIDTH] = {0};
    if (ahead) __builtin_prefetch((const char *)from + ahead);
    if (lanes == WIDTH) return OF(widened)(from);
    memcpy(few, from, lanes * sizeof(T));
    return OF(widened)(few);
}

ALWAYS void OF(store)(T *to, Vector numbers, const ptrdiff_t lanes) {
    T few[WIDTH];
    OF(narrowed)(lanes == WIDTH ? to : few, numbers);
    if (lanes != WIDTH) memcpy(to, few, lanes * sizeof(T));
}
