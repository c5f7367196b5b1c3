/* The passes for x86-64 processors with AVX2 and FMA. */
#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma,tune=haswell")
#endif
#include <immintrin.h>
#define PASSES avx2_passes
#define NAME "avx2"
#define STREAM_BYTES 32
#define STREAM(to, from) _mm256_stream_si256((__m256i *)(to), _mm256_loadu_si256((const __m256i *)(from)))
#define WIDTH 4
#define FUSED(a, b, c) _mm256_fmadd_pd(a, b, c)
#define ROOT(numbers) _mm256_sqrt_pd(numbers)
#define WIDEN(from) _mm256_cvtps_pd(_mm_loadu_ps(from))
#define NARROW(to, numbers) _mm_storeu_ps(to, _mm256_cvtpd_ps(numbers))
#include "all.h"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#else
typedef int nothing_here;
#endif
