/* Every pass, for the instruction set of the file that includes this, WIDTH lanes at once. No sum is reordered, and
 * products are fused with sums where the source says so (walk/vectors.h), so results do not depend on how long the
 * vectors are, and but for the last place not on whether the processor fuses. */
#include <fenv.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "passes.h"
#include "pool.h"
#include "walk/plan.h"
#include "walk/workspace.h"
#include "walk/scale.h"
#include "walk/overflow.h"
#include "pass/merge.h"
#include "walk/stream.h"

#define LAST_CELL 4294967040.0f /* below 2^32 */
#define T float
#define OF(name) name##_float
#include "walk/vectors.h"
#include "walk/across.h"
#include "walk/lines.h"
#include "walk/few.h"
#include "walk/columns.h"
#include "walk/tiles.h"
#include "walk/written.h"
#include "pass/moments.h"
#include "pass/normalize.h"
#include "pass/sums.h"
#include "pass/gradient.h"
#include "pass/columns.h"
#include "pass/images.h"
#include "pass/few.h"
#include "pass/rows.h"
#include "pass/cells.h"
#undef T
#undef OF
#define T double
#define OF(name) name##_double
#include "walk/vectors.h"
#include "walk/across.h"
#include "walk/lines.h"
#include "walk/few.h"
#include "walk/columns.h"
#include "walk/tiles.h"
#include "walk/written.h"
#include "pass/moments.h"
#include "pass/normalize.h"
#include "pass/sums.h"
#include "pass/gradient.h"
#include "pass/columns.h"
#include "pass/images.h"
#include "pass/few.h"
#include "pass/rows.h"
#include "pass/cells.h"
#undef T
#undef OF

#include "pass/order_rows.h"
#include "pass/order.h"
