/* How arrays are walked: panels of features, parts of a panel's tiles; by their shape alone, so that the number of
 * threads changes no digit.
 *
 * A tile stays in the first or second cache and is seen as rows of LANES numbers, that are added up lane by lane. Where
 * a feature has few positions, a lane is a position of a feature of the panel (or of `fold` rows of the array, side by
 * side); where it has many, a panel is one feature, and its positions are cut into rows.
 */
#ifndef BN_PLAN_H
#define BN_PLAN_H

#include "arrays.h"
#include "sizes.h"

typedef struct {
    int runs;                /* a panel is one feature, its tiles are cut from runs of positions */
    ptrdiff_t panel, panels; /* features of a panel, panels */
    ptrdiff_t fold, lanes;   /* rows of the array in a row of lanes; lanes */
    ptrdiff_t rows;          /* rows of the array in a tile; where it runs, 1 */
    ptrdiff_t pieces;        /* tiles of a run */
    ptrdiff_t tiles, parts;  /* of a panel */
    int columns;             /* one tile a panel of rows side by side, which pass/columns.h takes */
    int images;              /* one tile a panel of a few rows of positions, which pass/images.h takes */
    int ahead;               /* what lies ahead of what is read is fetched: the arrays are beyond the second cache, */
    ptrdiff_t next;          /* and so many bytes ahead of what is written: they are far beyond it */
} Plan;

static ptrdiff_t least(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }
static ptrdiff_t most(ptrdiff_t a, ptrdiff_t b) { return a > b ? a : b; }
static ptrdiff_t ceiling(ptrdiff_t a, ptrdiff_t b) { return (a + b - 1) / b; }

static Plan plan_of(const Arrays *arrays) {
    ptrdiff_t rows = arrays->rows.count, features = arrays->features, positions = arrays->positions.count;
    Plan plan = {.runs = positions > WIDEST, .fold = 1, .rows = 1, .pieces = 1};
    plan.images = !plan.runs && positions >= SEEN && rows <= IMAGES && rows * features * positions <= MOST_SEEN;
    if (plan.images) {
        plan.panel = least(features, most(1, TILE / (rows * positions)));
        plan.panels = ceiling(features, plan.panel);
        plan.lanes = plan.panel * positions, plan.rows = rows, plan.tiles = 1;
    } else if (plan.runs) {
        plan.panel = 1, plan.panels = features, plan.lanes = SHORT;
        plan.pieces = ceiling(positions, TILE);
        plan.tiles = rows * plan.pieces;
    } else {
        plan.columns = positions == 1 && features >= COLUMNS && rows <= FLAT && rows * features <= MOST_FLAT;
        plan.panels = ceiling(features, plan.columns ? least(WIDEST, TILE / rows / 16 * 16) : WIDEST / positions);
        plan.panel = ceiling(features, plan.panels);
        if (plan.panels > 1 && positions == 1) plan.panel = ceiling(plan.panel, 16) * 16; /* whole lines */
        plan.panels = ceiling(features, plan.panel);
        ptrdiff_t width = plan.panel * positions;
        if (plan.panels == 1 && width < SHORT && !plan.columns) plan.fold = least(SHORT / width, rows);
        plan.lanes = plan.fold * width;
        plan.rows = plan.columns ? rows : TILE / plan.lanes * plan.fold;
        plan.tiles = ceiling(rows, plan.rows);
    }
    int is_large = rows * features * positions >= LARGE;
    const double size = arrays->is_double ? sizeof(double) : sizeof(float);
    const double bytes = size * arrays->operands * rows * features * positions;
    plan.ahead = bytes > BESIDE, plan.next = bytes > BEYOND ? AHEAD : 0;
    plan.parts = is_large ? least(plan.tiles, most(1, PARTS / plan.panels)) : 1;
    return plan;
}

/* Tiles of a part: from `first` to before `end`. */
static ptrdiff_t first_tile(const Plan *plan, ptrdiff_t part) { return plan->tiles * part / plan->parts; }

