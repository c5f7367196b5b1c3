/* Whether a result was too large for its dtype since this was last forgotten: on x86-64 of the vector unit alone, which
 * is all that computes there; the library's functions look at a second unit, and take as long as a small batch. */
#ifndef BN_OVERFLOW_H
#define BN_OVERFLOW_H

#if defined(__x86_64__)
#include <xmmintrin.h>

static void forget_overflow(void) {
    const unsigned state = _mm_getcsr();
    if (state & _MM_EXCEPT_OVERFLOW) _mm_setcsr(state & ~_MM_EXCEPT_OVERFLOW);
    __asm__ volatile("" ::: "memory"); /* nothing is computed before, */
}

static int overflowed(void) {
    __asm__ volatile("" ::: "memory"); /* nor after */
    return (_mm_getcsr() & _MM_EXCEPT_OVERFLOW) != 0;
}
#else
static void forget_overflow(void) { feclearexcept(FE_OVERFLOW); }

static int overflowed(void) { return fetestexcept(FE_OVERFLOW) != 0; }
#endif

#endif
