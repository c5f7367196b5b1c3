/* The Python module: arrays in by NumPy's array interface, whose numbers are not copied; a status out.
 *
 * moments, normalize, forward and backward take (operands…, table, more…, feature_axis, eps, beside, constant,
 * threads): operands of one dtype,
 * float32 or float64, and one shape, the written one first, x last; `table`, float64 (7, D), has the rows mean to beta
 * of `Features`. More are, of forward, gamma and beta, (D,) or None for 1 and 0, which it writes to the table; of
 * backward `sums`, (2, D), dbeta and dgamma. What is not like that is not served: the status UNSERVED.
 * https://numpy.org/doc/stable/reference/arrays.interface.html
 */
#include <stdlib.h>
#include <unistd.h>

#include "interface.h"
#include "passes.h"

#ifndef BN_SOURCE
#define BN_SOURCE "" /* of a package, which is built from its own sources */
#endif

const Passes *passes = &baseline_passes;

static double most_kept; /* bytes; 0 is what the last cache holds */

static double last_cache(void) {
    static double bytes;
#ifdef _SC_LEVEL3_CACHE_SIZE
    if (bytes == 0) bytes = (double)sysconf(_SC_LEVEL3_CACHE_SIZE);
#endif
    if (bytes <= 0) bytes = 32e6;
    return bytes;
}

double kept(void) { return most_kept > 0 ? most_kept : last_cache(); }

/* Axes from `first` to before `end`; those that are one stride in every operand are put together. */
static void grouped(Group *group, const Interface *const *of, int operands, int first, int end) {
    group->axes = 0, group->count = 1;
    for (int axis = first; axis < end; axis++) {
        ptrdiff_t length = of[0]->shape[axis];
        if (length == 1) continue;
        int last = group->axes - 1, joined = last >= 0;
        for (int o = 0; joined && o < operands; o++) joined = group->stride[o][last] == length * of[o]->strides[axis];
        if (!joined) last = group->axes++, group->length[last] = 1;
        group->length[last] *= length, group->count *= length;
        for (int o = 0; o < operands; o++) group->stride[o][last] = of[o]->strides[axis];
    }
    if (!group->axes) {
        group->axes = 1, group->length[0] = 1;
        for (int o = 0; o < operands; o++) group->stride[o][0] = 0;
    }
}

/* Whether the operands are of one shape and dtype that have the axis. */
int fill(Arrays *arrays, const Interface *const *of, int operands, int axis) {
    for (int o = 0; o < operands; o++) {
        int same = of[o]->nd == of[0]->nd && of[o]->itemsize == of[0]->itemsize;
        for (int i = 0; same && i < of[0]->nd; i++) same = of[o]->shape[i] == of[0]->shape[i] && of[o]->shape[i] > 0;
        if (!same || axis < 0 || axis >= of[0]->nd) return 0;
        arrays->data[o] = of[o]->data;
        arrays->feature[o] = of[o]->strides[axis];
    }
    arrays->operands = operands, arrays->is_double = of[0]->itemsize == 8, arrays->features = of[0]->shape[axis];
    grouped(&arrays->rows, of, operands, 0, axis);
    grouped(&arrays->positions, of, operands, axis + 1, of[0]->nd);
    return 1;
}

Features features_of(double *table, double *sums, ptrdiff_t width) {
    return (Features){table,             table + width,     table + 2 * width, table + 3 * width, table + 4 * width,
                      table + 5 * width, table + 6 * width, sums,              sums ? sums + width : NULL};
}

/* A parameter in a row of the table: finite numbers (D,), or None for `otherwise`. Whether it is one of these. */
int copied(double *row, PyObject *given, double otherwise, ptrdiff_t width) {
    if (given == Py_None) {
        for (ptrdiff_t d = 0; d < width; d++) row[d] = otherwise;
        return 1;
    }
    PyObject *held;
    Interface own;
    const Interface *of = interface_of(given, &held, &own);
    const int fits = of && of->nd == 1 && of->shape[0] == width &&
                     !passes->parameter(row, of->data, of->strides[0], of->itemsize, width);
    Py_XDECREF(held);
    return fits;
}

typedef struct {
    Pass pass;
    int operands, parameters, sums;
} Call;

/* The pass over arrays that were looked at, without the interpreter's lock where it takes a while. */
int passed(Pass pass, const Arrays *arrays, const Features *features, const Rule *rule) {
    if (arrays->features * arrays->rows.count * arrays->positions.count < RELEASED) return pass(arrays, features, rule);
    int status;
    Py_BEGIN_ALLOW_THREADS
    status = pass(arrays, features, rule);
    Py_END_ALLOW_THREADS
    return status;
}

static PyObject *called(Call call, PyObject *const *given, Py_ssize_t count) {
    const int more = call.operands + 1, rest = more + 2 * call.parameters + call.sums, arrays_given = more + call.sums;
    if (count != rest + 5) return PyErr_Format(PyExc_TypeError, "%d arguments are wanted", rest + 5);
    const long axis = PyLong_AsLong(given[rest]);
    const Rule rule = {.eps = PyFloat_AsDouble(given[rest + 1]),
                       .beside = (int)PyLong_AsLong(given[rest + 2]),
                       .constant = (int)PyLong_AsLong(given[rest + 3]),
                       .threads = (int)PyLong_AsLong(given[rest + 4])};
    if (PyErr_Occurred()) return NULL;
    PyObject *held[OPERANDS + 2] = {NULL};
    Interface own[OPERANDS + 2];
    const Interface *of[OPERANDS + 2] = {NULL};
    Arrays arrays;
    int status = UNSERVED, served = 1;
    for (int o = 0; served && o < arrays_given; o++)
        served = (of[o] = interface_of(given[o], &held[o], &own[o])) != NULL;
    if (served && (of[0]->flags & WRITABLE || call.operands == 1) && fill(&arrays, of, call.operands, (int)axis)) {
        double *table = rows_of(of[call.operands], 7, arrays.features);
        double *sums = call.sums ? rows_of(of[more], 2, arrays.features) : table;
        const Features features = features_of(table, sums, arrays.features);
        if (table && sums && (!call.parameters || (copied(features.gamma, given[more], 1, arrays.features) &&
                                                   copied(features.beta, given[more + 1], 0, arrays.features))))
            status = passed(call.pass, &arrays, &features, &rule);
    }
    for (int o = 0; o < arrays_given; o++) Py_XDECREF(held[o]);
    return status == NO_MEMORY ? PyErr_NoMemory() : PyLong_FromLong(status);
}