/* A tile: where it is in the arrays, and its rows of lanes: `full` ones and one of `tail` lanes. */
typedef struct {
    ptrdiff_t row, rows, feature, features, position, positions; /* first and how many */
    ptrdiff_t lanes, full, tail, count;                          /* count: examples a feature */
} Tile;

static Tile tile_of(const Plan *plan, const Arrays *arrays, ptrdiff_t panel, ptrdiff_t number) {
    Tile tile = {.feature = panel * plan->panel, .lanes = plan->lanes, .rows = 1, .positions = arrays->positions.count};
    tile.features = least(plan->panel, arrays->features - tile.feature);
    if (plan->runs) {
        tile.row = number / plan->pieces, tile.position = number % plan->pieces * TILE;
        tile.positions = least(TILE, tile.positions - tile.position);
        tile.full = tile.positions / plan->lanes, tile.tail = tile.positions % plan->lanes;
    } else {
        ptrdiff_t width = tile.features * tile.positions;
        tile.lanes = plan->fold * width;
        tile.row = number * plan->rows, tile.rows = least(plan->rows, arrays->rows.count - tile.row);
        tile.full = tile.rows / plan->fold, tile.tail = tile.rows % plan->fold * width;
    }
    tile.count = tile.rows * tile.positions;
    return tile;
}

/* Values of the panel's features, one a lane; zeros in what a vector reads behind them. */
static void expand(const Plan *plan, const Tile *tile, const double *values, double *lanes) {
    ptrdiff_t positions = plan->runs ? tile->lanes : tile->positions, period = tile->features * positions;
    if (positions == 1) memcpy(lanes, values, period * sizeof *lanes);
    else
        for (ptrdiff_t feature = 0; feature < tile->features; feature++)
            for (ptrdiff_t at = 0; at < positions; at++) lanes[feature * positions + at] = values[feature];
    for (ptrdiff_t at = period; at < tile->lanes; at += at) /* twice as many at a time */
        memcpy(lanes + at, lanes, least(at, tile->lanes - at) * sizeof *lanes);
    memset(lanes + tile->lanes, 0, BEHIND * sizeof *lanes);
}

/* The same, without a copy where there is a lane for a feature; nothing may be read behind these. */
static const double *spread(const Plan *plan, const Tile *tile, const double *values, double *lanes) {
    if (!plan->runs && plan->fold == 1 && tile->positions == 1) return values;
    expand(plan, tile, values, lanes);
    return lanes;
}

/* In eight chains: one alone would wait for each addition. */
static double sum_of_eights(const double *numbers, ptrdiff_t count) {
    double eight[8] = {0}, rest = 0;
    ptrdiff_t at = 0;
    for (; at + 8 <= count; at += 8)
        for (int i = 0; i < 8; i++) eight[i] += numbers[at + i];
    for (; at < count; at++) rest += numbers[at];
    for (int half = 4; half; half /= 2)
        for (int i = 0; i < half; i++) eight[i] += eight[i + half];
    return eight[0] + rest;
}

/* The sum over the lanes of each feature of the panel; the lanes are overwritten. */
static void gather(const Plan *plan, const Tile *tile, double *lanes, double *sums) {
    if (plan->runs) {
        for (ptrdiff_t half = SHORT / 2; half; half /= 2)
            for (ptrdiff_t at = 0; at < half; at++) lanes[at] += lanes[at + half];
        sums[0] = lanes[0];
        return;
    }
    ptrdiff_t positions = tile->positions, period = tile->features * positions;
    for (ptrdiff_t rows = plan->fold, half; rows > 1; rows -= half) { /* the last half of them to the first */
        half = rows / 2;
        const double *restrict from = lanes + (rows - half) * period;
        for (ptrdiff_t at = 0; at < half * period; at++) lanes[at] += from[at];
    }
    if (positions == 1) memcpy(sums, lanes, period * sizeof *sums);
    else for (ptrdiff_t feature = 0; feature < tile->features; feature++) {
        sums[feature] = sum_of_eights(lanes + feature * positions, positions);
    }
}

#endif
