/* The passes as a whole: parts dealt to threads, merged, finished. Where a panel is one part, it is finished and
 * written while it is still in a cache. */

enum { LINES = 4 };

typedef struct Order Order;
typedef void (*Step)(Order *, ptrdiff_t panel, ptrdiff_t part);

/* What is done: a part's statistics, what is made of those of all parts of a panel, a part's results; or all at once,
 * of a small batch of rows side by side. */
typedef struct {
    Step take, finish[3], write, columns;
} Steps;
enum { STEPS = 5 }; /* one after the other */

struct Order {
    Plan plan;
    const Arrays *arrays;
    const Features *features;
    const Rule *rule;
    double *counts, *first, *second; /* partial results: (panels parts,) and (panels parts, panel) */
    double *lines[LINES];            /* what a result is made of beside the numbers, (D,) each; first the mean */
    int operand;                     /* which one is x */
    int streamed, backwards;         /* past the caches; tasks from the last on */
    int tasks, status;               /* written by tasks, that agree */
    Step now[6];                     /* what a task does, one after the other */
};

/* A pass of the arrays' dtype. */
#define OF_DTYPE(name) (order->arrays->is_double ? name##_double : name##_float)

static void note(Order *order, int status) { __atomic_fetch_or(&order->status, status, __ATOMIC_RELAXED); }

static double number_at(const Arrays *arrays, int operand, ptrdiff_t feature) {
    const char *at = arrays->data[operand] + feature * arrays->feature[operand];
    return arrays->is_double ? *(const double *)at : *(const float *)at;
}

/* Where the partial results of a part begin. */
static ptrdiff_t place_of(const Plan *plan, ptrdiff_t panel, ptrdiff_t part) {
    return (panel * plan->parts + part) * plan->panel;
}

static ptrdiff_t end_of(const Order *order, ptrdiff_t panel) {
    return least((panel + 1) * order->plan.panel, order->arrays->features);
}

static void take_moments(Order *order, ptrdiff_t panel, ptrdiff_t part) {
    const Plan *plan = &order->plan;
    ptrdiff_t at = place_of(plan, panel, part), begin = panel * plan->panel, end = end_of(order, panel);
    const Features *of = order->features;
    if (plan->images) {
        if (OF_DTYPE(image_moments)(plan, order->arrays, order->operand, panel, of->mean + begin, of->rest + begin,
                                    of->var + begin))
            note(order, ODD);
        return;
    }
    double *first = workspace()->lanes[7];
    for (ptrdiff_t d = begin; d < end; d++) first[d - begin] = number_at(order->arrays, order->operand, d);
    OF_DTYPE(moments)(plan, order->arrays, order->operand, panel, part, first,
                      order->counts + panel * plan->parts + part, order->first + at, order->second + at);
}

/* Mean, rest and variance of a panel's features, of its merged parts. */
static void finish_moments(Order *order, ptrdiff_t panel, ptrdiff_t part) {
    const Plan *plan = &order->plan;
    const Features *of = order->features;
    ptrdiff_t at = place_of(plan, panel, 0), begin = panel * plan->panel, end = end_of(order, panel);
    int odd = 0;
    (void)part;
    if (plan->images) return;
    merge_parts(plan->parts, plan->panel, end - begin, order->counts + panel * plan->parts, order->first + at,
                order->second + at, of->mean + begin, of->var + begin);
    for (ptrdiff_t d = begin; d < end; d++) {
        of->mean[d] = two_sum(number_at(order->arrays, order->operand, d), of->mean[d], &of->rest[d]);
        odd |= is_variance_odd(of->var[d]);
    }
    if (odd) note(order, ODD);
}

/* AT(row, rows, feature, lanes, more) of a panel's features, a vector at a time. */
#define EACH_FEATURE(order, panel, AT)                                    \
    do {                                                                  \
        const ptrdiff_t first_ = (panel) * (order)->plan.panel;           \
        EACH_LANE(first_, 1, end_of(order, panel) - first_, AT, 0);       \
    } while (0)

static void finish_factors(Order *order, ptrdiff_t panel, ptrdiff_t part) {
    const Features *of = order->features;
    (void)part;
#define AT(begin, rows, lane, lanes, more)                                               \
    do {                                                                                 \
        const ptrdiff_t d = (begin) + (lane);                                            \
        const Vector scale_ = scales_of(order->rule, some(of->var + d, lanes));          \
        keep(of->scale + d, scale_, lanes), keep(of->factor + d, 1.0 / scale_, lanes);   \
    } while (0)
    EACH_FEATURE(order, panel, AT);
#undef AT
}

/* mean, factor and shift of y (pass/normalize.h). */
static void finish_lines(Order *order, ptrdiff_t panel, ptrdiff_t part) {
    const Features *of = order->features;
    Mask odd = {0};
    (void)part;
#define AT(begin, rows, lane, lanes, more)                                                                   \
    do {                                                                                                     \
        const ptrdiff_t d = (begin) + (lane);                                                                \
        Vector factor_, shift_;                                                                              \
        odd |= lines_of_y(some(of->rest + d, lanes), some(of->factor + d, lanes), some(of->gamma + d, lanes), \
                          some(of->beta + d, lanes), &factor_, &shift_);                                     \
        keep(order->lines[1] + d, factor_, lanes), keep(order->lines[2] + d, shift_, lanes);                 \
    } while (0)
    EACH_FEATURE(order, panel, AT);
#undef AT
    if (any(odd)) note(order, ODD);
}

