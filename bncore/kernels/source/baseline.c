/* The passes for every processor of the architecture: SSE2 on x86-64; NEON on aarch64, which fuses as AVX2 does. */
#define PASSES baseline_passes
#define WIDTH 2
#if defined(__x86_64__)
#define NAME "sse2"
#include <emmintrin.h>
#define ROOT(numbers) _mm_sqrt_pd(numbers)
#define WIDEN(from) _mm_cvtps_pd(_mm_castsi128_ps(_mm_loadl_epi64((const __m128i *)(from))))
#define NARROW(to, numbers) _mm_storel_epi64((__m128i *)(to), _mm_castps_si128(_mm_cvtpd_ps(numbers)))
#define STREAM_BYTES 16
#define STREAM(to, from) _mm_stream_si128((__m128i *)(to), _mm_loadu_si128((const __m128i *)(from)))
#elif defined(__aarch64__)
#define NAME "neon"
#include <arm_neon.h>
#define FUSED(a, b, c) vfmaq_f64(c, a, b)
#define ROOT(numbers) vsqrtq_f64(numbers)
#define WIDEN(from) vcvt_f64_f32(vld1_f32(from))
#define NARROW(to, numbers) vst1_f32(to, vcvt_f32_f64(numbers))
#else
#define NAME "baseline"
#endif
#include "all.h"
