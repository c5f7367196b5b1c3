// The walk through the nodes: the graph's nodes, buttons, a slider, the keys of the page, and playing.
import { Play } from "../lib/stage/play.js";

const PAUSE = 1600; // milliseconds that a step stays while it plays
const TYPED = "input, select, textarea, [contenteditable]";
const OWN_KEYS = ".scroll, .graph-scroll:not(:has(:focus)), [role=slider]"; // what scrolls or moves by arrows itself
const KEYS = { ArrowRight: "next", ArrowLeft: "back", Home: "first", End: "last" };
const ENDS = { first: 0, back: 0, next: -1, last: -1 };
const $ = (id) => document.getElementById(id);

export class Walk {
  #play;
  #state;
  #names = [];

  // The headline says each step, so that nothing else has to.
  constructor(state) {
    this.#state = state;
    this.#play = new Play($("stage"), { state, field: "step", pause: PAUSE, shown: () => {}, said: () => "" });
    $("position").addEventListener("input", () => {
      this.#play.stop();
      state.set({ step: this.#names[Number($("position").value)] }, { settle: false });
    });
    $("position").addEventListener("change", () => state.settle());
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  // A step of the address that there is not stays in it, until another one is gone to.
  show(names, current, keepsAddress) {
    this.#names = names;
    const at = names.indexOf(current);
    $("position").max = String(names.length - 1);
    $("position").value = String(at);
    $("position").setAttribute("aria-valuetext", `step ${at + 1} of ${names.length}`);
    $("counted").textContent = `${at + 1} / ${names.length}`;
    for (const [go, end] of Object.entries(ENDS)) button(go).setAttribute("aria-disabled", String(names.at(end) === current));
    $("hand-over").classList.toggle("on", current === names.at(-1));
    if (!keepsAddress && this.#state.get("step") !== current) this.#state.set({ step: current }, { settle: false });
  }

  // Keys of the page, where nothing has them for itself.
  #key(event) {
    const { key, target } = event;
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (target.closest(TYPED) || document.querySelector("dialog[open]")) return;
    const go = key === " " && !target.closest("button, a, summary") ? "play" : KEYS[key];
    if (!go || (key in KEYS && target.closest(OWN_KEYS))) return;
    button(go).click();
    event.preventDefault();
  }
}

const button = (go) => $("stage").querySelector(`[data-go="${go}"]`);
