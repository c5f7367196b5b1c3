// Where the followed example's x̂ fell, deal after deal: a dot a deal, on a pile a kind of noise, above one ruler.
import { enlargement as unit } from "../../lib/page/wall.js";
import { across, withEnds } from "../../lib/stage/ruler.js";
import { joined, place, svg, tell, write } from "../../lib/stage/svg.js";

const FIRST = 0x100; // the character of 0
const OF_BATCHES = "batch_norm";
const LANES = [0.44, 0.28, 0.28]; // shares of the height above the ruler
const RULER = 26; // in pixels of a page that is written as usual
const ROOM = 20; // above a pile, for its title
const FOOT = 4; // of the title, above the pile
const SIDE = 12;
const TITLE = 18; // of the ruler, below it
const DOT = [1.9, 3.4]; // at least, at most

export class Piles {
  #root;
  #stage = null;
  #width = 0;
  #dealt = 0;
  #lanes = LANES.map(() => lane());
  #ruler = svg("g", { class: "ruler" });
  #title = svg("text", { class: "strong", "text-anchor": "middle" });

  // `pointed(deal)`: the deal, from 1, whose dot is pointed at on the pile of the batches; 0 is none.
  constructor(root, pointed) {
    this.#root = root;
    root.addEventListener("pointerover", ({ target }) => pointed(this.#dealOf(target)));
    root.addEventListener("pointerleave", () => pointed(0));
    root.append(...this.#lanes, this.#ruler, this.#title);
  }

  show(stage) {
    this.#stage = stage;
    const u = unit();
    const { width, height } = this.#root.getBoundingClientRect();
    this.#width = width;
    write(this.#root, { viewBox: `0 0 ${width} ${height}` });
    let base = 0;
    LANES.forEach((share, i) => {
      const own = share * (height - RULER * u);
      base += own;
      this.#pile(this.#lanes[i], stage.kinds[i], base, own - ROOM * u);
    });
    across(this.#ruler, withEnds(stage.ruler), { left: SIDE * u, length: this.#length, y: base });
    this.#titled(stage.ruler, base + TITLE * u);
  }

  // So many deals have fallen; the new ones fall where `falls`.
  fill(deals, falls) {
    for (const { lastChild: dots } of this.#lanes) {
      [...dots.children].forEach((dot, i) => {
        const is = i < deals && dot.hasAttribute("cx");
        const falling = dot.classList.contains("fresh") || (falls && i >= this.#dealt);
        const kind = [is && falling && "fresh", i === deals - 1 && "latest"].filter(Boolean).join(" ");
        write(dot, { display: is ? null : "none", class: kind || null });
      });
    }
    this.#dealt = deals;
  }

  // What the ruler measures, between its last two ticks.
  #titled({ ticks, title }, y) {
    const [before, last] = ticks.slice(-2).map(([value]) => this.#at(value));
    write(this.#title, { x: (before + last) / 2, y });
    tell(this.#title, title);
  }

  #pile(group, kind, base, room) {
    const u = unit();
    const { columns } = this.#stage;
    const [band, without, floor, title, told, beyond, dots] = group.children;
    const apart = this.#length / columns;
    const radius = Math.min(Math.max(apart / 2, DOT[0] * u), DOT[1] * u);
    const pitch = Math.min(2 * radius, (room - 2 * radius) / Math.max(kind.highest, 1));
    write(group, { class: `lane ${kind.kind}`, "data-example": this.#stage.example });
    const [from, to] = kind.range.map((value) => this.#at(Math.min(Math.max(value, this.#stage.ruler.range[0]), this.#stage.ruler.range[1])));
    write(band, { x: from - radius, width: to - from + 2 * radius, y: base - room, height: room });
    const z = this.#at(this.#stage.z);
    write(without, { x1: z, x2: z, y1: base - room, y2: base });
    write(floor, { x1: SIDE * u, x2: SIDE * u + this.#length, y1: base, y2: base });
    write(title, { x: SIDE * u, y: base - room - FOOT * u });
    write(told, { x: SIDE * u + this.#length, y: base - room - FOOT * u });
    write(beyond, { x: SIDE * u + this.#length, y: base - room + 18 * u });
    for (const [text, said] of [[title, kind.title], [told, kind.told], [beyond, kind.beyond]]) tell(text, said);
    joined(dots, [...kind.column], () => svg("circle"), (dot, character, i) => {
      const column = character.charCodeAt(0) - FIRST;
      const level = kind.level.charCodeAt(i) - FIRST;
      const x = this.#at(this.#stage.ruler.range[0]) + ((column - 1) / (columns - 1)) * this.#length;
      write(dot, { cx: column ? x : null, cy: base - radius - level * pitch, r: radius * 0.9 });
    });
  }

  // Of other kinds of noise a draw comes from no batch.
  #dealOf(dot) {
    const i = this.#stage?.kinds.findIndex(({ kind }) => kind === OF_BATCHES) ?? -1;
    return i < 0 ? 0 : 1 + [...this.#lanes[i].lastChild.children].indexOf(dot);
  }

  get #length() {
    return this.#width - 2 * SIDE * unit();
  }

  #at(value) {
    return place(value, withEnds(this.#stage.ruler), SIDE * unit(), this.#length);
  }
}

function lane() {
  const text = (name, anchor) => svg("text", { class: name, "text-anchor": anchor });
  return svg("g", {}, svg("rect", { class: "band" }), svg("line", { class: "without" }), svg("line", { class: "floor" }), text("strong", "start"), text("told", "end"), text("beyond", "end"), svg("g"));
}
