// One number of every channel: dots on a ruler, stacked where they meet; what lies beyond the ruler stands at its end.
import { across } from "../lib/stage/ruler.js";
import { enlargement as unit } from "../lib/page/wall.js";
import { element } from "../lib/figures/tables.js";
import { placeWithin, svg, write } from "../lib/stage/svg.js";

const HEIGHT = 54; // pixels, all of a page that is written as usual
const FLOOR = 31; // where the lowest dots lie
const ROOM = 26; // above it, for stacks
const MARGIN = 16; // on either side, for the texts of the outermost ticks
const DOT = 2.2;

export class Strip {
  #strip;
  #flagged;
  #at = null;
  #box; // left, width, level

  // `look(channel)` is told which dot the pointer is on, null for none; `keep(channel)` which is pressed.
  constructor(strip, flagged, { look, keep }) {
    this.#strip = strip;
    this.#flagged = flagged.filter((channel) => strip.values[channel] !== null);
    const caption = element("figcaption", strip.title);
    if (strip.note) caption.append(" ", element("span", strip.note, { class: "doc-note" }));
    this.svg = svg("svg", { role: "img", "aria-label": strip.spoken });
    this.parts = { ruler: svg("g", { class: "ruler" }), dots: svg("path", { class: "dots" }), flagged: svg("g"), at: svg("circle", { class: "at" }) };
    this.svg.append(...Object.values(this.parts));
    this.figure = element("figure", "", { class: "doc-strip", "data-chart": strip.name, style: `--meaning: var(--${strip.colour})` });
    this.figure.append(caption, this.svg);
    this.svg.addEventListener("pointermove", (event) => event.pointerType === "mouse" && look(this.#under(event)));
    this.svg.addEventListener("pointerleave", () => look(null));
    this.svg.addEventListener("click", (event) => {
      const channel = this.#under(event);
      if (channel !== null) keep(channel);
    });
  }

  // Once its width is known, and again where that changes.
  place() {
    const width = this.svg.clientWidth;
    if (!width) return;
    const scale = unit();
    this.#box = { left: MARGIN * scale, length: width - 2 * MARGIN * scale, level: Math.min(2.6 * DOT, ROOM / this.#strip.stacked) * scale };
    write(this.svg, { viewBox: `0 0 ${width} ${HEIGHT * scale}`, height: HEIGHT * scale });
    across(this.parts.ruler, this.#strip, { ...this.#box, y: (FLOOR + 4) * scale, below: 15 * scale });
    write(this.parts.dots, { d: this.#strip.values.map((value, i) => (value === null ? "" : dot(this.#placeOf(i)))).join(""), "stroke-width": 2 * DOT * scale });
    this.parts.flagged.replaceChildren(...this.#flagged.map((channel) => svg("circle", { ...circle(this.#placeOf(channel)), class: "flagged", r: 1.9 * DOT * scale })));
    this.look(this.#at);
  }

  look(channel) {
    this.#at = channel;
    const is = this.#box && channel !== null && this.#strip.values[channel] !== null && this.#strip.values[channel] !== undefined;
    write(this.parts.at, is ? { ...circle(this.#placeOf(channel)), r: 2.4 * DOT * unit(), visibility: null } : { visibility: "hidden" });
  }

  #placeOf(channel) {
    const { left, length, level } = this.#box;
    return [placeWithin(this.#strip.values[channel], this.#strip, left, length), FLOOR * unit() - this.#strip.levels[channel] * level];
  }

  // The dot that is nearest, across and up.
  #under(event) {
    if (!this.#box) return null;
    const { left, top } = this.svg.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    let [nearest, least] = [null, Infinity];
    this.#strip.values.forEach((value, channel) => {
      if (value === null) return;
      const [at, up] = this.#placeOf(channel);
      const far = Math.hypot(at - x, (up - y) / 2);
      if (far < least) [nearest, least] = [channel, far];
    });
    return nearest;
  }
}

const dot = ([x, y]) => `M${x.toFixed(1)} ${y.toFixed(1)}h0`;
const circle = ([cx, cy]) => ({ cx: cx.toFixed(1), cy: cy.toFixed(1) });
