// The buttons that play, pause and step, the speed, the learning rate from the shown step on, and the keys of all that.
import { Grip } from "../lib/stage/grip.js";
import { svg, tell, write } from "../lib/stage/svg.js";
import { count, isNumber, plain, three } from "../lib/figures/numbers.js";

const WORKED = "button, input, select, textarea, summary, a, [role=tab], dialog";
const MOVED = "input, select, textarea, [role=tab], [role=slider], .scroll, dialog"; // what moves or scrolls by arrows itself
const KEYS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }; // records
const TOUCH = 16; // pixels around the playhead's mark
const $ = (id) => document.getElementById(id);

export class Transport {
  #root = $("transport");
  #own;
  #grip;
  #mark = svg("g", { class: "tr-mark" }, svg("path"), svg("rect", { class: "touch" }));

  // `player`, `records`, `state`, `chart` that the playhead is dragged in; `total()` steps; `rate()` at the playhead;
  // `setRate(rate)`, `undoRate()`.
  constructor(own) {
    this.#own = own;
    own.chart.svg.append(this.#mark);
    this.#grip = this.#gripped(this.#mark.lastChild);
    this.#root.addEventListener("click", ({ target }) => this.#press(target.closest("button")));
    $("rate-undo").addEventListener("click", () => own.undoRate());
    $("speed").addEventListener("change", () => own.state.set({ speed: $("speed").value }));
    $("rate-here").addEventListener("change", () => this.#take($("rate-here").value.trim()));
    $("rate-here").addEventListener("keydown", (event) => event.key === "Enter" && (event.preventDefault(), this.#take($("rate-here").value.trim())));
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  // As the playhead stands.
  show() {
    const { player, records, total, rate, state } = this.#own;
    const play = this.#root.querySelector("[data-go=play]");
    write(play, { "aria-pressed": String(player.plays) });
    tell(play.querySelector(".word"), player.plays ? "pause" : "play");
    tell($("step-shown"), records.last ? count(player.step) : "–");
    tell($("step-of"), count(total()));
    $("speed").value = state.get("speed");
    if (document.activeElement !== $("rate-here")) $("rate-here").value = rate() === null ? "" : plain(rate());
    $("rate-undo").hidden = state.get("changes") === "";
    write(this.#root.querySelector("[data-go=first]"), { "aria-disabled": String(player.step === 0) });
    for (const on of this.#root.querySelectorAll("[data-by], [data-go=last]")) write(on, { "aria-disabled": String(player.isAtEnd) });
    write(this.#mark, { display: records.last ? null : "none" });
    if (records.last) this.#drawMark();
  }

  #drawMark() {
    const { at, top, bottom } = this.#own.chart.playhead;
    const [mark, touch] = this.#mark.children;
    write(mark, { d: `M${at - 6} ${top - 6}h12v6l-6 7l-6 -7z` });
    write(touch, { x: at - TOUCH, y: Math.max(0, top - 8), width: 2 * TOUCH, height: bottom - top + 8 });
    this.#grip.told();
  }

  #gripped(element) {
    const { player, records, chart } = this.#own;
    return new Grip(element, {
      name: () => "Shown step",
      value: () => player.step,
      text: () => `step ${count(player.step)} of ${count(this.#own.total())}`,
      range: () => [0, records.last?.step ?? 0],
      at: (event) => records.nearest(chart.stepAt(event)),
      step: (by) => records.rows[Math.min(records.rows.length - 1, Math.max(0, player.at + by))]?.step ?? 0,
      move: (step, how) => player.seek(step, how),
      reset: () => player.seek(0),
    });
  }

  #press(button) {
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    const { player, records } = this.#own;
    const { go, by, rate } = button.dataset;
    if (go === "play") player.toggle();
    else if (go) player.seek(go === "first" ? 0 : (records.last?.step ?? 0));
    else if (by) player.seek(Math.min(player.wanted + Number(by), this.#own.total()));
    else if (rate && this.#own.rate() !== null) this.#take(plain(this.#own.rate() * Number(rate)));
  }

  #take(text) {
    const { player, rate, setRate, total } = this.#own;
    if (isNumber(text) && Number(text) === Number(plain(rate() ?? NaN))) return this.#refuse("");
    if (!isNumber(text) || Number(text) < 0) return this.#refuse(`“${text}” is no learning rate; give a number from 0 on.`);
    if (player.step >= total()) return this.#refuse("The run is over here: go back to an earlier step, from which it goes on with another rate.");
    this.#refuse("");
    setRate(text);
  }

  #refuse(text) {
    tell($("e-changes-here"), text);
    $("e-changes-here").hidden = text === "";
    write($("rate-here"), { "aria-invalid": text ? "true" : null });
  }

  // Keys of the page, where nothing has them for itself.
  #key(event) {
    const { key, target } = event;
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || document.querySelector("dialog[open]")) return;
    if (key === " " && !target.closest?.(WORKED)) this.#own.player.toggle();
    else if (key in KEYS && !target.closest?.(MOVED)) this.#own.player.by(KEYS[key], { run: "keys" });
    else return;
    event.preventDefault();
  }
}

// What a screen reader hears where the playhead comes to rest.
export function saidOf({ rows, at, looks }) {
  if (at < 0) return "";
  const told = looks.map(({ name, title }) => {
    const record = rows[at].variants[name];
    if (!record) return `${title} has ended`;
    return record.diverged ? `${title} diverged` : `${title}: loss ${three(record.loss)}`;
  });
  return `Step ${count(rows[at].step)}. ${told.join("; ")}.`;
}
