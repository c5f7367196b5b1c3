/* The passes for x86-64 processors with AVX-512 (F, VL, DQ and BW). */
#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512vl,avx512dq,avx512bw,prefer-vector-width=512")
#endif
#include <immintrin.h>
#define PASSES avx512_passes
#define NAME "avx512"
#define STREAM_BYTES 64
#define STREAM(to, from) _mm512_stream_si512((__m512i *)(to), _mm512_loadu_si512(from))
#define WIDTH 8
#define FUSED(a, b, c) _mm512_fmadd_pd(a, b, c)
#define ROOT(numbers) _mm512_sqrt_pd(numbers)
#define WIDEN(from) _mm512_cvtps_pd(_mm256_loadu_ps(from))
#define NARROW(to, numbers) _mm256_storeu_ps(to, _mm512_cvtpd_ps(numbers))
#include "all.h"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#else
typedef int nothing_here;
#endif
