/* The passes as a whole: parts dealt to threads, merged, finished. Where a panel is one part, it is finished and
 * written while it is still in a cache. */

/* Mean squares from here on have all their digits: LEAST of bncore/exact/lift.py. */
static const double LEAST = 0x1p-1000;

typedef struct {
    Plan plan;
    const Arrays *arrays;
    const Features *features;
    const Rule *rule;
    double *counts, *first, *second; /* partial results: (panels parts,) and (panels parts, panel) */
    double *paths[3];                /* of the backward pass, (D,) */
    int operand;                     /* which one is x */
    int streamed, finished;          /* past the caches; a panel is finished by the task that took its statistics */
    int status;                      /* written by tasks, that agree */
} Order;

static void note(Order *order, int status) { __atomic_fetch_or(&order->status, status, __ATOMIC_RELAXED); }

/* Whether this thread has nothing to compute in. */
static int lacks_room(Order *order) {
    if (workspace()) return 0;
    note(order, NO_MEMORY);
    return 1;
}

static double number_at(const Arrays *arrays, int operand, ptrdiff_t feature) {
    const char *at = arrays->data[operand] + feature * arrays->feature[operand];
    return arrays->is_double ? *(const double *)at : *(const float *)at;
}

/* Mean, rest and variance of a panel's features, of its merged parts. */
static void finish_moments(Order *order, ptrdiff_t panel) {
    const Plan *plan = &order->plan;
    const Features *of = order->features;
    ptrdiff_t at = panel * plan->parts, begin = panel * plan->panel;
    ptrdiff_t end = least(begin + plan->panel, order->arrays->features);
    for (ptrdiff_t d = begin; d < end; d++) {
        double shift, first = number_at(order->arrays, order->operand, d);
        merge_parts(plan->parts, plan->panel, order->counts + at, order->first + at * plan->panel,
                    order->second + at * plan->panel, d - begin, &shift, &of->var[d]);
        of->mean[d] = two_sum(first, shift, &of->rest[d]);
        if (!(of->var[d] >= LEAST && of->var[d] <= DBL_MAX)) note(order, ODD);
    }
}

/* s and its reciprocal; as in bncore/exact/denominator.py. */
static void finish_factors(Order *order, ptrdiff_t panel) {
    const Features *of = order->features;
    ptrdiff_t begin = panel * order->plan.panel, end = least(begin + order->plan.panel, order->arrays->features);
    for (ptrdiff_t d = begin; d < end; d++) {
        of->scale[d] = order->rule->beside ? sqrt(of->var[d]) + order->rule->eps : sqrt(of->var[d] + order->rule->eps);
        of->factor[d] = 1.0 / of->scale[d];
    }
}

static void moments_task(void *shared, int number) {
    Order *order = shared;
    const Plan *plan = &order->plan;
    ptrdiff_t panel = number / plan->parts, part = number % plan->parts, at = (ptrdiff_t)number * plan->panel;
    ptrdiff_t begin = panel * plan->panel, end = least(begin + plan->panel, order->arrays->features);
    if (lacks_room(order)) return;
    double *first = workspace()->lanes[7];
    for (ptrdiff_t d = begin; d < end; d++) first[d - begin] = number_at(order->arrays, order->operand, d);
    (order->arrays->is_double ? moments_double : moments_float)(plan, order->arrays, order->operand, panel, part, first,
                                                                order->counts + number, order->first + at,
                                                                order->second + at);
}

static void normalize_task(void *shared, int number) {
    Order *order = shared;
    const Plan *plan = &order->plan;
    if (lacks_room(order)) return;
    feclearexcept(FE_OVERFLOW);
    (order->arrays->is_double ? normalize_double : normalize_float)(
        plan, order->arrays, number / plan->parts, number % plan->parts, order->features, order->streamed);
    if (fetestexcept(FE_OVERFLOW)) note(order, OVERFLOWED);
}

static void forward_task(void *shared, int panel) {
    if (lacks_room(shared)) return;
    moments_task(shared, panel);
    finish_moments(shared, panel);
    finish_factors(shared, panel);
    normalize_task(shared, panel);
}

static void sums_task(void *shared, int number) {
    Order *order = shared;
    const Plan *plan = &order->plan;
    ptrdiff_t at = (ptrdiff_t)number * plan->panel;
    if (lacks_room(order)) return;
    (order->arrays->is_double ? sums_double : sums_float)(plan, order->arrays, number / plan->parts,
                                                          number % plan->parts, order->features, order->first + at,
                                                          order->second + at);
}

