/* What a thread computes in: lanes of one value each, and contiguous copies of tiles that are not. Under half a megabyte. */
#ifndef BN_WORKSPACE_H
#define BN_WORKSPACE_H

enum { LANES = 12, ROOM = WIDEST + 40 }; /* not a power of two, which would put all rows in the same sets of the cache */

typedef struct {
    double lanes[LANES][ROOM] __attribute__((aligned(64)));
    double copies[OPERANDS][TILE] __attribute__((aligned(64)));
    ptrdiff_t of_row[TILE], of_position[TILE]; /* bytes */
    double stream[4 * WIDEST] __attribute__((aligned(64)));
} Workspace;

/* This thread's own, made at its first pass and freed with it. */
static Workspace *workspace(void) {
    static _Thread_local Workspace own;
    return &own;
}

#endif
