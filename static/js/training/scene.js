// All that is drawn of the records: charts, histograms and surfaces. At most once a frame what is on screen; the rest when
// nothing moves.
import { Board } from "./chart/board.js";
import { Chart } from "./chart/chart.js";
import { Surfaces } from "./chart/surfaces.js";
import { Unseen } from "../lib/figures/unseen.js";
import { onPaper, onPaperChange } from "../lib/page/paper.js";

export class Scene {
  charts = new Map([...document.querySelectorAll("[data-chart]")].map((element) => [element.dataset.chart, new Chart(element)]));
  boards = [...document.querySelectorAll("[data-board]")].map((element) => new Board(element));
  surfaces = new Surfaces(document.getElementById("surfaces"));
  #inSight = new Set();
  #shown;
  #drawn;
  #frame = 0;
  #unmeasured = true;
  #stale = new Set(); // what shows something else than the playhead's step
  #unseen = new Unseen(() => this.#drawUnseen());

  // `shown()`: what the drawings are of, null where nothing has come; `drawn(shown)` is told behind each drawing.
  constructor(shown, drawn) {
    this.#shown = shown;
    this.#drawn = drawn;
    const seen = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) this.#inSight[isIntersecting ? "add" : "delete"](target);
      this.remeasure();
    }, { rootMargin: "100px" });
    const sized = new ResizeObserver(() => this.remeasure());
    for (const { element } of this.#drawings) {
      seen.observe(element);
      for (const one of [element, ...element.querySelectorAll("svg.drawing")]) sized.observe(one);
    }
    onPaperChange(() => this.#paper());
  }

  // Something has another size, or has come into sight.
  remeasure() {
    this.#unmeasured = true;
    this.draw();
  }

  // In the next frame.
  draw() {
    for (const one of this.#drawings) this.#stale.add(one);
    this.#unseen.soon();
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#drawNow((element) => this.#inSight.has(element));
    });
  }

  lay(plan, looks) {
    for (const board of this.boards) board.lay(plan.blocks, looks);
    this.surfaces.lay(plan.plane, looks);
    this.remeasure();
  }

  get #drawings() {
    return [...this.charts.values(), ...this.boards];
  }

  // All room is read before anything is drawn: a reading between two drawings lays the page out again.
  #drawNow(isSeen) {
    const shown = this.#shown();
    if (!shown) return;
    const due = this.#drawings.filter(({ element }) => isSeen(element) && element.checkVisibility());
    if (this.#unmeasured) this.#unmeasured = due.map((one) => one.measureRoom()).includes(false);
    for (const one of due) this.#drawOne(one, shown);
    this.surfaces.draw(shown);
    this.#drawn(shown);
  }

  #drawOne(one, shown) {
    one.draw(shown);
    this.#stale.delete(one);
  }

  // One drawing that is not on screen, in an open section; whether there was one.
  #drawUnseen() {
    const shown = this.#shown();
    const one = [...this.#stale].find(({ element }) => element.checkVisibility());
    if (!one || !shown) return false;
    if (one.measureRoom()) this.#drawOne(one, shown);
    else this.#stale.delete(one);
    return true;
  }

  // A print is taken when this returns; afterwards all is drawn for the screen again.
  #paper() {
    this.#unmeasured = true;
    if (onPaper()) this.#drawNow(() => true);
    this.remeasure();
  }
}
