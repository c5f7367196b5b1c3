/* One look at numbers that lie side by side, in memory or in a file: their counts and extremes (pass/cells.h) and their
 * moments, piece by piece. A piece stays in the second cache from where it is read until both have seen it; and threads
 * that look at chunks of their own do not meet at Python's lock between two pieces.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "interface.h"

/* `examples` of rows × features × positions, `piece` of them at a time: at `data`, or `at` bytes into a file. */
typedef struct {
    char *data;
    int descriptor;
    off_t at;
    ptrdiff_t size, examples, rows, features, positions, piece;
} Numbers;

/* The grid and the counters of `cells`, and a table of Features for each piece. */
typedef struct {
    double *grid, *tables;
    uint32_t *counts;
    ptrdiff_t width;
    int bits;
} Seen;

/* Fills `room` with the next bytes of the file; UNSERVED where there are fewer, or none can be read. */
static int read_next(Numbers *numbers, char *room, ptrdiff_t bytes) {
    while (bytes) {
        const ssize_t some = pread(numbers->descriptor, room, (size_t)bytes, numbers->at);
        if (some < 0 && errno == EINTR) continue;
        if (some <= 0) return UNSERVED;
        room += some, bytes -= some, numbers->at += some;
    }
    return ORDINARY;
}

static int look_at(Numbers *numbers, const Seen *seen) {
    const ptrdiff_t row = numbers->features * numbers->positions * numbers->size, example = numbers->rows * row;
    const ptrdiff_t piece = numbers->piece < numbers->examples ? numbers->piece : numbers->examples;
    Arrays arrays = {.operands = 1, .is_double = numbers->size == 8, .features = numbers->features,
                     .feature = {numbers->positions * numbers->size},
                     .rows = {.axes = 1, .stride = {{row}}},
                     .positions = {1, numbers->positions, {numbers->positions}, {{numbers->size}}}};
    const Rule rule = {.threads = 1};
    void *room = NULL;
    int status = ORDINARY;
    if (!numbers->data && posix_memalign(&room, 64, (size_t)(piece * example))) status = NO_MEMORY;
    double *table = seen->tables;
    for (ptrdiff_t first = 0; first < numbers->examples && !status; first += piece, table += 7 * numbers->features) {
        const ptrdiff_t some = first + piece < numbers->examples ? piece : numbers->examples - first;
        const Features features = features_of(table, NULL, numbers->features);
        arrays.rows.count = arrays.rows.length[0] = some * numbers->rows;
        arrays.data[0] = room ? room : numbers->data + first * example;
        if (room) status = read_next(numbers, room, some * example);
        if (!status) status = passes->cells(&arrays, seen->grid, seen->bits, seen->counts, seen->width);
        if (!status) status = passes->moments(&arrays, &features, &rule) & NO_MEMORY; /* odd ones are Python's */
    }
    free(room);
    return status;
}

static int is_side_by_side(const Interface *of) {
    ptrdiff_t stride = of->itemsize;
    for (int axis = of->nd; axis--; stride *= of->shape[axis])
        if (of->shape[axis] != 1 && of->strides[axis] != stride) return 0;
    return 1;
}

/* Whether an array has the numbers that it is said to have. */
static int holds(const Interface *of, const Numbers *numbers) {
    ptrdiff_t count = 1;
    for (int axis = 0; axis < of->nd; axis++) count *= of->shape[axis];
    return of->itemsize == numbers->size && is_side_by_side(of) &&
           count == numbers->examples * numbers->rows * numbers->features * numbers->positions;
}

/* (an array, or a file's descriptor; its byte, itemsize, examples, rows, features, positions, piece, bits; grid,
 * counts, tables): counts, (D, 66 << bits) of uint32 as seen through float64, get the numbers added in the first
 * 64 << bits of a row, and behind those of the first row it says between which ones they lie; tables, (7 pieces, D),
 * are one of Features for each piece. */
PyObject *look(PyObject *self, PyObject *const *given, Py_ssize_t count) {
    (void)self;
    if (count != 12) return PyErr_Format(PyExc_TypeError, "12 arguments are wanted");
    const int in_file = PyLong_Check(given[0]);
    ptrdiff_t said[8];
    for (int i = 0; i < 8; i++) said[i] = PyLong_AsSsize_t(given[1 + i]);
    Numbers numbers = {.descriptor = in_file ? (int)PyLong_AsLong(given[0]) : -1, .at = said[0], .size = said[1],
                       .examples = said[2], .rows = said[3], .features = said[4], .positions = said[5],
                       .piece = said[6]};
    if (PyErr_Occurred()) return NULL;
    Seen seen = {.bits = (int)said[7], .width = (ptrdiff_t)66 << (said[7] & 31)};
    PyObject *held[4] = {NULL};
    Interface own[4];
    const Interface *of[4] = {NULL};
    int status = UNSERVED, served = said[7] >= 0 && said[7] <= 23 && (numbers.size == 4 || numbers.size == 8);
    for (int i = 2; i < 7; i++) served = served && said[i] > 0;
    for (int o = in_file; served && o < 4; o++)
        served = (of[o] = interface_of(given[o ? 8 + o : 0], &held[o], &own[o])) != NULL;
    if (served && (in_file || holds(of[0], &numbers))) {
        const ptrdiff_t most = UINT32_MAX, pieces = (numbers.examples + numbers.piece - 1) / numbers.piece;
        numbers.data = in_file ? NULL : of[0]->data;
        seen.grid = rows_of(of[1], 4, numbers.features);
        seen.counts = (uint32_t *)rows_of(of[2], numbers.features, seen.width / 2);
        seen.tables = rows_of(of[3], 7 * pieces, numbers.features);
        if (seen.grid && seen.counts && seen.tables && numbers.features <= most / seen.width &&
            numbers.examples <= most / numbers.rows / numbers.positions) {
            Py_BEGIN_ALLOW_THREADS
            status = look_at(&numbers, &seen);
            Py_END_ALLOW_THREADS
        }
    }
    for (int o = 0; o < 4; o++) Py_XDECREF(held[o]);
    return status == NO_MEMORY ? PyErr_NoMemory() : PyLong_FromLong(status);
}
