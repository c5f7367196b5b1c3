/* Arrays as the passes see them: rows × features × positions, whatever their axes and strides are.
 *
 * The statistics are taken over all axes but the feature axis: those before it count the rows, those behind it the
 * positions of a feature within a row. (N, D) is N rows of D features of one position, (N, C, H, W) is N rows of C
 * features of HW positions. Strides have no part in it, so that a view has the digits of its copy; and nothing is
 * copied: a group of axes that is not one stride keeps its axes, and an index is taken apart.
 */
#ifndef BN_ARRAYS_H
#define BN_ARRAYS_H

#include <stddef.h>

enum { OPERANDS = 3, AXES = 16 };

typedef struct {
    int axes;
    ptrdiff_t count, length[AXES], stride[OPERANDS][AXES]; /* strides in bytes, the last axis is the fastest */
} Group;

typedef struct {
    Group rows, positions;
    ptrdiff_t features, feature[OPERANDS]; /* strides of the feature axis in bytes */
    char *data[OPERANDS];
    int operands, is_double;
} Arrays;

/* Bytes from an operand's first number to index `at` of a group. */
static inline ptrdiff_t offset_of(const Group *group, int operand, ptrdiff_t at) {
    if (group->axes == 1) return at * group->stride[operand][0];
    ptrdiff_t bytes = 0;
    for (int axis = group->axes - 1; axis >= 0; axis--) {
        bytes += at % group->length[axis] * group->stride[operand][axis];
        at /= group->length[axis];
    }
    return bytes;
}

#endif
