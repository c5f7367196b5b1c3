// A knob on each block's weights, the same in both networks, and one on the biases of the block that is pulled. A knob
// is dragged up or to the right, pressed for × 3, or + 2, and taken back by another press, a double click or Delete; with
// Shift it moves b.
import { element } from "../../lib/figures/tables.js";
import { Grip } from "../../lib/stage/grip.js";
import { tell } from "../../lib/stage/svg.js";

const TURN = 270; // degrees of a dial
const STOP = 7; // pixels of a drag to a stop
const FIELDS = ["disturb_layer", "disturb_factor", "disturb_shift"];
const UNMOVED = { factor: 1, shift: 0 };
const PRESSED = { factor: 3, shift: 2 };
const MANY = 16; // blocks: no room for what stands unmoved

export class Knobs {
  #row;
  #state;
  #stops;
  #grips = [];
  #shift;

  constructor(row, biases, { state, stops }) {
    this.#row = row;
    this.#state = state;
    this.#stops = stops;
    this.#shift = this.#gripOf(biases, () => this.#pulled || 1, () => "shift", () => `Biases of block ${this.#pulled || 1}, plus`);
    this.#bindPress(biases, () => this.#pulled || 1, (block) => this.#pressShift(block));
  }

  // Whether a hand is on one of them.
  get isHeld() {
    return [...this.#grips, this.#shift].some((grip) => grip.isHeld);
  }

  show({ depth }) {
    this.#row.classList.toggle("many", depth > MANY);
    if (this.#grips.length !== depth) this.#renew(depth);
    [...this.#row.children].forEach((cell, i) => this.#put(cell, i + 1));
    this.#turn(this.#shift.element, "shift", this.#valueOf(this.#pulled, "shift"));
    this.#shift.told();
  }

  reset() {
    this.#state.set(this.#calm);
  }

  get #calm() {
    return Object.fromEntries(FIELDS.map((name) => [name, this.#state.fallback(name)]));
  }

  get #pulled() {
    return Number(this.#state.get("disturb_layer"));
  }

  // As many as there are blocks, each anew: none is seen to wander from one place to another.
  #renew(depth) {
    this.#grips = [];
    this.#row.replaceChildren(...Array.from({ length: depth }, (_, i) => this.#new(i + 1)));
  }

  #new(block) {
    const dial = element("div", "", { class: "net-dial dial", "data-block": String(block) });
    const cell = element("div", "", { class: "net-knob" });
    cell.append(element("span", String(block), { class: "net-block", "aria-hidden": "true" }), dial, element("span", "", { class: "net-value", "aria-hidden": "true" }));
    let shifted = false;
    for (const event of ["pointerdown", "keydown"]) dial.addEventListener(event, ({ shiftKey }) => (shifted = shiftKey), { capture: true });
    const which = () => (shifted ? "shift" : "factor");
    this.#grips.push(this.#gripOf(dial, () => block, which, () => `Weights of block ${block}, times`));
    this.#bindPress(dial, () => block, () => this.#press(block));
    for (const event of ["pointerup", "pointercancel", "keydown"]) dial.addEventListener(event, () => (shifted = false));
    return cell;
  }

  // A press, with the pointer or by key, that moved nothing; with Shift the pointer is another knob's.
  #bindPress(dial, of, press) {
    let started = null;
    dial.addEventListener("pointerdown", () => (started = this.#at(of())));
    dial.addEventListener("click", ({ shiftKey }) => shiftKey || (started === this.#at(of()) && press(of())));
    dial.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      press(of());
    });
  }

  // `of()` is the block, `which()` the factor or the shift: what is told of it is always the one that it is named by.
  #gripOf(dial, of, which, name) {
    const named = dial.classList.contains("net-biases") ? "shift" : "factor";
    return new Grip(dial, {
      name,
      value: () => this.#place(of(), which()),
      text: () => this.#textOf(of(), named),
      range: () => [0, this.#stops[which()].length - 1],
      at: ({ clientX, clientY }) => (clientX - clientY) / STOP,
      step: (by) => this.#place(of(), which()) + (Math.abs(by) > 1 ? Math.sign(by) * 4 : by),
      move: (place, how) => this.#move(of(), which(), Math.round(place), how),
      reset: () => this.#undo(of(), named),
    });
  }

  #put(cell, block) {
    const [, dial, value] = cell.children;
    const is = block === this.#pulled;
    cell.classList.toggle("pulled", is);
    this.#turn(dial, "factor", this.#valueOf(block, "factor"));
    tell(value, this.#textOf(block, "factor"));
    this.#grips[block - 1].told();
  }

  #turn(dial, which, value) {
    const share = this.#stops[which][nearest(this.#stops[which], value)].share;
    dial.style.setProperty("--turn", `${(share - 0.5) * TURN}deg`);
  }

  #valueOf(block, which) {
    return block !== 0 && block === this.#pulled ? Number(this.#state.get(`disturb_${which}`)) : UNMOVED[which];
  }

  #place(block, which) {
    return nearest(this.#stops[which], this.#valueOf(block, which));
  }

  #textOf(block, which) {
    const value = this.#valueOf(block, which);
    const stop = this.#stops[which].find((at) => at.value === value);
    return stop ? stop.text : `${which === "factor" ? "×" : "+"} ${value}`;
  }

  #at(block) {
    return JSON.stringify([this.#valueOf(block, "factor"), this.#valueOf(block, "shift")]);
  }

  // Moving one block's knob takes back the other's; where all stands unmoved when the hand leaves, nothing is disturbed.
  #move(block, which, place, how) {
    const wanted = { factor: this.#valueOf(block, "factor"), shift: this.#valueOf(block, "shift"), [which]: this.#stops[which][place].value };
    const calm = how.settle && wanted.factor === 1 && wanted.shift === 0;
    this.#state.set(calm ? this.#calm : { disturb_layer: block, disturb_factor: wanted.factor, disturb_shift: wanted.shift }, how);
  }

  #press(block) {
    const is = this.#valueOf(block, "factor") !== 1 || this.#valueOf(block, "shift") !== 0;
    this.#state.set(is ? this.#calm : { disturb_layer: block, disturb_factor: PRESSED.factor, disturb_shift: 0 });
  }

  // The factor stays as it is.
  #pressShift(block) {
    if (this.#valueOf(block, "shift") !== 0) this.#undo(block, "shift");
    else this.#state.set({ disturb_layer: block, disturb_factor: this.#valueOf(block, "factor"), disturb_shift: PRESSED.shift });
  }

  #undo(block, named) {
    if (block !== this.#pulled) return;
    if (named === "factor" || this.#valueOf(block, "factor") === 1) this.reset();
    else this.#state.set({ disturb_shift: 0 });
  }
}

function nearest(stops, value) {
  let at = 0;
  stops.forEach((stop, i) => {
    if (Math.abs(stop.value - value) < Math.abs(stops[at].value - value)) at = i;
  });
  return at;
}
