// What comes in, on its own ruler, whatever the step: of each feature from the smallest to the largest value, and the mean.
import { placeWithin, svg } from "../lib/stage/svg.js";

const ROW = 8; // pixels from a feature to the next

export class Incoming {
  #ends = null; // of the ruler in force

  constructor(parent) {
    this.group = svg("g", { class: "strip", "aria-hidden": "true" });
    parent.append(this.group);
  }

  // While a hand moves (`held`), the ruler stays.
  draw({ steps, lanes, symbols }, held, { left, width, unit, narrow, lane: edges }) {
    if (!held || !this.#ends) this.#ends = steps.x.ruler;
    const marks = lanes.map((lane, i) => {
      const [from, to, mean] = [lane.low, lane.high, steps.x.mean[i]].map((value) => placeWithin(value, this.#ends, left, width));
      return [from, Math.max(to, from + 1), mean, (4 + i * ROW) * unit];
    });
    this.group.replaceChildren(
      svg("text", narrow ? { x: edges.left, y: 36 * unit } : { x: edges.left - 12 * unit, y: 15 * unit, "text-anchor": "end" }, `${symbols.x} comes in`),
      ...marks.flatMap(([x1, x2, mean, y]) => [svg("line", { class: "extent", x1, x2, y1: y, y2: y }), svg("circle", { cx: mean, cy: y, r: 3 * unit })]),
      svg("text", { x: edges.right, y: 36 * unit, "text-anchor": "end" }, `ends and means, ${steps.x.ruler.text}${steps.x.ruler.power}`),
    );
  }
}
