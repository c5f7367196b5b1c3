// When what is not on screen is drawn, so that a print, a capture of the whole page and who scrolls find it there: piece by
// piece, when the page is idle, once nothing has been drawn for a while and no hand is on anything.
const REST = 500; // milliseconds

const whenIdle = (act) => (window.requestIdleCallback ? window.requestIdleCallback(act) : setTimeout(act, 50));

export class Unseen {
  #hands = new Set();
  #drawOne;
  #timer = 0;

  // `drawOne()` draws one piece, and says whether there was one.
  constructor(drawOne) {
    this.#drawOne = drawOne;
    addEventListener("pointerdown", () => this.hold("pointer", true), { capture: true });
    for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => this.hold("pointer", false), { capture: true });
  }

  hold(hand, is) {
    if (is) this.#hands.add(hand);
    else this.#hands.delete(hand);
    this.soon();
  }

  soon() {
    clearTimeout(this.#timer);
    if (!this.#hands.size) this.#timer = setTimeout(() => whenIdle(() => this.#go()), REST);
  }

  #go() {
    if (!this.#hands.size && this.#drawOne()) whenIdle(() => this.#go());
  }
}
