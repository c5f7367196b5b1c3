// The classes that each variant gives to the points of the plane, stronger where its softmax has the larger share, and the
// examples on it: dots are trained on, rings are held out.
import { keyOf, textOf } from "./chart.js";
import { newest } from "../records.js";
import { joined, svg, tell, write } from "../../lib/stage/svg.js";

const COLOURS = 5; // of classes, which come round again
const LEVELS = [0.12, 0.24, 0.38, 0.52]; // opacities, of equal parts from a share of 1/classes to all
const SIDE = 240; // of a drawing, in units of its own
const DOT = 2.4;

export class Surfaces {
  #root;
  #plane = null;
  #drawn = new Map();

  constructor(root) {
    this.#root = root;
  }

  lay(plane, looks) {
    this.#plane = plane;
    this.#drawn.clear();
    this.#root.parentElement.hidden = plane === null;
    if (plane === null) return;
    const classes = new Set([...plane.train, ...plane.held].map((point) => point[2])).size;
    const shared = classes > COLOURS ? `${classes} classes share ${COLOURS} colours; ` : "";
    tell(document.getElementById("surfaces-told"), `${shared}right of the held-out:`);
    write(this.#root, { style: `--surfaces: ${looks.length}` });
    joined(this.#root, looks, figure, (one, { name, title, colour, dash }) => {
      const key = one.querySelector(".tr-key");
      write(key, { style: `--own: ${colour}`, "data-variant": name });
      write(key.querySelector("line"), { "stroke-dasharray": dash });
      tell(key.children[1], title);
      write(one.lastChild, { "aria-label": `${title}: classes over the plane` });
      one.querySelector(".points").replaceChildren();
    });
  }

  draw({ rows, at, looks }) {
    if (this.#plane === null) return;
    looks.forEach(({ name, title }, i) => {
      const one = this.#root.children[i];
      const last = newest(rows, at, name, (record) => record.surface);
      const right = textOf(rows, at, name, (record) => (record.held ? 100 * record.held.accuracy : null));
      const told = right === "diverged" || right === "–" ? right : `${right} %`;
      tell(one.querySelector("b"), told);
      if (last === null || this.#drawn.get(name) === last.value) return;
      this.#drawn.set(name, last.value);
      this.#drawSurface(one.lastChild, last.value);
      write(one.lastChild, { "aria-label": `${title}: classes over the plane at step ${last.step}; right of the held-out examples: ${told}` });
    });
  }

  #drawSurface(drawing, { x, y, size, classes, shares }) {
    const cell = SIDE / size;
    const least = 100 / Math.max(2, new Set(this.#plane.train.map((point) => point[2])).size);
    const level = (share) => Math.min(LEVELS.length - 1, Math.max(0, Math.floor(((share - least) / (100 - least)) * LEVELS.length)));
    const paths = new Map();
    for (let row = 0; row < size; row += 1) {
      for (let from = 0; from < size; ) {
        const kind = (column) => `${classes[row * size + column]} ${level(shares[row * size + column])}`;
        const of = kind(from);
        let to = from + 1;
        while (to < size && kind(to) === of) to += 1;
        paths.set(of, `${paths.get(of) ?? ""}M${(from * cell).toFixed(1)} ${(SIDE - (row + 1) * cell).toFixed(1)}h${((to - from) * cell).toFixed(1)}v${cell.toFixed(1)}h${((from - to) * cell).toFixed(1)}z`);
        from = to;
      }
    }
    const [areas, points] = drawing.children;
    joined(areas, [...paths].sort(), () => svg("path"), (path, [kind, d]) => {
      const [of, strength] = kind.split(" ").map(Number);
      write(path, { d, fill: `var(--class-${of % COLOURS})`, "fill-opacity": LEVELS[strength] });
    });
    if (!points.childElementCount) this.#drawPoints(points, x, y);
  }

  #drawPoints(group, x, y) {
    const place = ([a, b]) => ({ cx: (((a - x[0]) / (x[1] - x[0])) * SIDE).toFixed(1), cy: (SIDE - ((b - y[0]) / (y[1] - y[0])) * SIDE).toFixed(1), r: DOT });
    const drawn = (kind) => (point) => svg("circle", { ...place(point), class: kind, style: `--own: var(--class-${point[2] % COLOURS})` });
    group.append(...this.#plane.held.map(drawn("held")), ...this.#plane.train.map(drawn("train")));
  }
}

function figure() {
  const one = document.createElement("figure");
  const caption = document.createElement("figcaption");
  caption.append(keyOf());
  one.className = "tr-surface";
  one.append(caption, svg("svg", { class: "drawing", viewBox: `0 0 ${SIDE} ${SIDE}`, role: "img" }, svg("g"), svg("g", { class: "points" })));
  return one;
}
