// The stage's second tab: what the next update does to its batch, by the true gradient and by the one that takes the norm's
// statistics for constants. It is tried wherever the playhead rests.
import { drawLoss, drawSums, lossEnds } from "./drawing.js";
import { element } from "../../lib/figures/tables.js";
import { count, three } from "../../lib/figures/numbers.js";
import { getJson, Latest } from "../../lib/server/api.js";
import { svg, tell, write } from "../../lib/stage/svg.js";

const API = "/api/v1/training/attempt";
const REST = 150; // milliseconds for which the playhead stands, after which an update is tried
const OVER_BATCH = ["batch", "ghost"]; // norms that subtract whatever bias stands in front of them
const NOTHING = 1e-3; // of the other gradient's largest sum, below which one is nothing but rounding
const $ = (id) => document.getElementById(id);
const largest = (sums) => Math.max(0, ...sums.flatMap((of) => of ?? []).map(Math.abs));

export class Attempts {
  #panel = $("panel-attempt");
  #own;
  #latest;
  #answer = null;
  #wanted = null;
  #rest = 0;
  #picks = []; // variants that normalize over a batch
  #blocks = [];

  // `state`; `sentences`; `told()` is called when another sentence may stand.
  constructor(own) {
    this.#own = own;
    this.#latest = new Latest({
      ask: (query, signal) => getJson(`${API}?${query}`, signal),
      show: (answer, query) => query === this.#wanted && this.#show(answer),
      fail: ({ message }) => this.#say(message),
      busy: () => {},
      waits: () => {},
    });
    $("attempt-of").addEventListener("change", () => {
      this.#own.state.set({ attempt_of: $("attempt-of").value });
    });
    new ResizeObserver(() => this.#draw()).observe(this.#panel);
  }

  get isOpen() {
    return !this.#panel.hidden;
  }

  // The sentence of what is tried, empty where nothing is.
  get sentence() {
    const { sentences } = this.#own;
    if (!this.#picks.length) return sentences.none;
    if (!this.#answer) return this.#wanted === null ? sentences.waits : sentences.computing;
    const { true: right, constant } = this.#answer.ways;
    const numbers = { promised: constant.promised, after: constant.after, miss: right.after === null ? null : Math.abs(right.after - right.promised) };
    return sentences.tried.replace(/\{(\w+)\}/g, (_, name) => three(numbers[name]));
  }

  // The playhead stands at a step, or moves: `looks` are the variants, `steps` how many each has, `blocks` the titles.
  at({ looks, step, steps, plays, blocks }) {
    this.#picks = looks.filter(({ norm }) => OVER_BATCH.includes(norm));
    this.#blocks = blocks;
    this.#pick();
    if (!this.isOpen || !this.#picks.length) return;
    const query = [this.#own.state.query(), `of=${$("attempt-of").value}`, `at=${Math.min(step, (steps[$("attempt-of").value] ?? 1) - 1)}`].filter(Boolean).join("&");
    if (plays) this.#forget(null);
    else if (query !== this.#wanted) this.#forget(query);
  }

  #pick() {
    const select = $("attempt-of");
    const names = this.#picks.map(({ name }) => name);
    if ([...select.options].map(({ value }) => value).join() !== names.join()) {
      select.replaceChildren(...this.#picks.map(({ name, title }) => new Option(title, name)));
    }
    const wished = this.#own.state.get("attempt_of");
    if (names.length) select.value = names.includes(wished) ? wished : names[0];
    select.closest("label").hidden = names.length < 2;
    $("attempt-drawn").hidden = !names.length;
  }

  // What was tried is of another step; `query` is tried next, if the playhead still stands there in a moment.
  #forget(query) {
    clearTimeout(this.#rest);
    this.#wanted = query;
    this.#answer = null;
    if (query !== null) this.#rest = setTimeout(() => this.#latest.want(query), REST);
    this.#panel.classList.add("stale");
    this.#title();
    this.#own.told();
  }

  #show(answer) {
    this.#answer = answer;
    this.#panel.classList.remove("stale");
    this.#draw();
    this.#title();
    this.#say(this.#sumsSaid());
    this.#own.told();
  }

  // Whose update it is, and from where.
  #title() {
    const name = this.#picks.find(({ name: of }) => of === $("attempt-of").value)?.title ?? "";
    const { step, loss } = this.#answer ?? {};
    tell($("attempt-title"), this.#answer ? `${name}, update ${count(step + 1)}: from a loss of ${three(loss)}` : this.#wanted === null ? name : `${name}: computing…`);
  }

  #say(text) {
    tell($("attempt-told"), text);
  }

  #sumsSaid() {
    const { ways } = this.#answer;
    const [nothing, something] = [largest(ways.true.sums), largest(ways.constant.sums)];
    const { sentences } = this.#own;
    if (!(something > 0) || nothing > NOTHING * something) return sentences.sums_alike;
    return sentences.sums.replace("{largest}", three(something));
  }

  #draw() {
    const answer = this.#answer;
    if (!answer || !this.isOpen) return;
    const ends = lossEnds(answer);
    for (const [name, way] of Object.entries(answer.ways)) {
      const drawing = this.#panel.querySelector(`[data-way="${name}"] svg`);
      write(drawing, { "aria-label": `Loss ${three(answer.loss)}; promised ${three(way.promised)}, came ${three(way.after)}` });
      drawLoss(drawing, answer.loss, way, ends);
      tell(this.#panel.querySelector(`[data-way="${name}"] .tr-way-told`), `size ${three(way.gradient)}, cosine ${three(way.cosine)}`);
    }
    this.#drawSums(answer.ways);
  }

  #drawSums({ true: right, constant }) {
    const rows = this.#blocks.flatMap((title, i) => (right.sums[i] ? [[title, [right.sums[i], constant.sums[i]]]] : []));
    const home = $("attempt-sums");
    if (home.children.length !== rows.length) home.replaceChildren(...rows.map(() => sumsFigure()));
    rows.forEach(([title, sums], i) => {
      tell(home.children[i].firstChild, title);
      const drawing = home.children[i].lastChild;
      write(drawing, { "aria-label": `${title}: at most ${three(largest([sums[0]]))} by the true gradient, ${three(largest([sums[1]]))} with constants` });
      drawSums(drawing, sums);
    });
  }
}

function sumsFigure() {
  const figure = element("div", "", { class: "tr-sum" });
  figure.append(element("p"), svg("svg", { class: "drawing", role: "img" }, svg("g", { class: "ruler" }), svg("g", { class: "lanes" })));
  return figure;
}
