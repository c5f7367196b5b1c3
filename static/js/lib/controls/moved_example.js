// The example that is moved: taken by its mark in a figure, and by how much of its own units, both in the address.
import { Handles } from "./handles.js";

// `isMoved(example)`, and `asMoved(example)`, the fields that make it so; `perUnit()` of the axis; `pointed(example)` and
// `left()` as `Handles` tells them. Returns `show(example, values, titles)`, which places the marks.
export function bindMovedExample({ state, schema, panel, isMoved, asMoved, perUnit, pointed = () => {}, left = () => {} }) {
  const [least, most] = schema.move_by.control.slider;
  let from = 0;
  const handles = new Handles(panel, {
    pointed,
    left,
    taken(example) {
      if (!isMoved(example)) state.set({ ...asMoved(example), move_by: 0 }, { settle: false });
      from = Number(state.get("move_by"));
    },
    moved(units, how) {
      const by = from + units * perUnit();
      state.set({ move_by: Number(Math.min(most, Math.max(least, by)).toFixed(2)) }, how);
    },
  });
  return (example, values, titles) => handles.show(values.map((y, x) => ({ x, y, on: x === example, title: titles[x] })));
}
