/* The calls over rows (walk/rows.h), (operands…, table, gamma, more, groups, piece, eps, beside, centred, threads):
 * operands (M, K) of one dtype, each row side by side, the written one first, x last; `table`, float64 (5, M), has
 * mean, var, rest, scale and factor; gamma, and more, are float64 rows (1, groups K / piece): beta, or backward, with
 * two rows, dbeta and dgamma. What is not like that is not served: the status UNSERVED.
 */
#include "interface.h"

enum { GIVEN = OPERANDS + 3 };

/* Whether the operands are rows of one shape and dtype. */
static int filled(Rows *rows, const Interface *const *of, int operands) {
    for (int o = 0; o < operands; o++) {
        if (of[o]->nd != 2 || of[o]->itemsize != of[0]->itemsize || of[o]->shape[0] != of[0]->shape[0] ||
            of[o]->shape[1] != of[0]->shape[1] || (of[o]->shape[1] > 1 && of[o]->strides[1] != of[o]->itemsize))
            return 0;
        rows->data[o] = of[o]->data, rows->stride[o] = of[o]->strides[0];
    }
    rows->count = of[0]->shape[0], rows->cells = of[0]->shape[1];
    rows->operands = operands, rows->is_double = of[0]->itemsize == 8;
    return rows->count > 0 && rows->cells > 0 && rows->groups > 0 && rows->piece > 0 &&
           rows->cells % rows->piece == 0 && rows->count % rows->groups == 0 &&
           (operands == 1 || of[0]->flags & WRITABLE);
}

static PyObject *called(int (*pass)(const Rows *, const OfRows *, const Rule *), PyObject *const *given,
                        Py_ssize_t count, int operands, int more) {
    const int rest = operands + 3;
    if (count != rest + 6) return PyErr_Format(PyExc_TypeError, "%d arguments are wanted", rest + 6);
    Rows rows = {.groups = PyLong_AsSsize_t(given[rest]), .piece = PyLong_AsSsize_t(given[rest + 1])};
    const Rule rule = {.eps = PyFloat_AsDouble(given[rest + 2]),
                       .beside = (int)PyLong_AsLong(given[rest + 3]),
                       .centred = (int)PyLong_AsLong(given[rest + 4]),
                       .threads = (int)PyLong_AsLong(given[rest + 5])};
    if (PyErr_Occurred()) return NULL;
    PyObject *held[GIVEN] = {NULL};
    Interface own[GIVEN];
    const Interface *of[GIVEN] = {NULL};
    int status = UNSERVED, served = 1;
    for (int o = 0; served && o < rest; o++)
        served = (of[o] = interface_of(given[o], &held[o], &own[o])) != NULL;
    if (served && filled(&rows, of, operands)) {
        const ptrdiff_t parameters = rows.groups * (rows.cells / rows.piece), m = rows.count;
        double *table = rows_of(of[operands], 5, m), *gamma = rows_of(of[operands + 1], 1, parameters);
        double *last = rows_of(of[operands + 2], more, parameters);
        if (table && gamma && last) {
            const OfRows features = {table, table + m, table + 2 * m, table + 3 * m, table + 4 * m,
                                     gamma, last,      last,          last + parameters};
            Py_BEGIN_ALLOW_THREADS
            status = pass(&rows, &features, &rule);
            Py_END_ALLOW_THREADS
        }
    }
    for (int o = 0; o < rest; o++) Py_XDECREF(held[o]);
    return status == NO_MEMORY ? PyErr_NoMemory() : PyLong_FromLong(status);
}

PyObject *moments_rows(PyObject *self, PyObject *const *given, Py_ssize_t count) {
    (void)self;
    return called(passes->forward_rows, given, count, 1, 1);
}

PyObject *forward_rows(PyObject *self, PyObject *const *given, Py_ssize_t count) {
    (void)self;
    return called(passes->forward_rows, given, count, 2, 1);
}

PyObject *backward_rows(PyObject *self, PyObject *const *given, Py_ssize_t count) {
    (void)self;
    return called(passes->backward_rows, given, count, 3, 2);
}