static PyObject *moments(PyObject *self, PyObject *const *given, Py_ssize_t count) {
    (void)self;
    return called((Call){passes->moments, 1, 0, 0}, given, count);
}
static PyObject *normalize(PyObject *self, PyObject *const *given, Py_ssize_t count) {
    (void)self;
    return called((Call){passes->normalize, 2, 0, 0}, given, count);
}
static PyObject *forward(PyObject *self, PyObject *const *given, Py_ssize_t count) {
    (void)self;
    return called((Call){passes->forward, 2, 1, 0}, given, count);
}
static PyObject *backward(PyObject *self, PyObject *const *given, Py_ssize_t count) {
    (void)self;
    return called((Call){passes->backward, 3, 0, 1}, given, count);
}

/* The instruction sets that this processor has, from the smallest. */
static int available(const Passes **sets) {
    int count = 0;
    sets[count++] = &baseline_passes;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) sets[count++] = &avx2_passes;
    if (count == 2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw"))
        sets[count++] = &avx512_passes;
#endif
    return count;
}

static PyObject *instruction_sets(PyObject *self, PyObject *unused) {
    (void)self, (void)unused;
    const Passes *sets[3];
    int count = available(sets);
    PyObject *names = PyTuple_New(count);
    for (int i = 0; names && i < count; i++) PyTuple_SetItem(names, i, PyUnicode_FromString(sets[i]->name));
    return names;
}

/* Computes with an instruction set of this processor from now on. */
static PyObject *use(PyObject *self, PyObject *name) {
    (void)self;
    const Passes *sets[3];
    for (int i = available(sets); i--;)
        if (PyUnicode_Check(name) && !PyUnicode_CompareWithASCIIString(name, sets[i]->name)) {
            passes = sets[i];
            Py_RETURN_NONE;
        }
    return PyErr_Format(PyExc_ValueError, "this processor has no instruction set %R", name);
}

/* Results of arrays of more bytes are streamed past the caches from now on; the bytes so far are given back. */
static PyObject *keep(PyObject *self, PyObject *bytes) {
    (void)self;
    const double before = most_kept, wanted = PyFloat_AsDouble(bytes);
    if (PyErr_Occurred()) return NULL;
    most_kept = wanted;
    return PyFloat_FromDouble(before);
}

PyObject *moments_rows(PyObject *self, PyObject *const *given, Py_ssize_t count); /* rows.c */
PyObject *forward_rows(PyObject *self, PyObject *const *given, Py_ssize_t count);
PyObject *backward_rows(PyObject *self, PyObject *const *given, Py_ssize_t count);
PyObject *forward_whole(PyObject *self, PyObject *const *given, Py_ssize_t count); /* whole.c */
PyObject *backward_whole(PyObject *self, PyObject *const *given, Py_ssize_t count);
PyObject *look(PyObject *self, PyObject *const *given, Py_ssize_t count); /* look.c */

#define FAST(name, text) {#name, (PyCFunction)(void (*)(void))name, METH_FASTCALL, text}
static PyMethodDef methods[] = {
    FAST(moments, "mean, var and rest of x"),
    FAST(normalize, "y of x and the table"),
    FAST(forward, "y and the table of x"),
    FAST(backward, "dx, dbeta and dgamma of dy, x and the table"),
    FAST(moments_rows, "the rows' table of x"),
    FAST(forward_rows, "y and the rows' table of x"),
    FAST(backward_rows, "dx, dbeta and dgamma of dy, x and the rows' table"),
    FAST(forward_whole, "Forward of x as it is usually given, else None"),
    FAST(backward_whole, "Gradients of dy and a Forward, likewise"),
    FAST(look, "counts in the cells of a grid, extremes and moments, of an array or a piece of a file"),
    {"instruction_sets", instruction_sets, METH_NOARGS, "those of this processor, from the smallest"},
    {"use", use, METH_O, "compute with an instruction set from now on"},
    {"keep", keep, METH_O,
     "stream results of arrays of more bytes past the caches (0: than the last cache holds); returns how many it was"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "_compiled",
                                        .m_doc = "Compiled passes of batch norm.", .m_size = -1, .m_methods = methods};

PyMODINIT_FUNC PyInit__compiled(void) {
    PyObject *module = PyModule_Create(&definition);
    if (module && (prepare_arrays() || prepare_blocks() || prepare_whole() || PyModule_AddIntMacro(module, ODD) ||
                   PyModule_AddStringConstant(module, "SOURCE", BN_SOURCE) ||
                   PyModule_AddIntMacro(module, OVERFLOWED) || PyModule_AddIntMacro(module, UNSERVED)))
        Py_CLEAR(module);
    return module;
}
