// The population as a swarm of dots on its ruler. A deal lights its dots, and marks their mean and deviation below them.
import { enlargement as unit } from "../../lib/page/wall.js";
import { across, withEnds } from "../../lib/stage/ruler.js";
import { joined, place, svg, write } from "../../lib/stage/svg.js";

// In pixels of a page that is written as usual. BARS and BELOW are heights from the bottom: where the bars lie, and where
// the dots stand.
const BELOW = 66;
const GUTTER = 46; // for the names of the bars
const END = 12;
const BARS = { deal: 30, all: 10 };
const DOT = [2.2, 6]; // at least, at most

export class Population {
  #root;
  #stage = null;
  #width = 0;
  #height = 0;
  #ruler = svg("g", { class: "ruler" });
  #dots = svg("g", { class: "dots" });
  #marks = Object.fromEntries(Object.keys(BARS).map((name) => [name, bar(name)]));

  constructor(root) {
    this.#root = root;
    root.append(...Object.values(this.#marks), this.#dots, this.#ruler);
  }

  show(stage) {
    this.#stage = stage;
    const { population, strip } = stage;
    const u = unit();
    ({ width: this.#width, height: this.#height } = this.#root.getBoundingClientRect());
    write(this.#root, { viewBox: `0 0 ${this.#width} ${this.#height}` });
    const base = this.#height - BELOW * u;
    const radius = Math.min(Math.max((this.#length / population.abreast) * 0.5, DOT[0] * u), DOT[1] * u);
    const levels = Math.max(...population.level) || 1;
    const pitch = Math.min(2 * radius, (base - 3 * radius) / levels);
    joined(this.#dots, population.x, () => svg("circle"), (dot, x, i) => {
      write(dot, { cx: this.#at(x), cy: base - radius * 1.2 - population.level[i] * pitch, r: radius * 0.86, "data-example": i === population.followed ? stage.example : exampleAt(strip.dots, i) });
    });
    across(this.#ruler, withEnds(population.ruler), { left: GUTTER * u, length: this.#length, y: base });
    this.#mark("all", population.mean, population.sd);
  }

  // The deal of this number, from 1; 0 lights nothing.
  light(number) {
    const { population, lit, mean, sd } = this.#stage;
    const bits = number && lit[number - 1] ? atob(lit[number - 1]) : "";
    [...this.#dots.children].forEach((dot, i) => {
      const is = (bits.charCodeAt(i >> 3) & (128 >> (i & 7))) !== 0;
      write(dot, { class: [is && "lit", i === population.followed && "followed"].filter(Boolean).join(" ") || null });
    });
    const { deal } = this.#marks;
    write(deal, { display: number ? null : "none" });
    if (number) this.#mark("deal", mean[number - 1], sd[number - 1]);
  }

  get #length() {
    return this.#width - (GUTTER + END) * unit();
  }

  #at(value) {
    return place(value, withEnds(this.#stage.population.ruler), GUTTER * unit(), this.#length);
  }

  #mark(name, mean, sd) {
    const u = unit();
    const y = this.#height - BARS[name] * u;
    const [text, spread, middle] = this.#marks[name].children;
    const [low, x, high] = [mean - sd, mean, mean + sd].map((value) => this.#at(value));
    write(text, { x: 0, y: y + 4 * u });
    write(spread, { x1: low, x2: high, y1: y, y2: y });
    write(middle, { x1: x, x2: x, y1: name === "deal" ? 8 * u : y - 7 * u, y2: y + 7 * u });
  }
}

// The example of the small batch that a dot is, if it is one.
function exampleAt(dots, i) {
  const example = dots.indexOf(i);
  return example < 0 ? null : example;
}

function bar(name) {
  const text = svg("text");
  text.textContent = { deal: "batch", all: "all" }[name];
  return svg("g", { class: `bar ${name}` }, text, svg("line", { class: "spread" }), svg("line", { class: "middle" }));
}
