/* Both passes of a batch as it is usually given, in one call each: NumPy's own arrays of one dtype and shape, epsilon a
 * float, the result a new array or one of its own. They are looked at, the result and the memory of its numbers a
 * feature are made, and the pass is run; for a small batch the same in Python takes longer than its numbers do.
 *
 * None is for anything else, and for what is wrong, which Python then names: nothing is written by then.
 */
#include <float.h>
#include <string.h>

#include "interface.h"

static PyObject *ndarray, *empty, *shape_name, *float32, *float64;

/* An array as an operand; where it is made here, its interface is, too. */
typedef struct {
    PyObject *array, *held;
    const Interface *of;
    Interface own;
    Py_intptr_t strides[AXES];
} Operand;

static int is_array(PyObject *given) { return (PyObject *)Py_TYPE(given) == ndarray; }

static int taken(Operand *operand, PyObject *given) {
    if (!is_array(given)) return 0;
    operand->array = Py_NewRef(given);
    return (operand->of = interface_of(given, &operand->held)) != NULL;
}

static void released(Operand *operands, int count) {
    for (int o = 0; o < count; o++) Py_XDECREF(operands[o].held), Py_XDECREF(operands[o].array);
}

static int are_alike(const Interface *one, const Interface *other) {
    int same = one->nd == other->nd && one->itemsize == other->itemsize;
    for (int axis = 0; same && axis < one->nd; axis++) same = one->shape[axis] == other->shape[axis];
    return same;
}

/* Where the numbers of an array begin and end in memory. */
static void extent(const Interface *of, uintptr_t *begin, uintptr_t *end) {
    *begin = (uintptr_t)of->data, *end = *begin + of->itemsize;
    for (int axis = 0; axis < of->nd; axis++) {
        const Py_intptr_t length = (of->shape[axis] - 1) * of->strides[axis];
        *(length < 0 ? begin : end) += length;
    }
}

static int are_apart(const Interface *one, const Interface *other) {
    uintptr_t begin, end, from, to;
    extent(one, &begin, &end), extent(other, &from, &to);
    return end <= from || to <= begin;
}

/* The shape of an array as a tuple; one after the other is often of the same, so the last one is kept. */
static PyObject *shape_of(const Operand *operand) {
    static PyObject *last;
    static Py_intptr_t lengths[AXES];
    static int axes;
    int same = last && axes == operand->of->nd;
    for (int axis = 0; same && axis < axes; axis++) same = lengths[axis] == operand->of->shape[axis];
    if (!same) {
        PyObject *shape = PyObject_GetAttr(operand->array, shape_name);
        if (!shape) return NULL;
        Py_XDECREF(last);
        last = shape;
        axes = operand->of->nd;
        memcpy(lengths, operand->of->shape, axes * sizeof *lengths);
    }
    return Py_NewRef(last);
}

/* A new array of the dtype and shape of another: of a block, or where it is too large for one, NumPy's. */
static int made(Operand *result, const Operand *like) {
    result->own = *like->of, result->own.strides = result->strides;
    Py_intptr_t size = like->of->itemsize;
    for (int axis = like->of->nd; axis--; size *= like->of->shape[axis]) result->strides[axis] = size;
    PyObject *shape = shape_of(like), *dtype = like->of->itemsize == 8 ? float64 : float32;
    PyObject *block = block_of(size);
    if (!shape) PyErr_Clear();
    else if (block) result->array = PyObject_CallFunctionObjArgs(ndarray, shape, dtype, block, NULL);
    else result->array = PyObject_CallFunctionObjArgs(empty, shape, dtype, NULL);
    if (block) {
        result->own.data = bytes_of(block, size), result->of = &result->own;
        result->own.flags |= WRITABLE;
        Py_DECREF(block);
    } else if (result->array) result->of = interface_of(result->array, &result->held);
    Py_XDECREF(shape);
    return result->array && result->of;
}

/* Where the result goes: a new array like the last of the `read` operands, x, or the one that is given, which fits and
 * is no part of any. */
static int opened(Operand *result, PyObject *out, const Operand *read, int count) {
    if (out == Py_None) return made(result, read + count - 1);
    int fits = taken(result, out) && result->of->flags & WRITABLE && are_alike(result->of, read->of);
    for (int o = 0; fits && o < count; o++) fits = are_apart(result->of, read[o].of);
    return fits;
}

static int axis_of(PyObject *given, int axes) {
    if (!PyLong_CheckExact(given)) return -1;
    int overflow;
    const long axis = PyLong_AsLongAndOverflow(given, &overflow);
    return overflow || axis < -axes || axis >= axes ? -1 : (int)(axis < 0 ? axis + axes : axis);
}

/* Whether it is a placement of epsilon, and which. */
static int is_placement(PyObject *given, int *beside) {
    if (!PyUnicode_CheckExact(given)) return 0;
    *beside = !PyUnicode_CompareWithASCIIString(given, "deviation");
    return *beside || !PyUnicode_CompareWithASCIIString(given, "variance");
}

