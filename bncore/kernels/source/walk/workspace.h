/* What a thread computes in: lanes of one value each, numbers as float64, and contiguous copies of tiles that are not.
 * One for all instruction sets. What of it is not touched takes no memory: the copies where all tiles lie side by side
 * (benchmarks/README.md). */
#ifndef BN_WORKSPACE_H
#define BN_WORKSPACE_H

#include <stddef.h>

#include "arrays.h"
#include "sizes.h"

/* ROOM is not a power of two, which would put all rows in the same sets of the cache. */
enum { LANES = 12, ROOM = WIDEST + 40, STREAMED = 4 };

typedef struct {
    double lanes[LANES][ROOM] __attribute__((aligned(64)));
    double kept[2][KEPT] __attribute__((aligned(64)));
    double stream[STREAMED * WIDEST] __attribute__((aligned(64)));
    double copies[OPERANDS][TILE] __attribute__((aligned(64)));
    ptrdiff_t places[TILE + 1]; /* bytes of a tile's rows, and behind them of its positions: together at most so many */
} Workspace;

/* This thread's own, made at its first pass and freed with it; NULL where there is no memory. */
Workspace *workspace(void);

#endif
