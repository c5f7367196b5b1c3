/* The memory of results: blocks whose bytes NumPy makes arrays of, and that are kept for the next results when the
 * last array of theirs is gone. The system gives new memory page by page, and fills each with zeros first, which takes
 * as long as a pass does. Kept are a few blocks, the last ones that were given back, and not more than MOST_KEPT bytes;
 * small ones are the allocator's again.
 *
 * All of it is under the interpreter's lock. Numbers begin at a line of the cache, so that no vector lies across two,
 * and those of a result where x does in a page: what is written then drives out of the first cache lines of x that have
 * been read, and not what is computed on.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "interface.h"
#include "walk/sizes.h"

enum { PAGE = 4096, PLACES = 32, LEAST_KEPT = 4096, MOST_KEPT = 1 << 24, HUGE_PAGES = 1 << 22 };

typedef struct {
    char *from, *bytes; /* of the allocator; the numbers in it */
    size_t size;
} Memory;

typedef struct {
    PyObject head;
    Memory memory;
} Block;

static PyTypeObject *block_type;
static Memory spared[PLACES]; /* from the oldest on */
static int places;
static size_t spared_bytes;

static Memory taken_out(int place) {
    const Memory memory = spared[place];
    memmove(spared + place, spared + place + 1, (--places - place) * sizeof *spared);
    spared_bytes -= memory.size;
    return memory;
}

static void spare(Memory memory) {
    if (memory.size < LEAST_KEPT) {
        free(memory.from);
        return;
    }
    while (places && (places == PLACES || spared_bytes + memory.size > MOST_KEPT)) free(taken_out(0).from);
    spared[places++] = memory, spared_bytes += memory.size;
}

/* The last that was kept and that fits, without a quarter of it to spare; else new memory, or none. */
static Memory memory_of(size_t size) {
    size = (size + LINE - 1) / LINE * LINE;
    for (int place = places; place--;)
        if (spared[place].size >= size && spared[place].size / 4 * 3 <= size) return taken_out(place);
    const Memory memory = {.from = malloc(size + LINE + (size < PAGE ? 0 : PAGE)), .size = size};
    if (!memory.from) return memory;
#ifdef MADV_HUGEPAGE
    if (size >= HUGE_PAGES) { /* as NumPy asks for its own */
        const size_t ahead = -(uintptr_t)memory.from & (PAGE - 1);
        madvise(memory.from + ahead, size - ahead, MADV_HUGEPAGE);
    }
#endif
    return memory;
}

static void given_back(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    spare(((Block *)self)->memory);
    PyObject_Free(self);
    Py_DECREF(type);
}

static int shown(PyObject *self, Py_buffer *view, int flags) {
    const Memory *memory = &((Block *)self)->memory;
    return PyBuffer_FillInfo(view, self, memory->bytes, (Py_ssize_t)memory->size, 0, flags);
}

PyObject *block_of(size_t size, const void *like) {
    if (size > MOST_KEPT / 2) return NULL;
    Memory memory = memory_of(size);
    if (!memory.from) return NULL;
    const uintptr_t from = (uintptr_t)memory.from, most = memory.size < PAGE ? LINE : PAGE;
    memory.bytes = memory.from + (((uintptr_t)like / LINE * LINE - from) & (most - 1));
    Block *made = PyObject_New(Block, block_type);
    if (made) made->memory = memory;
    else free(memory.from), PyErr_Clear();
    return (PyObject *)made;
}

void *bytes_of(PyObject *given, size_t size) {
    const Block *block = (const Block *)given;
    return Py_TYPE(given) == block_type && block->memory.size >= size ? block->memory.bytes : NULL;
}

int prepare_blocks(void) {
    PyType_Slot slots[] = {{Py_tp_dealloc, given_back}, {Py_bf_getbuffer, shown}, {0, NULL}};
    PyType_Spec spec = {"bncore.kernels.Block", sizeof(Block), 0,
                        Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
    block_type = (PyTypeObject *)PyType_FromSpec(&spec);
    return block_type ? 0 : -1;
}