static void write_y(Order *order, ptrdiff_t panel, ptrdiff_t part) {
    if (order->plan.images) {
        OF_DTYPE(image_normalize)(&order->plan, order->arrays, panel, (const double *const *)order->lines);
        return;
    }
    OF_DTYPE(normalize)(&order->plan, order->arrays, panel, part, (const double *const *)order->lines, order->streamed);
}

static void take_sums(Order *order, ptrdiff_t panel, ptrdiff_t part) {
    const Plan *plan = &order->plan;
    ptrdiff_t at = place_of(plan, panel, part);
    if (plan->images) {
        OF_DTYPE(image_sums)(plan, order->arrays, panel, order->features->mean + panel * plan->panel,
                             order->first + at, order->second + at);
        return;
    }
    OF_DTYPE(sums)(plan, order->arrays, panel, part, order->features->mean, order->first + at, order->second + at);
}

/* dbeta, dgamma of all parts. */
static void finish_sums(Order *order, ptrdiff_t panel, ptrdiff_t part) {
    const Plan *plan = &order->plan;
    const Features *of = order->features;
    ptrdiff_t begin = panel * plan->panel, end = end_of(order, panel);
    Mask odd = {0};
    (void)part;
    double *restrict dbeta = of->dbeta, *restrict dgamma = of->dgamma;
    for (ptrdiff_t d = begin; d < end; d++) dbeta[d] = dgamma[d] = 0;
    for (ptrdiff_t p = 0; p < plan->parts; p++) {
        const double *first = order->first + place_of(plan, panel, p), *second = first - order->first + order->second;
        for (ptrdiff_t d = begin; d < end; d++) dbeta[d] += first[d - begin], dgamma[d] += second[d - begin];
    }
#define AT(begin, rows, lane, lanes, more)                                                                       \
    do {                                                                                                         \
        const ptrdiff_t d = (begin) + (lane);                                                                    \
        Vector dgamma_;                                                                                          \
        odd |= dgamma_of(some(dbeta + d, lanes), some(dgamma + d, lanes), some(of->rest + d, lanes),             \
                         some(of->factor + d, lanes), order->arrays->is_double, &dgamma_);                       \
        keep(dgamma + d, dgamma_, lanes);                                                                        \
    } while (0)
    EACH_FEATURE(order, panel, AT);
#undef AT
    if (any(odd)) note(order, ODD);
}

/* What dx is made of (pass/gradient.h). */
static void finish_paths(Order *order, ptrdiff_t panel, ptrdiff_t part) {
    const Features *of = order->features;
    const double share = share_of_each(order->rule, order->arrays->rows.count * order->arrays->positions.count);
    Mask odd = {0};
    (void)part;
#define AT(begin, rows, lane, lanes, more)                                                                        \
    do {                                                                                                          \
        const ptrdiff_t d = (begin) + (lane);                                                                     \
        const Vector pull_ = pulls_of(order->rule, some(of->var + d, lanes), some(of->scale + d, lanes));         \
        Vector slope_, along_, shift_;                                                                            \
        odd |= lines_of_dx(share, some(of->rest + d, lanes), some(of->factor + d, lanes),                         \
                           some(of->gamma + d, lanes), some(of->dbeta + d, lanes), some(of->dgamma + d, lanes),   \
                           pull_, &slope_, &along_, &shift_);                                                     \
        keep(order->lines[1] + d, slope_, lanes), keep(order->lines[2] + d, along_, lanes);                       \
        keep(order->lines[3] + d, shift_, lanes);                                                                 \
    } while (0)
    EACH_FEATURE(order, panel, AT);
#undef AT
    if (any(odd)) note(order, ODD);
}

static void write_dx(Order *order, ptrdiff_t panel, ptrdiff_t part) {
    if (order->plan.images) {
        OF_DTYPE(image_gradient)(&order->plan, order->arrays, panel, (const double *const *)order->lines);
        return;
    }
    OF_DTYPE(gradient)(&order->plan, order->arrays, panel, part, (const double *const *)order->lines, order->streamed);
}

/* All of a small batch of rows side by side. */
static void moments_of_columns(Order *order, ptrdiff_t panel, ptrdiff_t part) {
    (void)part;
    if (OF_DTYPE(column_moments)(&order->plan, order->arrays, panel, order->features)) note(order, ODD);
}

static void forward_columns(Order *order, ptrdiff_t panel, ptrdiff_t part) {
    (void)part;
    if (OF_DTYPE(column_forward)(&order->plan, order->arrays, panel, order->features, order->rule)) note(order, ODD);
}

static void backward_columns(Order *order, ptrdiff_t panel, ptrdiff_t part) {
    (void)part;
    if (OF_DTYPE(column_backward)(&order->plan, order->arrays, panel, order->features, order->rule)) note(order, ODD);
}

