/* NumPy's arrays, looked at and made.
 *
 * An array's own fields are where every module that was built with NumPy's headers reads them. The array interface says
 * the same, by an attribute and a capsule that are made for it each time: a small batch would pay more for those of its
 * five arrays than for its numbers. Fields are read where they said what the interface does when this was loaded.
 * https://numpy.org/doc/stable/reference/c-api/types-and-structures.html#c.PyArrayObject
 */
#include <string.h>

#include "interface.h"

typedef struct { /* PyArrayObject_fields, as far as they are read */
    PyObject head;
    char *data;
    int nd;
    Py_intptr_t *dimensions, *strides;
    PyObject *base, *descr;
    int flags;
} Fields;

static PyObject *interface_name, *ndarray, *empty, *float32, *float64;
static int fields_hold;

int is_array(PyObject *given) { return (PyObject *)Py_TYPE(given) == ndarray; }

static PyObject *dtype_of(int itemsize) { return itemsize == 8 ? float64 : float32; }

/* Of an array of one of the two dtypes themselves, which are in this machine's byte order. */
static void read_fields(const Fields *from, Interface *to) {
    *to = (Interface){.two = 2, .nd = from->nd, .typekind = 'f', .itemsize = from->descr == float64 ? 8 : 4,
                      .flags = (from->flags & (ALIGNED | WRITABLE)) | NATIVE, .shape = from->dimensions,
                      .strides = from->strides, .data = from->data};
}

static const Interface *asked(PyObject *array, PyObject **held) {
    *held = PyObject_GetAttr(array, interface_name);
    const Interface *of = *held ? PyCapsule_GetPointer(*held, NULL) : NULL;
    if (!of) PyErr_Clear();
    return of;
}

const Interface *interface_of(PyObject *array, PyObject **held, Interface *own) {
    const Fields *fields = (const Fields *)array;
    const Interface *of = own;
    *held = NULL;
    if (fields_hold && is_array(array) && (fields->descr == float32 || fields->descr == float64))
        read_fields(fields, own);
    else of = asked(array, held);
    if (of && of->two == 2 && of->typekind == 'f' && (of->itemsize == 4 || of->itemsize == 8) && of->nd <= AXES &&
        (of->flags & ALIGNED) && (of->flags & NATIVE))
        return of;
    return NULL;
}

PyObject *new_array(PyObject *shape, int itemsize, PyObject *block) {
    return block ? PyObject_CallFunctionObjArgs(ndarray, shape, dtype_of(itemsize), block, NULL)
                 : PyObject_CallFunctionObjArgs(empty, shape, dtype_of(itemsize), NULL);
}

/* Whether an array's fields say what its interface does. */
static int are_alike(PyObject *array) {
    PyObject *held = NULL;
    const Interface *of = asked(array, &held);
    const Fields *fields = (const Fields *)array;
    int same = of && fields->data == of->data && fields->nd == of->nd && fields->descr == dtype_of(of->itemsize) &&
               !((fields->flags ^ of->flags) & (ALIGNED | WRITABLE));
    for (int axis = 0; same && axis < of->nd; axis++)
        same = fields->dimensions[axis] == of->shape[axis] && fields->strides[axis] == of->strides[axis];
    Py_XDECREF(held);
    return same;
}

/* Looks at arrays that differ in all of it, one of which nobody may write to. */
static int do_fields_hold(PyObject *numpy) {
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, 4 * 4), *size = PyObject_GetAttrString(ndarray, "__basicsize__");
    PyObject *one = PyObject_CallMethod(numpy, "frombuffer", "OO", bytes, float32), *two = NULL, *turned = NULL;
    int hold = size && PyLong_AsSize_t(size) >= sizeof(Fields);
    if (hold && one && (two = PyObject_CallMethod(numpy, "zeros", "(ii)O", 2, 3, float64)))
        turned = PyObject_GetAttrString(two, "T");
    hold = hold && turned && are_alike(one) && are_alike(two) && are_alike(turned);
    Py_XDECREF(bytes), Py_XDECREF(size), Py_XDECREF(one), Py_XDECREF(two), Py_XDECREF(turned);
    PyErr_Clear();
    return hold;
}

int prepare_arrays(void) {
    interface_name = PyUnicode_InternFromString("__array_struct__");
    PyObject *numpy = PyImport_ImportModule("numpy");
    if (!numpy) return -1;
    ndarray = PyObject_GetAttrString(numpy, "ndarray"), empty = PyObject_GetAttrString(numpy, "empty");
    float32 = PyObject_CallMethod(numpy, "dtype", "s", "f4"), float64 = PyObject_CallMethod(numpy, "dtype", "s", "f8");
    const int failed = !interface_name || !ndarray || !empty || !float32 || !float64;
    if (!failed) fields_hold = do_fields_hold(numpy);
    Py_DECREF(numpy);
    return failed ? -1 : 0;
}
