/* Rows of cells that share a statistic: layer, group, instance and RMS norm. (M, K), each row side by side.
 *
 * A parameter belongs to a piece of a row: to one cell, or to the positions of a channel. Rows take the parameters of
 * `groups` groups in turn: group norm's row number m has those of group m % groups.
 */
#ifndef BN_ROWS_H
#define BN_ROWS_H

#include <stddef.h>

#include "arrays.h"

typedef struct {
    ptrdiff_t count, cells, stride[OPERANDS]; /* M, K, bytes from row to row */
    ptrdiff_t groups, piece;                  /* piece: cells of a parameter */
    char *data[OPERANDS];
    int operands, is_double;
} Rows;

/* (M,) each, and of the parameters (groups K / piece,). */
typedef struct {
    double *mean, *var, *rest, *scale, *factor;
    const double *gamma, *beta;
    double *dbeta, *dgamma;
} OfRows;

#endif
