// A lane of the stage: a feature's examples as dots, its mean as a mark, its deviation as a bar, its gradient as arrows.
import { joined, place, placeWithin, svg, tell, write } from "../lib/stage/svg.js";

const SHAPES = [ // one a class, so that colour is not all that tells them apart, then all again, open; r is about 3
  "M-3 0a3 3 0 1 0 6 0a3 3 0 1 0 -6 0",
  "M-2.7 -2.7h5.4v5.4h-5.4z",
  "M0 -3.4L3.2 2.6H-3.2z",
  "M0 -3.8L3.8 0L0 3.8L-3.8 0z",
  "M-3.2 -1.1h2.1v-2.1h2.2v2.1h2.1v2.2h-2.1v2.1h-2.2v-2.1h-2.1z",
];
const COLOURS = 5;
export const MARKS = 2 * SHAPES.length; // of classes, which come round again
const LETTER = 7; // pixels of a letter of what a lane tells, at most, on average
const ROWS = 14; // pixels between the rows of two classes, at most
const MIDDLE = { wide: 0.5, narrow: 0.42 }; // of a lane, where its dots lie around: in a low one the deviation's bar is below them
const CLEAR = 9; // pixels that the dots of the outermost row, scattered, take beyond it
const SCATTER = [0, 3, -3, 1.5, -1.5, 4.5, -4.5]; // so that neighbours do not cover each other; it means nothing
const SPREAD = 3; // times as far, where the marks of many classes share a row
const PATHS = [["direct", -4], ["mean", 0], ["variance", 4]];

// A class's dot, for the key.
export function dotOf(kind) {
  return svg("svg", { viewBox: "-5 -5 10 10" }, svg("path", shapeOf(kind)));
}

// A path's arrow, for the key.
export function pathKey(path) {
  return svg("svg", { viewBox: "0 0 10 10" }, svg("path", { class: `arrow ${path}`, d: "M0 5H9m-3 -2.5L9 5l-3 2.5" }));
}

const isOpen = (kind) => Math.floor(kind / SHAPES.length) % 2 === 1;
const shapeOf = (kind) => ({ d: SHAPES[kind % SHAPES.length], class: isOpen(kind) ? "class-mark open" : "class-mark", style: `--own: var(--class-${kind % COLOURS})` });

export class Lane {
  #arrowed = {}; // the dots whose arrows are seen, by what the arrows are

  constructor() {
    this.group = svg("g", { class: "lane" });
    this.back = svg("rect", { class: "lane-back", rx: 6 });
    this.arrows = svg("g", { class: "arrows", "aria-hidden": "true" });
    this.dots = svg("g", { class: "dots", "aria-hidden": "true" });
    this.bar = svg("line", { class: "deviation" });
    this.mean = svg("line", { class: "mean" });
    this.told = svg("text", { class: "lane-told" });
    this.group.append(this.back, this.arrows, this.dots, this.bar, this.mean, this.told);
  }

  // What stays while values move: one dot an example, with its class's colour and shape.
  put(lane, { classes, examples, arrowed }) {
    this.group.dataset.feature = lane.feature;
    this.#arrowed = Object.fromEntries(Object.entries(arrowed).map(([which, most]) => [which, evenly(lane.x, most)]));
    joined(this.dots, lane.x, () => svg("path"), (dot, _, i) => {
      write(dot, { ...shapeOf(classes ? classes[i] : 0), "data-example": examples ? i : null });
    });
  }

