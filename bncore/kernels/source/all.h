/* Every pass, for the instruction set of the file that includes this. Loops over lanes are plain C that the compiler
 * makes vectors of; no sum is reordered and no product fused, so results do not depend on how long the vectors are. */
#include <fenv.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "passes.h"
#include "pool.h"
#include "plan.h"
#include "workspace.h"
#include "merge.h"
#include "stream.h"

#define T float
#define OF(name) name##_float
#include "tiles.h"
#include "written.h"
#include "moments.h"
#include "normalize.h"
#include "sums.h"
#include "gradient.h"
#undef T
#undef OF
#define T double
#define OF(name) name##_double
#include "tiles.h"
#include "written.h"
#include "moments.h"
#include "normalize.h"
#include "sums.h"
#include "gradient.h"
#undef T
#undef OF

#include "order.h"
