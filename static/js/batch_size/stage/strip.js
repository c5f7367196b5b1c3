// A small batch in three lanes, an example beside the other: its values, and both modes' normalized ones. An example is
// taken by its mark in the first lane; where it stood before stays as a ring. What is pointed at is lit in all lanes.
import { enlargement as unit } from "../../lib/page/wall.js";
import { three } from "../../lib/figures/numbers.js";
import { Grip } from "../../lib/stage/grip.js";
import { upwards, withEnds } from "../../lib/stage/ruler.js";
import { joined, place, svg, valueAt, write } from "../../lib/stage/svg.js";

// In pixels of a page that is written as usual.
const SIDES = { top: 12, bottom: 30, left: 40, right: 8 };
const DOT = 7;
const TOUCH = 15; // around a mark that is taken
const STEP = 0.1; // deviations to a key's press
const RULERS = { x: "x", train: "x_hat", inference: "x_hat" };

export class Strip {
  #lanes;
  #own;
  #grips = [];
  #strip = null;
  #height = 0;

  // `roots`: the drawing of each lane; `state`; `most`: deviations that an example can be moved by.
  constructor(roots, own) {
    this.#own = own;
    this.#lanes = Object.fromEntries(Object.entries(roots).map(([name, root]) => [name, lane(root)]));
    for (const { root, values } of Object.values(this.#lanes)) {
      const around = root.parentElement; // a drawing that listens for the focus would be a stop itself
      for (const kind of ["pointerover", "focusin"]) around.addEventListener(kind, ({ target }) => this.#light([...values.children].indexOf(target.closest("g"))));
      for (const kind of ["pointerout", "focusout"]) around.addEventListener(kind, () => this.#light(-1));
    }
  }

  show({ strip }) {
    this.#strip = strip;
    for (const name of Object.keys(RULERS)) this.#draw(name);
    for (const grip of this.#grips) grip.told();
  }

  // The example of this number in every lane; -1 lights none.
  #light(number) {
    for (const { values } of Object.values(this.#lanes)) {
      [...values.children].forEach((group, j) => group.classList.toggle("lit", j === number));
    }
  }

  #draw(name) {
    const { root, ruler, values, numbers } = this.#lanes[name];
    const u = unit();
    const { before, now } = this.#strip.lanes[name];
    const { width, height } = root.getBoundingClientRect();
    this.#height = height;
    write(root, { viewBox: `0 0 ${width} ${height}` });
    upwards(ruler, this.#ruler(name), { ...this.#room, x: SIDES.left * u, width: width - (SIDES.left + SIDES.right) * u });
    joined(values, now, () => this.#example(name), (group, value, j) => {
      const [x, from, to] = [this.#x(j, width), this.#y(name, before[j]), this.#y(name, value)];
      const [way, ring, mark, touch] = group.children;
      group.classList.toggle("moved", j === this.#strip.example);
      write(group, { "data-example": j });
      write(way, { x1: x, x2: x, y1: from, y2: to });
      write(ring, { cx: x, cy: from, r: DOT * u });
      write(mark, { cx: x, cy: to, r: DOT * u });
      if (touch) write(touch, { cx: x, cy: to, r: TOUCH * u });
    });
    while (name === "x" && this.#grips.length > now.length) this.#grips.pop();
    joined(numbers, now, () => svg("text", { "text-anchor": "middle" }), (text, _, j) => {
      write(text, { x: this.#x(j, width), y: height - 8 * u, "data-example": j });
      text.textContent = String(j);
    });
  }

  #example(name) {
    const group = svg("g", {}, svg("line", { class: "way" }), svg("circle", { class: "before" }), svg("circle", { class: "now" }));
    if (name === "x") {
      const touch = svg("circle", { class: "touch" });
      group.append(touch);
      this.#grips.push(this.#grip(touch, this.#grips.length));
    }
    return group;
  }

  #grip(element, j) {
    const { state, most } = this.#own;
    const by = () => (this.#strip.example === j ? this.#strip.by : 0);
    const { root } = this.#lanes.x;
    return new Grip(element, {
      name: () => this.#strip.names[j],
      value: by,
      text: () => `${three(this.#strip.lanes.x.now[j])}${by() ? `, moved by ${three(by())} deviations` : ""}`,
      range: () => [-most, most],
      at: ({ clientY }) => {
        const { bottom, length } = this.#room;
        const value = valueAt(clientY - root.getBoundingClientRect().top, this.#ruler("x"), bottom, -length);
        return (value - this.#strip.lanes.x.before[j]) / this.#strip.unit;
      },
      step: (steps) => by() + STEP * steps,
      move: (value, how) => this.#move(j, Number(value.toFixed(2)), how),
      reset: () => state.set({ move_by: 0 }),
    });
  }

  // The mark follows at once, by the unit that the server told; what that does to the others comes with the answer.
  #move(j, by, how) {
    const { before, now } = this.#strip.lanes.x;
    const moved = before.map((value, i) => (i === j ? value + by * this.#strip.unit : value));
    this.#strip = { ...this.#strip, example: j, by, lanes: { ...this.#strip.lanes, x: { before, now: moved } } };
    if (now.length) this.#draw("x");
    this.#own.state.set({ example: j, move_by: by }, how);
  }

  #ruler(name) {
    return withEnds(this.#strip.rulers[RULERS[name]]);
  }

  get #room() {
    const u = unit();
    return { bottom: this.#height - SIDES.bottom * u, length: this.#height - (SIDES.bottom + SIDES.top) * u };
  }

  #x(j, width) {
    const u = unit();
    const room = width - (SIDES.left + SIDES.right) * u;
    return SIDES.left * u + ((j + 0.5) / this.#strip.names.length) * room;
  }

  #y(name, value) {
    const { bottom, length } = this.#room;
    return place(value, this.#ruler(name), bottom, -length);
  }
}

function lane(root) {
  const [ruler, values, numbers] = [svg("g", { class: "ruler" }), svg("g", { class: "values" }), svg("g")];
  root.append(ruler, values, numbers);
  return { root, ruler, values, numbers };
}
