/* Where a tile's results go: in place; by way of a copy, where they do not lie side by side; or past the caches, where
 * the arrays are larger than those: then a few rows are computed in the first cache and streamed. For one dtype, T. */
static Written OF(opened)(const Plan *plan, const Arrays *arrays, const Tile *tile, Workspace *own, int streamed) {
    Written written = {.rows = most(1, tile->full)};
    if (!OF(lies)(plan, arrays, 0, tile, &written.stride)) {
        written.copy = written.to = own->copies[0], written.stride = tile->lanes;
        return written;
    }
    written.to = OF(corner)(arrays, 0, tile), written.next = plan->next;
#ifdef STREAM
    if (streamed) {
        written.stream = own->stream, written.rows = STREAMED, written.next = 0;
        written.far = written.stride, written.stride = tile->lanes;
    }
#else
    (void)streamed;
#endif
    return written;
}

static T *OF(room)(const Written *written, ptrdiff_t row) {
    return written->stream ? (T *)written->stream : (T *)written->to + row * written->stride;
}

static void OF(close_rows)(const Written *written, ptrdiff_t row, ptrdiff_t rows, ptrdiff_t lanes) {
#ifdef STREAM
    if (!written->stream) return;
    const T *from = (const T *)written->stream;
    for (T *to = (T *)written->to + row * written->far; rows--; to += written->far, from += lanes)
        stream((char *)to, (const char *)from, lanes * sizeof(T));
#else
    (void)written, (void)row, (void)rows, (void)lanes;
#endif
}

ALWAYS void OF(closed)(const Written *written, const Arrays *arrays, const Tile *tile) {
    if (written->copy) OF(copy)(arrays, 0, tile, (T *)written->copy, 1);
#ifdef STREAM
    if (written->stream) _mm_sfence(); /* before another thread is told that it is done */
#endif
}