static void write_few(Order *order, ptrdiff_t panel, ptrdiff_t part) {
    (void)part;
    if (OF_DTYPE(few)(&order->plan, order->arrays, panel, order->features, order->rule)) note(order, ODD);
}

/* The frame of every task: a place to compute in, the steps of now, and whether a result did not fit. */
static void task(void *shared, int number) {
    Order *order = shared;
    const ptrdiff_t parts = order->plan.parts;
    if (!workspace()) {
        note(order, NO_MEMORY);
        return;
    }
    if (order->backwards) number = order->tasks - 1 - number;
    forget_overflow();
    for (const Step *step = order->now; *step; step++) (*step)(order, number / parts, number % parts);
    if (overflowed()) note(order, OVERFLOWED);
}

static void run(Order *order, const Step *steps, int count) {
    double size = (double)order->arrays->features * order->arrays->rows.count * order->arrays->positions.count;
    int given = 0;
    for (int i = 0; i < count; i++)
        if (steps[i]) order->now[given++] = steps[i];
    order->now[given] = NULL;
    if (given) run_tasks(task, order, order->tasks, size < LARGE ? 1 : order->rule->threads);
}

/* Statistics over parts first; then the results, from the last part on, of which the caches may still hold some. */
static void run_stages(Order *order, const Steps *steps) {
    run(order, &steps->take, 1);
    for (ptrdiff_t panel = 0; panel < order->plan.panels && !(order->status & NO_MEMORY); panel++)
        for (int i = 0; i < 3 && steps->finish[i]; i++) steps->finish[i](order, panel, 0);
    order->backwards = 1;
    if (!(order->status & (ODD | NO_MEMORY))) run(order, &steps->write, 1);
}

static int is_beyond_caches(const Arrays *arrays) {
    double size = arrays->is_double ? sizeof(double) : sizeof(float);
    return size * arrays->operands * arrays->features * arrays->rows.count * arrays->positions.count > kept();
}

static int carried_out(const Arrays *arrays, const Features *features, const Rule *rule, const Steps *steps) {
    const Step all[] = {steps->take, steps->finish[0], steps->finish[1], steps->finish[2], steps->write};
    Order order = {.plan = plan_of(arrays), .arrays = arrays, .features = features, .rule = rule};
    const ptrdiff_t tasks = order.plan.panels * order.plan.parts, numbers = tasks * order.plan.panel;
    const ptrdiff_t apart = ceiling(arrays->features, 8) * 8 + ROOM - WIDEST; /* as ROOM in walk/workspace.h */
    double *room = malloc((tasks + 2 * numbers + (LINES - 1) * apart + 8) * sizeof *room);
    if (!room) return NO_MEMORY;
    double *lines = (double *)(((uintptr_t)room + 63) & ~(uintptr_t)63); /* a vector in a line of the cache */
    order.lines[0] = features->mean;
    for (int i = 1; i < LINES; i++, lines += apart) order.lines[i] = lines;
    order.counts = lines, order.first = lines + tasks, order.second = order.first + numbers;
    order.operand = arrays->operands - 1, order.streamed = is_beyond_caches(arrays), order.tasks = (int)tasks;
    if (order.plan.columns && steps->columns) run(&order, &steps->columns, 1);
    else if (order.plan.parts == 1) run(&order, all, STEPS);
    else run_stages(&order, steps);
    free(room);
    return order.status & NO_MEMORY ? NO_MEMORY : order.status & ODD ? ODD : order.status;
}

static int moments_pass(const Arrays *x, const Features *features, const Rule *rule) {
    return carried_out(x, features, rule, &(Steps){take_moments, {finish_moments}, NULL, moments_of_columns});
}

static int normalize_pass(const Arrays *y_x, const Features *features, const Rule *rule) {
    return carried_out(y_x, features, rule, &(Steps){NULL, {finish_lines}, write_y, NULL});
}

static int forward_pass(const Arrays *y_x, const Features *features, const Rule *rule) {
    return carried_out(
        y_x, features, rule,
        &(Steps){take_moments, {finish_moments, finish_factors, finish_lines}, write_y, forward_columns});
}

static int backward_pass(const Arrays *dx_dy_x, const Features *features, const Rule *rule) {
    const Steps usual = {take_sums, {finish_sums, finish_paths}, write_dx, backward_columns};
    const Steps few = {NULL, {NULL}, write_few, NULL}; /* rows side by side, too */
    const int has_few = !rule->constant && dx_dy_x->rows.count * dx_dy_x->positions.count <= FEW;
    return carried_out(dx_dy_x, features, rule, has_few ? &few : &usual);
}

static int cells_pass(const Arrays *x, double *grid, int bits, uint32_t *counts, ptrdiff_t width) {
    double *by = grid + x->features, *low = by + x->features, *high = low + x->features;
    return (x->is_double ? cells_double : cells_float)(x, grid, by, low, high, bits, counts, width);
}

const Passes PASSES = {NAME,          moments_pass,      normalize_pass,     forward_pass,
                       backward_pass, forward_rows_pass, backward_rows_pass, cells_pass, parameter_row};
