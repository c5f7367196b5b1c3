// One feature's inputs on a ruler, and its outputs on another below: an example is dragged along the upper one, and all
// of the lower ones answer. From the first move on the rulers stay, and behind the marks stands where they were before,
// until they are put back or released. The marks are one stop of the Tab key: up and down go from one to another.
import { three } from "../lib/figures/numbers.js";
import { Grip } from "../lib/stage/grip.js";
import { across, withEnds } from "../lib/stage/ruler.js";
import { joined, place, svg, tell, valueAt, write } from "../lib/stage/svg.js";

const ROWS = { inputs: { title: 0.8, ticks: 2, line: 3 }, outputs: { line: 6.3, ticks: 7.7, title: 8.9 } }; // rem from the top
const HEIGHT = 9.2; // rem
const SIDE = 1.2; // rem beside the rulers
const RADIUS = 0.62; // rem
const TICK = 0.25; // rem
const DIGITS = 12; // that a dragged number keeps
const KEYS = { ArrowDown: 1, ArrowUp: -1 }; // from a mark to another

export class Strip {
  #root;
  #told;
  #drag = null; // what the answer says of it
  #rulers = null;
  #before = null; // where inputs and outputs were when the first of them was moved
  #hand = null; // { example, value } that has no answer yet
  #unmoved = []; // inputs before the first drag
  #size = { width: 0, rem: 16 };
  #grips = [];
  #layers = {};