/* dbeta, dgamma, and what of them the paths of dx take; as _terms in bncore/gradient.py. */
static void finish_sums(Order *order, ptrdiff_t panel) {
    const Plan *plan = &order->plan;
    const Features *of = order->features;
    const double count = (double)order->arrays->rows.count * (double)order->arrays->positions.count;
    ptrdiff_t begin = panel * plan->panel, end = least(begin + plan->panel, order->arrays->features);
    for (ptrdiff_t d = begin; d < end; d++) {
        double dbeta = 0, dgamma = 0, sigma = sqrt(of->var[d]), pull = 1;
        for (ptrdiff_t part = 0; part < plan->parts; part++) {
            ptrdiff_t at = (panel * plan->parts + part) * plan->panel + d - begin;
            dbeta += order->first[at], dgamma += order->second[at];
        }
        if (order->rule->beside) pull = sigma > 0 ? fmin(of->scale[d] / sigma, DBL_MAX) : 0;
        of->dbeta[d] = dbeta, of->dgamma[d] = dgamma;
        order->paths[0][d] = order->rule->constant ? 0 : dbeta / count;
        order->paths[1][d] = order->rule->constant ? 0 : pull * dgamma / count;
        order->paths[2][d] = of->gamma[d] * of->factor[d];
        if (!isfinite(dbeta) || !isfinite(dgamma) || !isfinite(order->paths[1][d]) || !isfinite(order->paths[2][d]))
            note(order, ODD);
    }
}

static void gradient_task(void *shared, int number) {
    Order *order = shared;
    const Plan *plan = &order->plan;
    if (lacks_room(order)) return;
    feclearexcept(FE_OVERFLOW);
    (order->arrays->is_double ? gradient_double : gradient_float)(plan, order->arrays, number / plan->parts,
                                                                  number % plan->parts, order->features, order->paths,
                                                                  order->streamed);
    if (fetestexcept(FE_OVERFLOW)) note(order, OVERFLOWED);
}

static void backward_task(void *shared, int panel) {
    if (lacks_room(shared)) return;
    sums_task(shared, panel);
    finish_sums(shared, panel);
    gradient_task(shared, panel);
}

/* Statistics first, over parts; then what is made of them, over parts again. */
static int carried_out(Order *order, Task whole, Task take, void (*const finish[])(Order *, ptrdiff_t), Task write) {
    const Plan *plan = &order->plan;
    ptrdiff_t tasks = plan->panels * plan->parts, numbers = tasks * plan->panel, features = order->arrays->features;
    double *room = malloc((tasks + 2 * numbers + 3 * features) * sizeof *room);
    if (!room) return NO_MEMORY;
    order->counts = room, order->first = room + tasks, order->second = order->first + numbers;
    for (int i = 0; i < 3; i++) order->paths[i] = order->second + numbers + i * features;
    double size = (double)features * order->arrays->rows.count * order->arrays->positions.count;
    int threads = size < LARGE ? 1 : order->rule->threads;
    if (whole && plan->parts == 1) {
        run_tasks(whole, order, (int)plan->panels, threads);
    } else {
        if (take) run_tasks(take, order, (int)tasks, threads);
        for (ptrdiff_t panel = 0; panel < plan->panels && !(order->status & NO_MEMORY); panel++)
            for (int i = 0; finish[i]; i++) finish[i](order, panel);
        if (write && !(order->status & (ODD | NO_MEMORY))) run_tasks(write, order, (int)tasks, threads);
    }
    free(room);
    return order->status & NO_MEMORY ? NO_MEMORY : order->status & ODD ? ODD : order->status;
}

static int is_beyond_caches(const Arrays *arrays) {
    double size = arrays->is_double ? sizeof(double) : sizeof(float);
    return size * arrays->operands * arrays->features * arrays->rows.count * arrays->positions.count > kept();
}

static Order order_of(const Arrays *arrays, const Features *features, const Rule *rule) {
    return (Order){.plan = plan_of(arrays),
                   .arrays = arrays,
                   .features = features,
                   .rule = rule,
                   .operand = arrays->operands - 1,
                   .streamed = is_beyond_caches(arrays)};
}

static void (*const finish_statistics[])(Order *, ptrdiff_t) = {finish_moments, NULL};
static void (*const finish_forward[])(Order *, ptrdiff_t) = {finish_moments, finish_factors, NULL};
static void (*const finish_backward[])(Order *, ptrdiff_t) = {finish_sums, NULL};
static void (*const finish_nothing[])(Order *, ptrdiff_t) = {NULL};

static int moments_pass(const Arrays *x, const Features *features, const Rule *rule) {
    Order order = order_of(x, features, rule);
    return carried_out(&order, NULL, moments_task, finish_statistics, NULL);
}

static int normalize_pass(const Arrays *y_x, const Features *features, const Rule *rule) {
    Order order = order_of(y_x, features, rule);
    return carried_out(&order, NULL, NULL, finish_nothing, normalize_task);
}

static int forward_pass(const Arrays *y_x, const Features *features, const Rule *rule) {
    Order order = order_of(y_x, features, rule);
    return carried_out(&order, forward_task, moments_task, finish_forward, normalize_task);
}

static int backward_pass(const Arrays *dx_dy_x, const Features *features, const Rule *rule) {
    Order order = order_of(dx_dy_x, features, rule);
    return carried_out(&order, backward_task, sums_task, finish_backward, gradient_task);
}

const Passes PASSES = {NAME, moments_pass, normalize_pass, forward_pass, backward_pass};
