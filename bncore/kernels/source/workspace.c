/* A thread's workspace: from the heap, as thread-local storage would be filled with zeros, and so touched, whole. */
#include "walk/workspace.h"

#include <pthread.h>
#include <stdlib.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key; /* frees a thread's when the thread ends */
static int registered;
static _Thread_local Workspace *own;

static void make_key(void) { registered = !pthread_key_create(&key, free); }

Workspace *workspace(void) {
    if (own) return own;
    pthread_once(&once, make_key);
    void *made = NULL;
    if (!registered || posix_memalign(&made, 64, sizeof *own)) return NULL;
    if (pthread_setspecific(key, made)) free(made);
    else own = made;
    return own;
}
