/* The passes over rows as a whole: parts of rows dealt to threads; what they add up to is merged in their order. */
typedef struct {
    const Rows *rows;
    const OfRows *of;
    const Rule *rule;
    ptrdiff_t parts, parameters;
    double *sums; /* of parts: dbeta and dgamma, (parts, 2, parameters) */
    int status;
} RowOrder;

/* Parts of the rows, by their shape alone; where their sums are long, few. */
static ptrdiff_t parts_of(const Rows *rows) {
    if (rows->count * rows->cells < LARGE) return 1;
    const ptrdiff_t sums = 2 * sizeof(double) * rows->groups * (rows->cells / rows->piece);
    return least(rows->count, most(2, least(PARTS, MOST_SUMS / sums)));
}

static void forward_rows_task(void *shared, int part) {
    RowOrder *order = shared;
    const Rows *rows = order->rows;
    int odd = 0;
    feclearexcept(FE_OVERFLOW);
    for (ptrdiff_t row = rows->count * part / order->parts; row < rows->count * (part + 1) / order->parts; row++)
        odd |= (rows->is_double ? forward_row_double : forward_row_float)(rows, order->of, order->rule, row);
    if (fetestexcept(FE_OVERFLOW)) __atomic_fetch_or(&order->status, OVERFLOWED, __ATOMIC_RELAXED);
    if (odd) __atomic_fetch_or(&order->status, ODD, __ATOMIC_RELAXED);
}

static void backward_rows_task(void *shared, int part) {
    RowOrder *order = shared;
    const Rows *rows = order->rows;
    double *dbeta = order->sums + 2 * order->parameters * part, *dgamma = dbeta + order->parameters;
    int odd = 0;
    feclearexcept(FE_OVERFLOW);
    for (ptrdiff_t row = rows->count * part / order->parts; row < rows->count * (part + 1) / order->parts; row++)
        odd |= (rows->is_double ? backward_row_double : backward_row_float)(rows, order->of, order->rule, row, dbeta,
                                                                            dgamma);
    if (fetestexcept(FE_OVERFLOW)) __atomic_fetch_or(&order->status, OVERFLOWED, __ATOMIC_RELAXED);
    if (odd) __atomic_fetch_or(&order->status, ODD, __ATOMIC_RELAXED);
}

static int run_rows(RowOrder *order, Task task) {
    const Rows *rows = order->rows;
    run_tasks(task, order, (int)order->parts, rows->count * rows->cells < LARGE ? 1 : order->rule->threads);
    return order->status & ODD ? ODD : order->status;
}

static int forward_rows_pass(const Rows *y_x, const OfRows *of, const Rule *rule) {
    RowOrder order = {.rows = y_x, .of = of, .rule = rule, .parts = parts_of(y_x)};
    return run_rows(&order, forward_rows_task);
}

static int backward_rows_pass(const Rows *dx_dy_x, const OfRows *of, const Rule *rule) {
    RowOrder order = {.rows = dx_dy_x, .of = of, .rule = rule, .parts = parts_of(dx_dy_x)};
    order.parameters = dx_dy_x->groups * (dx_dy_x->cells / dx_dy_x->piece);
    order.sums = calloc(2 * order.parts * order.parameters, sizeof *order.sums);
    if (!order.sums) return NO_MEMORY;
    int status = run_rows(&order, backward_rows_task);
    double infinite = 0;
    for (ptrdiff_t p = 0; p < order.parameters; p++) {
        double dbeta = 0, dgamma = 0;
        for (ptrdiff_t part = 0; part < order.parts; part++) {
            const double *sums = order.sums + 2 * order.parameters * part + p;
            dbeta += sums[0], dgamma += sums[order.parameters];
        }
        of->dbeta[p] = dbeta, of->dgamma[p] = dgamma;
        infinite += (dbeta + dgamma) * 0; /* NaN where one is not finite */
    }
    free(order.sums);
    return infinite == 0 ? status : ODD;
}
