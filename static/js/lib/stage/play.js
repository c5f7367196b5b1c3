// The steps of a stage: a row of buttons, one pressed, and first, back, play, next, last around them. Which step it is
// stands in the address, under `field`.
//
//   <div class="steps" role="group">  <button data-go="first|back|play|next|last">  <button data-step="NAME">
//
// While it plays, each step stays `pause` milliseconds once it is there: `shown(step)` is told of each and may say by a
// promise when that is. `said(step)` is what a screen reader hears.
export class Play {
  #root;
  #state;
  #field;
  #pause;
  #told;
  #timer = 0;
  #there = null; // when the step that was shown last is there

  constructor(root, { state, field, pause, shown, said }) {
    this.#root = root;
    this.#state = state;
    this.#field = field;
    this.#pause = pause;
    this.#told = { shown, said };
    root.addEventListener("click", ({ target }) => this.#press(target.closest("button")));
    state.onChange((names) => {
      if (names === null || names.includes(field)) this.#show();
    });
    this.#mark();
  }

  get step() {
    return this.#state.get(this.#field);
  }

  get plays() {
    return this.#timer !== 0;
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#mark();
  }

  get #steps() {
    return [...this.#root.querySelectorAll("[data-step]")].filter((button) => !button.hidden).map((button) => button.dataset.step);
  }

  #press(button) {
    const { step, go } = button?.dataset ?? {};
    if (!step && !go) return;
    if (go === "play") {
      if (this.plays) this.stop();
      else this.#play();
      return;
    }
    this.stop();
    this.#to(step ?? this.#by(go));
  }

  #by(go) {
    const steps = this.#steps;
    const at = steps.indexOf(this.step);
    const last = steps.length - 1;
    return steps[{ first: 0, back: Math.max(0, at - 1), next: Math.min(last, at + 1), last }[go]];
  }

  #to(step, how = {}) {
    if (step !== this.step) this.#state.set({ [this.#field]: step }, how);
  }

  // From where it is; from the beginning, where it is at the end.
  #play() {
    const steps = this.#steps;
    if (this.step === steps.at(-1)) this.#to(steps[0], { settle: false });
    this.#timer = setTimeout(() => this.#next(), this.#pause);
    this.#mark();
  }

  async #next() {
    const steps = this.#steps;
    const at = steps.indexOf(this.step);
    const ends = at + 1 >= steps.length - 1;
    if (ends) this.#timer = 0;
    this.#to(steps[Math.min(at + 1, steps.length - 1)], { settle: ends });
    this.#mark();
    await this.#there;
    if (this.plays) this.#timer = setTimeout(() => this.#next(), this.#pause);
  }

  #show() {
    this.#mark();
    this.#there = this.#told.shown(this.step);
    this.#root.querySelector("[data-said]").textContent = this.#told.said(this.step);
  }

  // What was said of a step and holds no longer is taken back; `text` is what holds now.
  takeBack(text) {
    const said = this.#root.querySelector("[data-said]");
    if (said.textContent !== text) said.textContent = "";
  }

  #mark() {
    for (const button of this.#root.querySelectorAll("[data-step]")) {
      if (button.dataset.step === this.step) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    }
    const play = this.#root.querySelector("[data-go=play]");
    play.setAttribute("aria-pressed", String(this.plays));
    play.querySelector(".word").textContent = this.plays ? "pause" : "play";
  }
}
