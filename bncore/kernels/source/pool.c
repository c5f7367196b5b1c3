/* A pool of threads that sleep between passes; not at once, as a pass often follows within microseconds.
 *
 * Which thread does which task does not matter to the results: a task's numbers depend on the shape alone, and partial
 * results are merged in the order of the tasks. One pass at a time has the pool; another that comes meanwhile (of
 * another Python thread) works alone rather than wait. A forked child starts with no pool.
 */
#include "pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#if defined(__x86_64__)
#define PAUSE() __builtin_ia32_pause()
#else
#define PAUSE() ((void)0)
#endif

enum { MOST = 256, STACK = 1 << 20, LOOKS = 1000 }; /* looks before a thread sleeps: some ten microseconds */

static pthread_mutex_t owned = PTHREAD_MUTEX_INITIALIZER, lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER, done = PTHREAD_COND_INITIALIZER;
static int started, wanted, registered;
static atomic_int working;
static atomic_ulong round_number;
static Task current;
static void *current_shared;
static int current_tasks;
static atomic_int next;

static void take_tasks(Task task, void *shared, int tasks) {
    for (int number; (number = atomic_fetch_add(&next, 1)) < tasks;) task(shared, number);
}

static void *live(void *unused) {
    (void)unused;
    unsigned long seen = 0;
    for (;;) {
        for (int look = 0; look < LOOKS && atomic_load(&round_number) == seen; look++) PAUSE();
        pthread_mutex_lock(&lock);
        while (round_number == seen || !wanted) pthread_cond_wait(&wake, &lock);
        seen = round_number;
        wanted--;
        Task task = current;
        void *shared = current_shared;
        int tasks = current_tasks;
        pthread_mutex_unlock(&lock);
        take_tasks(task, shared, tasks);
        pthread_mutex_lock(&lock);
        if (!--working) pthread_cond_signal(&done);
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

static void forget(void) {
    pthread_mutex_t fresh = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t awake = PTHREAD_COND_INITIALIZER;
    owned = lock = fresh;
    wake = done = awake;
    started = wanted = 0, working = 0;
}

/* Starts what is missing of `helpers` threads; as many as the system gives. */
static int have(int helpers) {
    if (!registered) registered = !pthread_atfork(NULL, NULL, forget);
    if (!registered) return 0;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_t thread;
    while (started < helpers && started < MOST && !pthread_create(&thread, &attributes, live, NULL)) started++;
    pthread_attr_destroy(&attributes);
    return started < helpers ? started : helpers;
}

void run_tasks(Task task, void *shared, int tasks, int threads) {
    int helpers = (threads < tasks ? threads : tasks) - 1;
    if (helpers < 1 || pthread_mutex_trylock(&owned)) {
        for (int number = 0; number < tasks; number++) task(shared, number);
        return;
    }
    pthread_mutex_lock(&lock);
    helpers = have(helpers);
    current = task, current_shared = shared, current_tasks = tasks;
    wanted = helpers, working = helpers;
    atomic_store(&next, 0);
    round_number++;
    pthread_cond_broadcast(&wake);
    pthread_mutex_unlock(&lock);
    take_tasks(task, shared, tasks);
    pthread_mutex_lock(&lock);
    working -= wanted; /* who has not woken yet has nothing left to do */
    wanted = 0;
    pthread_mutex_unlock(&lock);
    for (int look = 0; look < LOOKS && atomic_load(&working); look++) PAUSE();
    pthread_mutex_lock(&lock);
    while (working) pthread_cond_wait(&done, &lock);
    pthread_mutex_unlock(&lock);
    pthread_mutex_unlock(&owned);
}
