// Marks of a figure that can be taken and moved up and down, by mouse, by touch and by arrow keys.
import { element } from "../figures/tables.js";

const NUDGE = 4; // pixels that an arrow key moves a mark
const FAR = 10; // times as far, with Shift or the page keys
const UP = { ArrowUp: 1, ArrowDown: -1, PageUp: FAR, PageDown: -FAR };
const ASIDE = { ArrowLeft: -1, ArrowRight: 1 };

export class Handles {
  #panel;
  #told;
  #layer;
  #marks = [];
  #taken = null;
  #run = {}; // one for the keys that are pressed while the focus stays on a mark

  // `taken(index)` before a mark moves, `moved(units, how)` by how much of the vertical axis since then.
  constructor(panel, told) {
    this.#panel = panel;
    this.#told = told;
    this.#layer = element("div", "", { class: "handles" });
    panel.plot.after(this.#layer);
    this.#layer.addEventListener("pointerdown", (event) => this.#press(event));
    this.#layer.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel"]) this.#layer.addEventListener(end, (event) => this.#release(event));
    this.#layer.addEventListener("keydown", (event) => this.#key(event));
    this.#layer.addEventListener("focusout", () => (this.#run = {}));
    this.#layer.addEventListener("pointerover", ({ target }) => target !== this.#layer && told.pointed(this.#index(target)));
    this.#layer.addEventListener("pointerout", () => told.left());
    addEventListener("figures-drawn", () => this.#place());
  }

  // `marks`: where each lies on the axes, what it is called, whether it is the one that is moved.
  show(marks) {
    this.#marks = marks;
    while (this.#layer.children.length > marks.length) this.#layer.lastChild.remove();
    while (this.#layer.children.length < marks.length) this.#layer.append(element("button", "", { type: "button", class: "handle" }));
    marks.forEach(({ title, on }, i) => {
      const handle = this.#layer.children[i];
      handle.setAttribute("aria-label", title);
      handle.title = title;
      handle.classList.toggle("on", on);
      handle.tabIndex = on ? 0 : -1;
    });
    this.#place();
  }

  // The room of the axes in the panel, and what they run from and to; null, and nothing to take, until they are drawn.
  #axes() {
    const area = this.#panel.plot.querySelector(".nsewdrag")?.getBoundingClientRect();
    this.#layer.hidden = !area?.width;
    if (this.#layer.hidden) return null;
    const around = this.#layer.getBoundingClientRect();
    const { xaxis, yaxis } = this.#panel.plot.layout;
    return { left: area.left - around.left, top: area.top - around.top, width: area.width, height: area.height, x: xaxis.range, y: yaxis.range };
  }

  #place() {
    const axes = this.#axes();
    if (!axes) return;
    const share = (value, [low, high]) => (value - low) / (high - low);
    this.#marks.forEach(({ x, y }, i) => {
      const { style } = this.#layer.children[i];
      style.left = `${axes.left + share(x, axes.x) * axes.width}px`;
      style.top = `${axes.top + (1 - share(y, axes.y)) * axes.height}px`;
    });
  }

  #index(handle) {
    return [...this.#layer.children].indexOf(handle);
  }

  #units(pixels) {
    const { y: [low, high], height } = this.#axes();
    return ((high - low) / height) * pixels;
  }

  #press(event) {
    if (event.button !== 0 || event.target === this.#layer) return;
    event.target.setPointerCapture(event.pointerId);
    this.#taken = { id: event.pointerId, y: event.clientY };
    this.#told.taken(this.#index(event.target));
  }

  #move(event) {
    if (event.pointerId !== this.#taken?.id) return;
    this.#told.moved(this.#units(this.#taken.y - event.clientY), { settle: false });
  }

  #release(event) {
    if (event.pointerId !== this.#taken?.id) return;
    const { y } = this.#taken;
    this.#taken = null;
    this.#told.moved(this.#units(y - event.clientY), { settle: true });
  }

  #key(event) {
    const index = this.#index(event.target);
    if (event.key in UP) {
      this.#told.taken(index);
      this.#told.moved(this.#units(UP[event.key] * NUDGE * (event.shiftKey ? FAR : 1)), { run: this.#run });
    } else if (event.key in ASIDE) {
      const next = (index + ASIDE[event.key] + this.#marks.length) % this.#marks.length;
      this.#told.taken(next);
      this.#layer.children[next].focus();
    } else return;
    event.preventDefault();
    event.stopPropagation(); // the page's own arrow keys walk through the graph
  }
}
