/* Tasks 0 … tasks - 1, each once, by this thread and others of a pool that is made when first wanted. */
#ifndef BN_POOL_H
#define BN_POOL_H

typedef void (*Task)(void *shared, int number);

void run_tasks(Task task, void *shared, int tasks, int threads);

#endif