static int is_epsilon(PyObject *given, double *eps) {
    if (!PyFloat_CheckExact(given)) return 0;
    *eps = PyFloat_AsDouble(given);
    return *eps >= DBL_MIN && *eps <= DBL_MAX;
}

static int is_parameter(PyObject *given) { return given == Py_None || is_array(given); }

/* (the result, the numbers a feature, the status), or None; and what is held is given back. */
static PyObject *answer(Operand *operands, int count, PyObject *numbers, int status) {
    PyObject *result = NULL;
    if (PyErr_Occurred()) PyErr_Clear();
    if (status == NO_MEMORY) PyErr_NoMemory();
    else if (status == UNSERVED) result = Py_NewRef(Py_None);
    else result = Py_BuildValue("OOi", operands[0].array, numbers, status);
    Py_XDECREF(numbers);
    released(operands, count);
    return result;
}

/* (threads, x, gamma, beta, feature_axis, eps, eps_placement, out) -> (y, table, status) */
PyObject *forward_whole(PyObject *self, PyObject *const *given, Py_ssize_t count) {
    enum { THREADS, X, GAMMA, BETA, AXIS, EPS, PLACEMENT, OUT, ALL };
    (void)self;
    if (count != ALL) return PyErr_Format(PyExc_TypeError, "%d arguments are wanted", ALL);
    Operand of[2] = {0};
    Rule rule = {.threads = (int)PyLong_AsLong(given[THREADS])};
    PyObject *block = NULL;
    Arrays arrays;
    int status = UNSERVED;
    if (!is_epsilon(given[EPS], &rule.eps) || !is_placement(given[PLACEMENT], &rule.beside) ||
        !is_parameter(given[GAMMA]) || !is_parameter(given[BETA]) || !taken(&of[1], given[X]) || of[1].of->nd < 2 ||
        !opened(&of[0], given[OUT], &of[1], 1))
        return answer(of, 2, NULL, UNSERVED);
    const Interface *const operands[] = {of[0].of, of[1].of};
    if (fill(&arrays, operands, 2, axis_of(given[AXIS], of[1].of->nd)) &&
        (block = block_of(7 * sizeof(double) * arrays.features))) {
        double *table = bytes_of(block, 0);
        const Features features = features_of(table, NULL, arrays.features);
        if (copied(features.gamma, given[GAMMA], 1, arrays.features) &&
            copied(features.beta, given[BETA], 0, arrays.features))
            status = passed(passes->forward, &arrays, &features, &rule);
    }
    return answer(of, 2, block, status);
}

/* (threads, dy, x, table, feature_axis, eps, eps_placement, out) -> (dx, sums, status) */
PyObject *backward_whole(PyObject *self, PyObject *const *given, Py_ssize_t count) {
    enum { THREADS, DY, X, TABLE, AXIS, EPS, PLACEMENT, OUT, ALL };
    (void)self;
    if (count != ALL) return PyErr_Format(PyExc_TypeError, "%d arguments are wanted", ALL);
    Operand of[3] = {0};
    Rule rule = {.threads = (int)PyLong_AsLong(given[THREADS])};
    PyObject *block = NULL;
    Arrays arrays;
    int status = UNSERVED;
    if (!is_epsilon(given[EPS], &rule.eps) || !is_placement(given[PLACEMENT], &rule.beside) ||
        !taken(&of[1], given[DY]) || !taken(&of[2], given[X]) || !are_alike(of[1].of, of[2].of) ||
        !opened(&of[0], given[OUT], &of[1], 2))
        return answer(of, 3, NULL, UNSERVED);
    const Interface *const operands[] = {of[0].of, of[1].of, of[2].of};
    if (fill(&arrays, operands, 3, axis_of(given[AXIS], of[1].of->nd))) {
        double *table = bytes_of(given[TABLE], 7 * sizeof(double) * arrays.features);
        if (table && (block = block_of(2 * sizeof(double) * arrays.features))) {
            const Features features = features_of(table, bytes_of(block, 0), arrays.features);
            status = passed(passes->backward, &arrays, &features, &rule);
        }
    }
    return answer(of, 3, block, status);
}

int prepare_whole(void) {
    shape_name = PyUnicode_InternFromString("shape");
    PyObject *numpy = PyImport_ImportModule("numpy");
    if (!numpy) return -1;
    ndarray = PyObject_GetAttrString(numpy, "ndarray"), empty = PyObject_GetAttrString(numpy, "empty");
    float32 = PyObject_CallMethod(numpy, "dtype", "s", "f4"), float64 = PyObject_CallMethod(numpy, "dtype", "s", "f8");
    Py_DECREF(numpy);
    return ndarray && empty && shape_name && float32 && float64 ? 0 : -1;
}
