// Walking through a list of steps: buttons, a slider, keys, and playing.

const PAUSE = 1600; // milliseconds that a step stays while it plays
const TYPED = "input, select, textarea, [contenteditable]";
const $ = (id) => document.getElementById(id);

export class Transport {
  #names = [];
  #current = "";
  #go;
  #playing = 0;

  // `go(name)` is called with the step that is wanted.
  constructor(go) {
    this.#go = go;
    const moves = { first: () => this.to(0), previous: () => this.by(-1), next: () => this.by(1), last: () => this.to(Infinity) };
    for (const [id, move] of Object.entries(moves)) $(id).addEventListener("click", () => this.#byHand(move));
    $("play").addEventListener("click", () => this.#toggle());
    $("position").addEventListener("input", () => this.#byHand(() => this.to(Number($("position").value))));
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  show(names, current) {
    this.#names = names;
    this.#current = current;
    const at = names.indexOf(current);
    $("position").max = String(names.length - 1);
    $("position").value = String(at);
    $("position").setAttribute("aria-valuetext", `step ${at + 1} of ${names.length}`);
    $("counted").textContent = `${at + 1} / ${names.length}`;
    for (const [id, end] of [["first", 0], ["previous", 0], ["next", names.length - 1], ["last", names.length - 1]]) {
      $(id).setAttribute("aria-disabled", String(at === end));
    }
  }

  to(index) {
    this.#go(this.#names[Math.max(0, Math.min(index, this.#names.length - 1))]);
  }

  by(steps) {
    this.to(this.#names.indexOf(this.#current) + steps);
  }

  pause() {
    clearInterval(this.#playing);
    this.#playing = 0;
    this.#label();
  }

  #byHand(move) {
    this.pause();
    move();
  }

  #toggle() {
    if (this.#playing) {
      this.pause();
      return;
    }
    if (this.#current === this.#names.at(-1)) this.to(0);
    this.#playing = setInterval(() => this.#tick(), PAUSE);
    this.#label();
  }

  #tick() {
    this.by(1);
    if (this.#current === this.#names.at(-1)) this.pause();
  }

  #label() {
    $("play").setAttribute("aria-label", this.#playing ? "Pause" : "Play");
    $("play").lastElementChild.textContent = this.#playing ? "pause" : "play";
    $("play").classList.toggle("on", Boolean(this.#playing));
  }

  // Keys of the page, where no field has them for itself.
  #key(event) {
    if (event.target.closest(TYPED) || event.altKey || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
    const moves = { ArrowRight: () => this.by(1), ArrowLeft: () => this.by(-1), Home: () => this.to(0), End: () => this.to(Infinity) };
    const onButton = event.target.closest("button, a, summary");
    if (event.key === " " && !onButton) this.#toggle();
    else if (event.key in moves && !event.target.closest(".scroll, .chain")) this.#byHand(moves[event.key]);
    else return;
    event.preventDefault();
  }
}
