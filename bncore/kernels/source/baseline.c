/* The passes for every processor of the architecture: SSE2 on x86-64, NEON on aarch64. */
#define PASSES baseline_passes
#if defined(__x86_64__)
#define NAME "sse2"
#include <emmintrin.h>
#define STREAM_BYTES 16
#define STREAM(to, from) _mm_stream_si128((__m128i *)(to), _mm_loadu_si128((const __m128i *)(from)))
#elif defined(__aarch64__)
#define NAME "neon"
#else
#define NAME "baseline"
#endif
#include "all.h"
