/* Sums of a run of numbers: so many stand side by side in vectors, the first numbers in the first lanes, and are added
 * up in halves, whatever the vectors. */
#ifndef BN_ACROSS_H
#define BN_ACROSS_H

/* AT(at, vector, lanes): as many numbers as `vectors` have lanes at once, then what is left. */
#define EACH_ACROSS(given, vectors, AT)                                                              \
    do {                                                                                             \
        ptrdiff_t at_ = 0;                                                                           \
        for (; at_ + (vectors) * WIDTH <= (given); at_ += (vectors) * WIDTH)                         \
            _Pragma("GCC unroll 16") for (int v_ = 0; v_ < (vectors); v_++) AT(at_ + v_ * WIDTH, v_, WIDTH); \
        _Pragma("GCC unroll 16") for (int v_ = 0; v_ < (vectors); v_++)                              \
            if (at_ + v_ * WIDTH < (given)) AT(at_ + v_ * WIDTH, v_, least(WIDTH, (given) - at_ - v_ * WIDTH)); \
    } while (0)

/* The first lanes of a vector, and zeros. */
ALWAYS Vector first_lanes(Vector numbers, const ptrdiff_t lanes) {
    Mask lane;
    for (int i = 0; i < WIDTH; i++) lane[i] = i;
    return (Vector)((Mask)numbers & (lane < lanes));
}

ALWAYS double in_halves(const Vector *given, const int vectors) {
    Vector sums[16];
    double sum[WIDTH];
    memcpy(sums, given, vectors * sizeof *sums);
    _Pragma("GCC unroll 5") for (int half = vectors / 2; half; half /= 2)
        _Pragma("GCC unroll 8") for (int v = 0; v < half; v++) sums[v] += sums[v + half];
    memcpy(sum, sums, sizeof sum);
    _Pragma("GCC unroll 3") for (int half = WIDTH / 2; half; half /= 2)
        _Pragma("GCC unroll 4") for (int i = 0; i < half; i++) sum[i] += sum[i + half];
    return sum[0];
}

#endif
