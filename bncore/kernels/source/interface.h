/* Arrays of Python as the passes take them: NumPy's array interface.
 * https://numpy.org/doc/stable/reference/arrays.interface.html
 */
#ifndef BN_INTERFACE_H
#define BN_INTERFACE_H

#define Py_LIMITED_API 0x030B0000
#include <Python.h>

#include <stddef.h>

#include "passes.h"

extern const Passes *passes; /* in force */

typedef struct { /* PyArrayInterface, version 2 */
    int two, nd;
    char typekind;
    int itemsize, flags;
    Py_intptr_t *shape, *strides;
    void *data;
    PyObject *descr;
} Interface;

enum { ALIGNED = 0x100, NATIVE = 0x200, WRITABLE = 0x400, RELEASED = 1 << 15 };

/* array.c: the interface of an array of float32 or float64 that is aligned and in this machine's byte order, else NULL;
 * in `own` where it is read from the array itself, and `held` is to be given back in any case. */
const Interface *interface_of(PyObject *array, PyObject **held, Interface *own);

/* Whether it is NumPy's own array, and no subclass. */
int is_array(PyObject *given);
PyObject *new_array(PyObject *shape, int itemsize, PyObject *block); /* of the bytes of a block, or NumPy's */
int prepare_arrays(void);

/* The first number of contiguous rows (rows, D) of float64, else NULL. */
static inline double *rows_of(const Interface *of, ptrdiff_t rows, ptrdiff_t width) {
    int fits = of && of->nd == 2 && of->itemsize == 8 && of->shape[0] == rows && of->shape[1] == width &&
               (width == 1 || of->strides[1] == 8) && of->strides[0] == width * 8 && (of->flags & WRITABLE);
    return fits ? of->data : NULL;
}

/* module.c: arrays of one shape and dtype, that have the axis, as the passes see them; their table and sums; a
 * parameter in a row of the table; a pass over them. */
int fill(Arrays *arrays, const Interface *const *of, int operands, int axis);
Features features_of(double *table, double *sums, ptrdiff_t width);
int copied(double *row, PyObject *given, double otherwise, ptrdiff_t width);
typedef int (*Pass)(const Arrays *, const Features *, const Rule *);
int passed(Pass pass, const Arrays *arrays, const Features *features, const Rule *rule);

/* block.c: a block of bytes, that begin in a page where others do, NULL where it is too large for one; those of a block
 * that has so many, else NULL. */
PyObject *block_of(size_t size, const void *like);
void *bytes_of(PyObject *given, size_t size);
int prepare_blocks(void);
int prepare_whole(void);

#endif
