// What of a figure stands for a thing that is pointed at, and the marks that light it: laid over the plot, so that nothing
// is drawn anew. The server says it (app/figures/linked.py): `layout.meta.linked` has bands along an axis, `layout.meta.about`
// what the whole figure is of, and a trace's `meta.of` the kind of its points, whose numbers are its customdata, the first
// of each where that is a row; `meta.thing` is the one that all its points are of.
import { element } from "./tables.js";

export const KINDS = ["feature", "example", "block", "channel", "tensor"];
export const named = (kind, number) => `${kind}:${number}`;

export class LinkedMarks {
  #panel;
  #layer = element("div", "", { class: "linked-marks", "aria-hidden": "true" });
  #hovered = [];

  constructor(panel) {
    this.#panel = panel;
    panel.plot.after(this.#layer);
  }

  // The point that Plotly shows, or none.
  hover(point) {
    const kind = point?.data.meta?.of;
    this.#hovered = KINDS.includes(kind) ? [named(kind, numberOf(point.data.meta, point.customdata))] : [];
  }

  // What is under the pointer: the whole figure's, the bands' there, the point's.
  under({ target, clientX, clientY }) {
    const area = this.#panel.plot.contains(target) ? this.#area() : null;
    if (!area) return this.#whole;
    const shares = { x: (clientX - area.left) / area.width, y: 1 - (clientY - area.top) / area.height };
    return [...this.#whole, ...this.#bands.flatMap((band) => this.#at(band, shares)), ...this.#hovered];
  }

  show(things) {
    this.#panel.element.toggleAttribute("data-linked", this.#whole.some((thing) => things.includes(thing)));
    const area = things.length ? this.#area() : null;
    this.#layer.replaceChildren(...(area ? [...this.#lit(things, area), ...this.#points(things)] : []));
  }

  get #meta() {
    return this.#panel.figure?.layout.meta ?? {};
  }

  get #bands() {
    return this.#meta.linked ?? [];
  }

  get #whole() {
    return Object.entries(this.#meta.about ?? {}).flatMap(([kind, numbers]) => numbers.map((number) => named(kind, number)));
  }

  // Where the axes of a figure that is drawn lie on the screen.
  #area(subplot = "xy") {
    const area = this.#panel.figure && this.#panel.plot.querySelector(`.nsewdrag[data-subplot="${subplot}"]`)?.getBoundingClientRect();
    return area?.width ? area : null;
  }

  #range(axis) {
    return this.#panel.plot.layout[axis.replace(/^([xy])/, "$1axis")].range;
  }

  // A row's name at the axis is the row, too.
  #at({ of, axis, start, step, each = 1, things }, shares) {
    if (shares[axis] < 0 || shares[axis] > 1) return [];
    const [low, high] = this.#range(axis);
    const first = things[Math.floor((low + shares[axis] * (high - low) - start) / step)];
    return first === undefined ? [] : Array.from({ length: each }, (_, i) => named(of, first + i));
  }

  #lit(things, area) {
    const inLayer = this.#inLayer(area);
    return this.#bands.flatMap(({ of, axis, start, step, each = 1, things: rows }) => {
      const numbers = numbersOf(of, things);
      const meant = rows.map((first, row) => ({ first, row })).filter(({ first }) => numbers.some((number) => number >= first && number < first + each));
      return meant.map(({ row }) => bandOver(axis, [row, row + 1].map((at) => share(start + at * step, this.#range(axis))), inLayer));
    });
  }

  #points(things) {
    return this.#panel.plot.data.flatMap(({ meta, x, y, customdata, xaxis = "x", yaxis = "y" }) => {
      const numbers = new Set(numbersOf(meta?.of, things));
      const area = numbers.size && customdata ? this.#area(xaxis + yaxis) : null;
      if (!area) return [];
      const { left, top, width, height } = this.#inLayer(area);
      const drawn = (one, i) => numbers.has(numberOf(meta, one)) && !(one === customdata[i - 1] && x[i] === x[i - 1]); // a stroke has two ends
      const places = Array.from(customdata, (one, i) => (drawn(one, i) ? [share(x[i], this.#range(xaxis)), share(y[i], this.#range(yaxis))] : null));
      return places.filter((place) => place?.every(inside)).map(([across, up]) => mark("linked-point", { left: left + across * width, top: top + (1 - up) * height }));
    });
  }

  #inLayer({ left, top, width, height }) {
    const frame = this.#layer.getBoundingClientRect();
    return { left: left - frame.left, top: top - frame.top, width, height };
  }
}

const share = (value, [low, high]) => (value - low) / (high - low);
const inside = (place) => place >= 0 && place <= 1;
const numberOf = ({ thing }, custom) => thing ?? (Array.isArray(custom) ? custom[0] : custom);
const numbersOf = (kind, things) => things.map((thing) => thing.split(":")).filter(([of]) => of === kind).map(([, number]) => Number(number));

function bandOver(axis, ends, { left, top, width, height }) {
  const [from, to] = ends.map((end) => Math.min(1, Math.max(0, end))).sort((a, b) => a - b);
  if (axis === "x") return mark("linked-band", { left: left + from * width, top, width: (to - from) * width, height });
  return mark("linked-band", { left, top: top + (1 - to) * height, width, height: (to - from) * height });
}

function mark(name, box) {
  const made = element("i", "", { class: name });
  for (const [side, pixels] of Object.entries(box)) made.style[side] = `${pixels}px`;
  return made;
}
