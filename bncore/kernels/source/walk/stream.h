/* Bytes written past the caches, from a place in the first cache; and where a tile's results go (written.h). */
#ifndef BN_STREAM_H
#define BN_STREAM_H

typedef struct {
    void *to, *copy, *stream;
    ptrdiff_t stride, far; /* of rows of lanes, in numbers: where they are computed, where they go */
    ptrdiff_t rows;        /* at once */
    ptrdiff_t next;        /* bytes ahead that are fetched (plan.h) */
} Written;

#ifdef STREAM
static void stream(char *to, const char *from, ptrdiff_t bytes) {
    ptrdiff_t head = least(bytes, -(ptrdiff_t)(size_t)to & (STREAM_BYTES - 1));
    memcpy(to, from, head);
    for (to += head, from += head, bytes -= head; bytes >= STREAM_BYTES;
         to += STREAM_BYTES, from += STREAM_BYTES, bytes -= STREAM_BYTES)
        STREAM(to, from);
    memcpy(to, from, bytes);
}
#endif

#endif
