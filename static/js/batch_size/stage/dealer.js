// Who deals: one batch at a press, or one after the other, slowly first. How many are dealt stands in the address, but not
// while they are played.
import { isStill } from "../../lib/stage/motion.js";

const SLOW = 100; // deals that are watched one by one
const PACE = { slow: 40, fast: 10 }; // milliseconds a deal

const timeOf = (deals) => Math.min(deals, SLOW) * PACE.slow + Math.max(0, deals - SLOW) * PACE.fast;
const dealsAt = (time) => (time < SLOW * PACE.slow ? Math.floor(time / PACE.slow) : SLOW + Math.floor((time - SLOW * PACE.slow) / PACE.fast));

export class Dealer {
  #root;
  #state;
  #told;
  #frame = 0;
  #dealt;

  // `most()` deals there are; `shown(deals, falls)` is told of each change, `said(deals)` when a hand or the end stops it.
  constructor(root, { state, most, shown, said }) {
    this.#root = root;
    this.#state = state;
    this.#told = { most, shown, said };
    this.#dealt = Number(state.get("deal"));
    root.addEventListener("click", ({ target }) => this.#press(target.closest("[data-deal]")));
    state.onChange((names) => {
      if (names !== null && !names.includes("deal")) return;
      if (Number(state.get("deal")) === this.#dealt) return;
      this.#halt();
      this.#show(Number(state.get("deal")), false);
    });
  }

  get dealt() {
    return this.#dealt;
  }

  get plays() {
    return this.#frame !== 0;
  }

  // The buttons as they are to be pressed now.
  mark() {
    const ends = { one: this.#dealt >= this.#told.most(), reset: this.#dealt === 0 };
    for (const [name, is] of Object.entries(ends)) this.#button(name).setAttribute("aria-disabled", String(is && !this.plays));
    const play = this.#button("play");
    play.setAttribute("aria-pressed", String(this.plays));
    play.querySelector(".word").textContent = this.plays ? "Pause" : "Play";
  }

  #button(name) {
    return this.#root.querySelector(`[data-deal="${name}"]`);
  }

  #press(button) {
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    const plays = this.plays;
    this.#halt();
    if (button.dataset.deal === "play") plays ? this.#rest() : this.#play();
    else this.#to(button.dataset.deal === "one" ? Math.min(this.#dealt + 1, this.#told.most()) : 0);
  }

  // From where it is; anew, where all are dealt.
  #play() {
    if (this.#dealt >= this.#told.most()) this.#show(0, false);
    if (isStill()) return this.#to(this.#told.most());
    const before = timeOf(this.#dealt);
    let start = null;
    const step = (now) => {
      start ??= now;
      const deals = Math.min(this.#told.most(), dealsAt(before + now - start));
      this.#frame = deals < this.#told.most() ? requestAnimationFrame(step) : 0;
      if (deals > this.#dealt) this.#show(deals, true);
      if (!this.#frame) this.#rest();
    };
    this.#frame = requestAnimationFrame(step);
    this.mark();
  }

  #halt() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  #to(deals) {
    this.#show(deals, deals > this.#dealt);
    this.#rest();
  }

  #rest() {
    const deals = this.#dealt;
    this.#state.set({ deal: deals });
    this.#told.said(deals);
    this.mark();
  }

  #show(deals, falls) {
    this.#dealt = deals;
    this.#told.shown(deals, falls);
    this.mark();
  }
}
