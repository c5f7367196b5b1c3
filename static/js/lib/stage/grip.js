// A mark of a drawing that is taken and moved, by mouse, by touch and by key: a slider to whoever reads the page aloud.
//
//   name()            what it is called
//   value(), text()   where it stands, and how that is said
//   range()           from and to
//   at(event)         the value under the pointer
//   step(by)          the value so many key steps on; a page key is ten
//   move(value, how)  it is moved: `how` goes to the state, so that a drag and keys in a row are one step of the history
//   reset()           back to where it stands unmoved: Delete, or a double click
const FAR = 10;
const KEYS = { ArrowRight: 1, ArrowUp: 1, PageUp: FAR, ArrowLeft: -1, ArrowDown: -1, PageDown: -FAR };

export class Grip {
  #own;
  #run = {}; // one for the keys that are pressed while the focus stays
  #offset = 0; // of the value from where the pointer took it
  #held = null;

  constructor(element, own) {
    this.element = element;
    this.#own = own;
    element.classList.add("grip");
    element.setAttribute("role", "slider");
    element.setAttribute("tabindex", "0");
    element.addEventListener("pointerdown", (event) => this.#press(event));
    element.addEventListener("pointermove", (event) => this.#drag(event));
    for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, (event) => this.#release(event));
    element.addEventListener("keydown", (event) => this.#key(event));
    element.addEventListener("dblclick", () => own.reset());
    element.addEventListener("blur", () => (this.#run = {}));
  }

  // While it is dragged.
  get isHeld() {
    return this.#held !== null;
  }

  // Says where it stands.
  told() {
    const [low, high] = this.#own.range();
    const said = { "aria-label": this.#own.name(), "aria-valuenow": this.#own.value(), "aria-valuemin": low, "aria-valuemax": high, "aria-valuetext": this.#own.text() };
    for (const [name, value] of Object.entries(said)) {
      if (this.element.getAttribute(name) !== String(value)) this.element.setAttribute(name, String(value));
    }
  }

  #press(event) {
    if (event.button !== 0 || !event.isPrimary) return;
    event.preventDefault();
    this.element.focus({ preventScroll: true });
    this.element.setPointerCapture(event.pointerId);
    this.#held = { moved: false };
    this.#offset = this.#own.value() - this.#own.at(event);
  }

  #drag(event) {
    if (!this.#held) return;
    this.#held.moved = true;
    this.#own.move(this.#within(this.#own.at(event) + this.#offset), { settle: false });
  }

  #release(event) {
    if (!this.#held) return;
    const { moved } = this.#held;
    this.#held = null;
    if (moved) this.#own.move(this.#within(this.#own.at(event) + this.#offset), { settle: true });
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const [low, high] = this.#own.range();
    const ends = { Home: low, End: high };
    if (event.key in KEYS) this.#own.move(this.#within(this.#own.step(KEYS[event.key])), { run: this.#run });
    else if (event.key in ends) this.#own.move(ends[event.key], { run: this.#run });
    else if (event.key === "Delete" || event.key === "Backspace") this.#own.reset();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #within(value) {
    const [low, high] = this.#own.range();
    return Math.min(high, Math.max(low, value));
  }
}
