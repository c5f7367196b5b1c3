/* Both passes of a batch as it is usually given, in one call each: NumPy's own arrays of one dtype and shape, epsilon a
 * float, the result a new array or one of its own. They are looked at, the result and the memory of its numbers a
 * feature are made, the pass is run, and what Python gives back is made of it (`kind`: Forward, Gradients); for a small
 * batch the same in Python takes longer than its numbers do.
 *
 * None is for anything else, and for what is wrong, which Python then names: nothing is written by then but a result of
 * which a number is odd, or too large, which Python writes again.
 */
#include <float.h>
#include <string.h>

#include "interface.h"

enum { Y, X, AXIS, MEMORY, EPS, PLACEMENT, DX, DY, FORWARD, NAMES };
static const char *const texts[NAMES] = {"y", "x", "axis", "memory", "eps", "eps_placement", "dx", "dy", "forward"};
static PyObject *shape_name, *names[NAMES], *no_arguments;

/* An array as an operand; where it is made here, its interface is, too. */
typedef struct {
    PyObject *array, *held;
    const Interface *of;
    Interface own;
    Py_intptr_t strides[AXES];
} Operand;

static int taken(Operand *operand, PyObject *given) {
    if (!is_array(given)) return 0;
    operand->array = Py_NewRef(given);
    return (operand->of = interface_of(given, &operand->held, &operand->own)) != NULL;
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
    PyObject *shape = shape_of(like), *block = block_of(size, like->of->data);
    if (!shape) PyErr_Clear();
    else result->array = new_array(shape, like->of->itemsize, block);
    if (block) {
        result->own.data = bytes_of(block, size), result->of = &result->own;
        result->own.flags |= WRITABLE;
        Py_DECREF(block);
    } else if (result->array) result->of = interface_of(result->array, &result->held, &result->own);
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

/* An object of a Python class with attributes, past its own ways of making and guarding them, which take a small batch
 * longer than its numbers. */
static PyObject *object_of(PyObject *kind, const int *which, PyObject *const *values, int count) {
    const newfunc make = (newfunc)PyType_GetSlot(&PyBaseObject_Type, Py_tp_new);
    PyObject *made = make((PyTypeObject *)kind, no_arguments, NULL);
    for (int i = 0; made && i < count; i++)
        if (PyObject_GenericSetAttr(made, names[which[i]], values[i])) Py_CLEAR(made);
    return made;
}

/* What was made of a pass, or None; and what is held is given back. */
static PyObject *answer(Operand *operands, int count, PyObject *made, int status) {
    released(operands, count);
    if (status == NO_MEMORY) return PyErr_NoMemory();
    if (made || status == ORDINARY) return made;
    PyErr_Clear();
    Py_RETURN_NONE;
}

/* (threads, kind, x, gamma, beta, feature_axis, eps, eps_placement, out) -> Forward */
PyObject *forward_whole(PyObject *self, PyObject *const *given, Py_ssize_t count) {
    enum { THREADS, KIND, OF_X, GAMMA, BETA, OF_AXIS, OF_EPS, PLACED, OUT, ALL };
    (void)self;
    if (count != ALL) return PyErr_Format(PyExc_TypeError, "%d arguments are wanted", ALL);
    Operand of[2] = {0};
    Rule rule = {.threads = (int)PyLong_AsLong(given[THREADS])};
    Arrays arrays;
    if (!is_epsilon(given[OF_EPS], &rule.eps) || !is_placement(given[PLACED], &rule.beside) ||
        !is_parameter(given[GAMMA]) || !is_parameter(given[BETA]) || !taken(&of[1], given[OF_X]) ||
        of[1].of->nd < 2 || !opened(&of[0], given[OUT], &of[1], 1))
        return answer(of, 2, NULL, UNSERVED);
    const Interface *const operands[] = {of[0].of, of[1].of};
    PyObject *made = NULL, *block = NULL;
    int status = UNSERVED;
    if (fill(&arrays, operands, 2, axis_of(given[OF_AXIS], of[1].of->nd)) &&
        (block = block_of(7 * sizeof(double) * arrays.features, NULL))) {
        const Features features = features_of(bytes_of(block, 0), NULL, arrays.features);
        if (copied(features.gamma, given[GAMMA], 1, arrays.features) &&
            copied(features.beta, given[BETA], 0, arrays.features))
            status = passed(passes->forward, &arrays, &features, &rule);
    }
    if (status == ORDINARY)
        made = object_of(given[KIND], (const int[]){Y, X, AXIS, MEMORY, EPS, PLACEMENT},
                         (PyObject *const[]){of[0].array, given[OF_X], given[OF_AXIS], block, given[OF_EPS],
                                             given[PLACED]}, 6);
    Py_XDECREF(block);
    return answer(of, 2, made, status);
}

/* (threads, kind, dy, forward, x, memory, feature_axis, eps, eps_placement, out) -> Gradients */
PyObject *backward_whole(PyObject *self, PyObject *const *given, Py_ssize_t count) {
    enum { THREADS, KIND, OF_DY, OF_FORWARD, OF_X, TABLE, OF_AXIS, OF_EPS, PLACED, OUT, ALL };
    (void)self;
    if (count != ALL) return PyErr_Format(PyExc_TypeError, "%d arguments are wanted", ALL);
    Operand of[3] = {0};
    Rule rule = {.threads = (int)PyLong_AsLong(given[THREADS])};
    Arrays arrays;
    if (!is_epsilon(given[OF_EPS], &rule.eps) || !is_placement(given[PLACED], &rule.beside) ||
        !taken(&of[1], given[OF_DY]) || !taken(&of[2], given[OF_X]) || !are_alike(of[1].of, of[2].of) ||
        !opened(&of[0], given[OUT], &of[1], 2))
        return answer(of, 3, NULL, UNSERVED);
    const Interface *const operands[] = {of[0].of, of[1].of, of[2].of};
    PyObject *made = NULL, *block = NULL;
    int status = UNSERVED;
    if (fill(&arrays, operands, 3, axis_of(given[OF_AXIS], of[1].of->nd))) {
        double *table = bytes_of(given[TABLE], 7 * sizeof(double) * arrays.features);
        if (table && (block = block_of(2 * sizeof(double) * arrays.features, NULL))) {
            const Features features = features_of(table, bytes_of(block, 0), arrays.features);
            status = passed(passes->backward, &arrays, &features, &rule);
        }
    }
    if (status == ORDINARY)
        made = object_of(given[KIND], (const int[]){DX, MEMORY, DY, FORWARD},
                         (PyObject *const[]){of[0].array, block, given[OF_DY], given[OF_FORWARD]}, 4);
    Py_XDECREF(block);
    return answer(of, 3, made, status);
}

int prepare_whole(void) {
    int failed = !(shape_name = PyUnicode_InternFromString("shape")) || !(no_arguments = PyTuple_New(0));
    for (int i = 0; i < NAMES; i++) failed |= !(names[i] = PyUnicode_InternFromString(texts[i]));
    return failed ? -1 : 0;
}