  // `moved(places, how)` is told of each move, a place being an example and its value; `chosen(example)` where the focus is;
  // `still(is)` whether all stand where they are unmoved.
  constructor(root, told) {
    this.#root = root;
    this.#told = told;
    for (const name of ["axes", "ways", "ghosts", "outputs", "inputs"]) this.#layers[name] = root.appendChild(svg("g", { class: name, "aria-hidden": name === "inputs" ? null : "true" }));
    const around = root.parentElement; // a drawing that listens for the focus would be a stop itself
    around.addEventListener("focusin", ({ target }) => this.#takes(this.#index(target)));
    around.addEventListener("keydown", (event) => this.#go(event), { capture: true });
    new ResizeObserver(() => this.#measure()).observe(root);
  }

  // `fresh`: the numbers come from elsewhere than this strip.
  show(drag, fresh) {
    this.#drag = drag;
    if (fresh || this.#unmoved.length !== drag.inputs.values.length) this.#unmoved = [...drag.inputs.values];
    if (this.#hand && (fresh || drag.inputs.values[this.#hand.example] === this.#hand.value)) this.#hand = null;
    if (!this.#before || fresh) this.#fit();
    this.#draw();
  }

  // The rulers are the answer's again, and nothing is behind the marks.
  release() {
    if (!this.#before) return;
    this.#fit();
    this.#draw();
  }

  // All inputs to where they are unmoved.
  putBack() {
    const places = [...this.#unmoved.entries()].filter(([example, value]) => this.#input(example) !== value);
    if (!places.length) return;
    this.#before = this.#hand = null;
    this.#told.moved(places, {});
  }

  #fit() {
    const ruler = ({ range, ticks, title }) => withEnds({ range, title, ticks: ticks.map(({ value, text }) => [value, text]) });
    this.#rulers = { inputs: ruler(this.#drag.inputs), outputs: ruler(this.#drag.outputs) };
    this.#before = null;
  }

  #takes(example) {
    if (example < 0) return;
    this.#stopAt(example);
    this.#told.chosen(example);
  }

  #go(event) {
    const [by, at] = [KEYS[event.key], this.#index(event.target)];
    if (!by || at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.#grips[at + by]?.element.focus();
  }

  #stopAt(example) {
    this.#grips.forEach(({ element }, j) => write(element, { tabindex: j === example ? 0 : -1 }));
  }

  #index(element) {
    return this.#grips.findIndex((grip) => grip.element === element);
  }

  // Widths are read when they change alone, as reading lays the page out.
  #measure() {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    this.#size = { width: this.#root.clientWidth, rem };
    write(this.#root, { viewBox: `0 0 ${this.#size.width} ${HEIGHT * rem}`, height: HEIGHT * rem });
    this.#draw();
  }

  get #length() {
    return this.#size.width - 2 * SIDE * this.#size.rem;
  }

  #x(part, value) {
    return place(value, this.#rulers[part], SIDE * this.#size.rem, this.#length);
  }

  #input(example) {
    return this.#hand?.example === example ? this.#hand.value : this.#drag.inputs.values[example];
  }

  #draw() {
    if (!this.#drag || this.#length <= 0) return;
    const { rem } = this.#size;
    const { inputs, outputs } = this.#drag;
    const y = (part, row) => ROWS[part][row] * rem;
    joined(this.#layers.axes, ["inputs", "outputs"], axis, (group, part) => this.#axis(group, part));
    const at = outputs.values.map((value, j) => ({ x: this.#x("inputs", this.#input(j)), y: this.#x("outputs", value), on: j === this.#drag.example }));
    joined(this.#layers.ways, at, () => svg("line"), (line, one) => write(line, { x1: one.x, x2: one.y, y1: y("inputs", "line"), y2: y("outputs", "line"), class: one.on ? "on" : null }));
    const ghosts = Object.entries(this.#before ?? {}).flatMap(([part, values]) => values.map((value) => ({ part, value })));
    joined(this.#layers.ghosts, ghosts, () => svg("circle"), (dot, { part, value }) => write(dot, { cx: this.#x(part, value), cy: y(part, "line"), r: RADIUS * rem, class: part }));
    joined(this.#layers.outputs, at, mark, (dot, one, j) => this.#place(dot, one.y, y("outputs", "line"), j, one.on));
    this.#marks(inputs.values.length);
    this.#grips.forEach((grip, j) => {
      this.#place(grip.element, at[j].x, y("inputs", "line"), j, at[j].on);
      grip.told();
    });
    if (!this.#root.contains(document.activeElement)) this.#stopAt(this.#drag.example);
    this.#root.toggleAttribute("data-moved", this.#before !== null);
    this.#told.still(this.#unmoved.every((value, example) => this.#input(example) === value));
  }

  #place(group, x, y, example, on) {
    const { rem } = this.#size;
    const [area, dot, text] = group.children;
    write(group, { transform: `translate(${x} ${y})`, "data-example": example, class: `mark${on ? " on" : ""}${group.classList.contains("grip") ? " grip" : ""}` });
    write(area, { r: 1.1 * rem });
    write(dot, { r: RADIUS * rem });
    write(text, { dy: "0.35em" });
    tell(text, String(example));
  }

  #axis(group, part) {
    const [ruler, title] = group.children;
    const { rem } = this.#size;
    const { line: y, ticks, title: above } = ROWS[part];
    const reach = { over: TICK * rem, under: TICK * rem, below: (ticks - y) * rem };
    across(ruler, this.#rulers[part], { left: SIDE * rem, length: this.#length, y: y * rem, ...reach });
    write(title, { x: SIDE * rem, y: above * rem });
    tell(title, this.#rulers[part].title);
  }

  // A mark an example: those there are stay, so that none loses the hand that is on it.
  #marks(count) {
    while (this.#grips.length > count) this.#grips.pop().element.remove();
    while (this.#grips.length < count) {
      const element = this.#layers.inputs.appendChild(mark());
      this.#grips.push(new Grip(element, this.#how(this.#grips.length)));
    }
  }

  #how(example) {
    const range = () => [this.#rulers.inputs.low, this.#rulers.inputs.high];
    return {
      range,
      name: () => this.#drag.titles[example],
      value: () => this.#input(example),
      text: () => (this.#hand?.example === example ? three(this.#hand.value) : this.#drag.texts[example]),
      at: ({ clientX }) => valueAt(clientX - this.#root.getBoundingClientRect().left, this.#rulers.inputs, SIDE * this.#size.rem, this.#length),
      step: (by) => this.#input(example) + by * this.#drag.step,
      move: (value, how) => this.#move(example, value, how),
      reset: () => this.#move(example, this.#unmoved[example], {}),
    };
  }

  #move(example, value, how) {
    const { step } = this.#drag;
    const rounded = Number((Math.round(value / step) * step).toPrecision(DIGITS));
    this.#before ??= { inputs: [...this.#drag.inputs.values], outputs: [...this.#drag.outputs.values] };
    this.#hand = { example, value: rounded };
    this.#draw();
    this.#told.chosen(example);
    this.#told.moved([[example, rounded]], how);
  }
}

const mark = () => svg("g", { class: "mark" }, svg("circle", { class: "area" }), svg("circle", { class: "dot" }), svg("text", { "text-anchor": "middle" }));
const axis = () => svg("g", {}, svg("g"), svg("text", { class: "strong" }));
