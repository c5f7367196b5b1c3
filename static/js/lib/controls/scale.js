// A slider's places and the values that stand at them; a logarithmic slider moves by equal factors. By key a slider goes
// to the next value that differs, or a tenth of the way, or to an end; never against the key's direction.
import { plain } from "../figures/numbers.js";

const STEPS = 1000;
const DIGITS = 2; // of a value on a logarithmic slider that is no whole number
const NEAR = 1e-9; // steps that are a rounding
const FAR = 10; // of the slider's length to a page key's press
const KEYS = { // direction, and how far, in shares of the slider's length
  ArrowRight: [1, 0], ArrowUp: [1, 0], PageUp: [1, 1 / FAR], End: [1, 1],
  ArrowLeft: [-1, 0], ArrowDown: [-1, 0], PageDown: [-1, 1 / FAR], Home: [-1, 1],
};

export class Scale {
  #low;
  #high;
  #lowest;
  #log;
  #whole;
  #step;
  #shown = NaN;
  #keyed = false;
  #run = {}; // one for the keys that are pressed while the focus stays

  constructor(range, { log, whole }) {
    this.range = range;
    this.#low = this.#lowest = Number(range.min);
    this.#high = Number(range.max);
    this.#log = log;
    this.#whole = whole;
    this.#step = Number(range.step) || Number(((this.#high - this.#low) / STEPS).toPrecision(1));
    this.#lay();
    range.addEventListener("keydown", (event) => this.#key(event));
    range.addEventListener("blur", () => (this.#run = {}));
  }

  // What stands at the slider's place.
  get value() {
    const at = Number(this.range.value);
    return this.#at(this.#log ? at : Math.round(at / this.#step - this.#first));
  }

  // The slider stands as near to a value as it can; from the value itself keys go on.
  show(value) {
    this.#shown = Number(value);
    const place = String(this.#log ? this.#placeOf(this.#shown) : this.#shown);
    if (Number.isFinite(this.#shown) && this.range.value !== place) this.range.value = place;
  }

  // The slider ends there, and has nothing to choose where it begins there, too.
  upTo(high) {
    if (high === this.#high) return;
    this.#high = high;
    this.#low = Math.min(this.#lowest, high);
    this.#lay();
    this.show(this.#shown);
  }

  // `change(how)` for each move: a drag settles where it ends, keys in a row are one step of the history.
  onSlide(change) {
    this.range.addEventListener("input", () => change(this.#keyed ? { run: this.#run } : { settle: false }));
    this.range.addEventListener("change", () => change({ settle: true }));
  }

  // How many places there are behind the first one.
  get #places() {
    return this.#log ? STEPS : Math.ceil(this.#high / this.#step - this.#first - NEAR);
  }

  // A linear slider's places are the multiples of its step, its ends apart; this is the first one, in steps.
  get #first() {
    return Math.floor(this.#low / this.#step + NEAR);
  }

  #lay() {
    const [low, high, step] = this.#log ? [0, STEPS, 1] : [this.#low, this.#high, this.#step];
    Object.assign(this.range, { min: String(low), max: String(high), step: String(step), disabled: this.#low === this.#high });
  }

  #at(place) {
    const value = this.#log ? this.#low * (this.#high / this.#low) ** (place / STEPS) : (this.#first + place) * this.#step;
    const within = Math.min(this.#high, Math.max(this.#low, value));
    if (!this.#log) return plain(within);
    return this.#whole ? String(Math.round(within)) : String(Number(within.toPrecision(DIGITS)));
  }

  // Between two places where the value lies between theirs.
  #placeOf(value) {
    const place = this.#log ? (STEPS * Math.log(Math.max(value, this.#low) / this.#low)) / Math.log(this.#high / this.#low) : value / this.#step - this.#first;
    return Math.min(this.#places, Math.max(0, place || 0));
  }

  #key(event) {
    if (!(event.key in KEYS) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const place = this.#next(...KEYS[event.key]);
    if (place === null) return;
    this.range.value = this.#log ? String(place) : this.#at(place);
    this.#keyed = true;
    this.range.dispatchEvent(new Event("input", { bubbles: true }));
    this.#keyed = false;
  }

  // The first place so far away whose value lies in that direction, else the end; null where there is none.
  #next(direction, share) {
    const from = this.#placeOf(this.#shown);
    const end = direction > 0 ? this.#places : 0;
    const differs = (place) => (Number(this.#at(place)) - this.#shown) * direction > 0;
    const far = from + direction * share * this.#places;
    let place = direction > 0 ? Math.min(end, Math.floor(far)) : Math.max(end, Math.ceil(far));
    while (place !== end && !differs(place)) place += direction;
    return differs(place) ? place : null;
  }
}
