/* The passes over rows as a whole: parts of rows dealt to threads; what they add up to is merged in their order. */
typedef struct RowOrder RowOrder;
struct RowOrder {
    const Rows *rows;
    const OfRows *of;
    const Rule *rule;
    int (*some)(RowOrder *, ptrdiff_t begin, ptrdiff_t end, ptrdiff_t part); /* rows; whether one is odd */
    ptrdiff_t parts, parameters;
    double *sums; /* of parts: dbeta and dgamma, (parts, 2, parameters) */
    int status;
};

/* Parts of the rows, by their shape alone; where their sums are long, few. */
static ptrdiff_t parts_of(const Rows *rows) {
    if (rows->count * rows->cells < LARGE) return 1;
    const ptrdiff_t sums = 2 * sizeof(double) * rows->groups * (rows->cells / rows->piece);
    return least(rows->count, most(2, least(PARTS, MOST_SUMS / sums)));
}

static int forward_some(RowOrder *order, ptrdiff_t begin, ptrdiff_t end, ptrdiff_t part) {
    (void)part;
    return (order->rows->is_double ? forward_rows_double : forward_rows_float)(order->rows, order->of, order->rule,
                                                                               begin, end);
}

static int backward_some(RowOrder *order, ptrdiff_t begin, ptrdiff_t end, ptrdiff_t part) {
    double *dbeta = order->sums + 2 * order->parameters * part, *dgamma = dbeta + order->parameters;
    int odd = 0;
    for (ptrdiff_t row = begin; row < end; row++)
        odd |= (order->rows->is_double ? backward_row_double : backward_row_float)(order->rows, order->of, order->rule,
                                                                                   row, dbeta, dgamma);
    return odd;
}

/* The frame of every part: its rows, and whether one is odd or a result did not fit. */
static void rows_task(void *shared, int part) {
    RowOrder *order = shared;
    const ptrdiff_t count = order->rows->count, end = count * (part + 1) / order->parts;
    const ptrdiff_t some = most(1, least(MOST_ROWS, MOST_CELLS / order->rows->cells));
    int odd = 0;
    forget_overflow();
    for (ptrdiff_t row = count * part / order->parts; row < end; row += some)
        odd |= order->some(order, row, least(row + some, end), part);
    const int status = (odd ? ODD : ORDINARY) | (overflowed() ? OVERFLOWED : ORDINARY);
    if (status) __atomic_fetch_or(&order->status, status, __ATOMIC_RELAXED);
}

static int run_rows(RowOrder *order) {
    const Rows *rows = order->rows;
    run_tasks(rows_task, order, (int)order->parts, rows->count * rows->cells < LARGE ? 1 : order->rule->threads);
    return order->status & ODD ? ODD : order->status;
}

static int forward_rows_pass(const Rows *y_x, const OfRows *of, const Rule *rule) {
    RowOrder order = {.rows = y_x, .of = of, .rule = rule, .some = forward_some, .parts = parts_of(y_x)};
    return run_rows(&order);
}

static int backward_rows_pass(const Rows *dx_dy_x, const OfRows *of, const Rule *rule) {
    RowOrder order = {
        .rows = dx_dy_x, .of = of, .rule = rule, .some = backward_some, .parts = parts_of(dx_dy_x)};
    order.parameters = dx_dy_x->groups * (dx_dy_x->cells / dx_dy_x->piece);
    order.sums = calloc(2 * order.parts * order.parameters, sizeof *order.sums);
    if (!order.sums) return NO_MEMORY;
    int status = run_rows(&order);
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