  // `values`, `mean` and `sd` as they are at the moment, on the ruler in force, in a room of the drawing, which has a
  // `head` above it where the menu and the numbers stand that would lie on dots.
  draw({ values, mean, sd, told, classes, rows }, ruler, room) {
    const { left, width, top, height, head, unit, lane } = room;
    const x = (value) => place(value, ruler, left, width);
    write(this.back, { x: lane.left, y: top, width: lane.right - lane.left, height });
    let outside = 0;
    [...this.dots.children].forEach((dot, i) => {
      const at = x(values[i]);
      const is = at >= left - 1 && at <= left + width + 1;
      if (!is) outside += 1;
      const y = heightOf(i, classes, rows, room);
      write(dot, { transform: `translate(${at.toFixed(1)} ${y.toFixed(1)}) scale(${unit})`, visibility: is ? null : "hidden" });
    });
    const within = (value) => placeWithin(value, ruler, left, width);
    write(this.mean, { x1: within(mean), x2: within(mean), y1: top + 4, y2: top + height - 4 });
    write(this.bar, { x1: within(mean - Math.abs(sd)), x2: within(mean + Math.abs(sd)), y1: top + height - 9 * unit, y2: top + height - 9 * unit });
    const text = outside ? `${told}; ${outside} outside${head ? "" : " the ruler"}` : told;
    tell(this.told, text);
    write(this.told, { ...placeOf(text, within(mean), room), y: top - head + 16 * unit });
  }

  // The gradient's arrows at the dots; `paths` draws three a dot. Where dots are many, some have a spare one, which is
  // seen while its example is pointed at.
  point(lane, { values, x_hat, classes, rows, examples }, which, ruler, room) {
    const { left, width, unit, reach } = room;
    const parts = { none: [], dx: [["dx", 0]], paths: PATHS }[which];
    const arrows = parts.flatMap(([part, shift]) => values.map((value, i) => ({ part, shift, value, i })));
    const seen = this.#arrowed[which] ?? new Set();
    this.#lay(seen.size < values.length);
    joined(this.arrows, arrows, () => svg("path"), (arrow, { part, shift, value, i }) => {
      const length = (lengthOf(lane, part, i, x_hat) / lane.hundred) * reach;
      const at = place(value, ruler, left, width);
      const is = at >= left && at <= left + width;
      const y = heightOf(i, classes, rows, room) + unit * shift;
      write(arrow, {
        class: `arrow ${part}${seen.has(i) ? "" : " spare"}`, d: arrowOf(length), transform: `translate(${at.toFixed(1)} ${y.toFixed(1)})`,
        visibility: is ? null : "hidden", "data-example": examples ? i : null,
      });
    });
  }

  // Arrows lie below the dots, but above many, which would cover them.
  #lay(above) {
    const [below, upper] = above ? [this.dots, this.arrows] : [this.arrows, this.dots];
    if (below.nextSibling !== upper) below.after(upper);
  }
}

// At the lane's right end, or at its left where the mean's mark would go through it.
function placeOf(text, mean, { lane: { left, right }, head, unit }) {
  if (head) return { x: right, "text-anchor": "end" };
  const [edge, length] = [8 * unit, (text.length * LETTER + 12) * unit];
  const isUnder = mean > Math.max((left + right) / 2, right - edge - length);
  return isUnder ? { x: left + edge, "text-anchor": "start" } : { x: right - edge, "text-anchor": "end" };
}

// A row a class, where there are few of them.
function heightOf(i, classes, rows, { top, height, unit, narrow }) {
  const middle = height * MIDDLE[narrow ? "narrow" : "wide"];
  const apart = Math.min(ROWS * unit, (2 * (middle - CLEAR * unit)) / (rows - 1));
  const row = classes && rows > 1 && rows <= COLOURS ? (classes[i] - (rows - 1) / 2) * apart : 0;
  return top + middle + row + unit * (classes && rows > COLOURS ? SPREAD : 1) * SCATTER[i % SCATTER.length];
}

// So many of the values, evenly over their order from the first to the last, and always the same; of null, all.
function evenly(values, most) {
  const order = [...values.keys()].sort((one, other) => values[one] - values[other]);
  if (most === null) return new Set(order);
  return new Set(Array.from({ length: most }, (_, rank) => order[Math.round((rank * (order.length - 1)) / (most - 1))]));
}

function lengthOf(lane, part, i, x_hat) {
  if (part === "mean") return lane.through_mean;
  return part === "variance" ? lane.through_variance * x_hat[i] : lane[part][i];
}

function arrowOf(length) {
  const head = Math.min(4, Math.abs(length)) * Math.sign(length);
  const end = length.toFixed(1);
  return `M0 0H${end}m${(-head).toFixed(1)} -2.5L${end} 0l${(-head).toFixed(1)} 2.5`;
}
