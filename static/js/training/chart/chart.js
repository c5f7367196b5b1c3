// A chart over the steps: a curve a variant, or a band around one, up to the playhead; the ruler of all steps below it,
// thicker as far as they have come.
import { linear, log, steps as bySteps, tickText } from "./axis.js";
import { MEASURES, middle, parts } from "../measures.js";
import { divergedAt, newest } from "../records.js";
import { three } from "../../lib/figures/numbers.js";
import { enlargement } from "../../lib/page/wall.js";
import { joined, svg, tell, write } from "../../lib/stage/svg.js";

const EDGE = { left: 48, right: 12, top: 8, bottom: 24 }; // pixels of a page that is written as usual
const CROSS = 5;
const TITLE = 46; // pixels that the axis's title takes
const TEXT = 62; // pixels that a tick of the steps takes
const CAP = 1.25; // times the largest first value, above which a capped axis goes only for a curve that would be lost
const SEEN = 0.5; // share of each curve's values that a capped axis holds
const LINE = 15; // pixels above a capped axis, for what is told of values beyond it
let numbered = 0;

export class Chart {
  #parts = Object.fromEntries(["rows", "columns", "come", "plot", "playhead", "beyond"].map((name) => [name, svg("g", { class: name, "aria-hidden": "true" })]));
  #clip = svg("rect");
  #size = { width: 0, height: 0 };
  #frame = null; // places of the last drawing
  #range = { rows: null, length: 0 };

  constructor(element) {
    this.element = element;
    this.name = element.dataset.chart;
    this.measure = MEASURES[this.name];
    this.svg = element.querySelector("svg");
    this.title = element.querySelector(".tr-title").textContent;
    this.keys = element.querySelector("[data-part-of=keys]");
    const id = `tr-clip-${(numbered += 1)}`;
    write(this.#parts.plot, { "clip-path": `url(#${id})` });
    this.svg.append(svg("clipPath", { id }, this.#clip), ...Object.values(this.#parts));
  }

  // What its drawing has room for; read apart from drawing.
  measureRoom() {
    const { width, height } = this.svg.getBoundingClientRect();
    this.#size = { width, height };
    return width > 0;
  }

  // The step under a pointer.
  stepAt({ clientX }) {
    const { x, left, right } = this.#frame;
    const at = Math.min(right, Math.max(left, clientX - this.svg.getBoundingClientRect().left));
    return x.back(at);
  }

  // Where the playhead stands, in pixels of the drawing.
  get playhead() {
    return { at: this.#frame?.at ?? 0, top: this.#frame?.top ?? 0, bottom: this.#frame?.bottom ?? 0 };
  }

  // `shown`: { rows, at, looks, most, block, stepsAxis, lossAxis }.
  draw(shown) {
    const { rows, at, looks } = shown;
    const frame = (this.#frame = this.#framed(shown));
    write(this.svg, { viewBox: `0 0 ${this.#size.width} ${this.#size.height}` });
    write(this.#clip, { x: frame.left, y: frame.top - 1, width: frame.right - frame.left + 1, height: frame.bottom - frame.top + 2 });
    this.#drawRulers(shown, frame);
    joined(this.#parts.plot, looks, curve, (group, look) => this.#drawCurve(group, look, shown, frame));
    this.#tellBeyond(frame);
    this.#drawPlayhead(rows[at]?.step ?? 0, frame);
    this.#tellKeys(shown);
  }

  #of(record, block) {
    return this.measure.of(record, block);
  }

  #framed(shown) {
    const u = enlargement();
    const { width, height } = this.#size;
    const room = EDGE.top + (this.measure.capped ? LINE : 0);
    const [left, right, top, bottom] = [EDGE.left * u, width - EDGE.right * u, room * u, height - EDGE.bottom * u];
    const isLog = this.name.endsWith("loss") ? shown.lossAxis === "log" : this.measure.log;
    const [across, up] = [shown.stepsAxis === "log" ? bySteps : linear, isLog ? log : linear];
    const [low, high] = this.#ends(shown, isLog, up);
    const x = scale(across, 0, Math.max(1, shown.most), left, right);
    return { u, left, right, top, bottom, x, y: scale(up, low, high, bottom, top), low, high, across, up, isLog, most: this.#range.high, at: x.at(shown.rows[shown.at]?.step ?? 0) };
  }

  // The ends of the values' axis: of all that has come, so that it stays while the playhead moves.
  #ends({ rows, looks, block }, isLog, up) {
    const { fixed, zero, about = 3 } = this.measure;
    if (fixed) return fixed;
    const [low, high, cap] = this.#seen(rows, looks, block, isLog);
    if (low > high) return isLog ? [0.1, 1] : [0, 1];
    const most = this.measure.capped && cap > 0 && !isLog ? Math.min(high, Math.max(CAP * cap, this.#range.held)) : high;
    const [least, end] = up.ends(zero && !isLog ? Math.min(0, low) : low, Math.max(most, low), about);
    return [least, end > least ? end : least + 1];
  }

  // The least and the largest value, and the largest first one; looked through once for each row that comes.
  #seen(rows, looks, block, isLog) {
    const key = `${block} ${isLog} ${looks.map(({ name }) => name)}`;
    const known = this.#range;
    if (known.rows !== rows || known.key !== key || known.length > rows.length) this.#range = { rows, key, length: 0, low: Infinity, high: -Infinity, cap: 0, held: 0 };
    const range = this.#range;
    const isNew = range.length < rows.length;
    for (; range.length < rows.length; range.length += 1) {
      for (const { name } of looks) {
        const record = rows[range.length].variants[name];
        const values = record ? parts(this.#of(record, block)).filter((value) => !isLog || value > 0) : [];
        if (range.length === 0) range.cap = Math.max(range.cap, ...values);
        range.low = Math.min(range.low, ...values);
        range.high = Math.max(range.high, ...values);
      }
    }
    if (isNew && this.measure.capped) range.held = Math.max(...looks.map(({ name }) => this.#heldOf(name, rows, block)));
    return [range.low, range.high, range.cap];
  }

  // The value below which so many of a variant's values lie.
  #heldOf(name, rows, block) {
    const values = rows.flatMap(({ variants }) => (variants[name] ? parts(this.#of(variants[name], block)) : [])).sort((one, other) => one - other);
    return values[Math.floor(SEEN * (values.length - 1))] ?? 0;
  }

  #drawRulers({ most, rows }, { u, left, right, top, bottom, x, y, low, high, across, up }) {
    const about = Math.max(2, Math.floor((bottom - top) / (34 * u)));
    joined(this.#parts.rows, rows.length ? up.ticks(low, high, about) : [], tick, (mark, value) => {
      const at = y.at(value).toFixed(1);
      write(mark.firstChild, { x1: left, x2: right, y1: at, y2: at, class: value === 0 ? "zero" : null });
      write(mark.lastChild, { x: left - 6 * u, y: Number(at) + 4 * u, "text-anchor": "end" });
      tell(mark.lastChild, tickText(value));
    });
    const all = across.ticks(0, most, Math.max(2, Math.floor((right - left) / (TEXT * u))));
    joined(this.#parts.columns, all.filter((step) => x.at(step) < right - TITLE * u), tick, (mark, step) => {
      const at = x.at(step).toFixed(1);
      write(mark.firstChild, { x1: at, x2: at, y1: bottom, y2: bottom + 5 * u });
      write(mark.lastChild, { x: at, y: bottom + 18 * u, "text-anchor": "middle" });
      tell(mark.lastChild, step.toLocaleString("en"));
    });
    joined(this.#parts.come, [0], () => svg("g", {}, svg("line", { class: "ruler-line" }), svg("line", { class: "come-line" }), svg("text", { "text-anchor": "end" })), (group) => {
      write(group.children[0], { x1: left, x2: right, y1: bottom, y2: bottom });
      write(group.children[1], { x1: left, x2: x.at(rows.at(-1)?.step ?? 0).toFixed(1), y1: bottom, y2: bottom });
      write(group.children[2], { x: right, y: bottom + 18 * u });
      tell(group.children[2], "step");
    });
  }

  #drawCurve(group, { name, colour, dash }, { rows, at, block }, frame) {
    const [band, line, dots, cross] = group.children;
    const points = this.#points(name, rows, at, block, frame);
    const isBand = points.some(({ ends }) => ends);
    write(group, { style: `--own: ${colour}`, "data-variant": name });
    write(band, { d: isBand ? bandOf(points) : null });
    write(line, { d: lineOf(points), "stroke-dasharray": dash });
    write(dots, { d: points.length < 3 ? points.map(({ x, y }) => `M${x} ${y}h0`).join("") : null });
    const ended = divergedAt(rows, at, name);
    const last = points.at(-1);
    const c = CROSS * frame.u;
    const x = ended === null ? 0 : Number(frame.x.at(ended).toFixed(1)); // the step that the words name, which has no number
    const y = last && Math.min(frame.bottom - c, Math.max(frame.top + c, Number(last.y)));
    write(cross, { d: ended !== null && last ? `M${x - c} ${y - c}l${2 * c} ${2 * c}m0 ${-2 * c}l${-2 * c} ${2 * c}` : null });
  }

  #points(name, rows, at, block, { x, y, isLog }) {
    const points = [];
    for (let i = 0; i <= at; i += 1) {
      const record = rows[i]?.variants[name];
      const value = record ? this.#of(record, block) : undefined;
      if (value === undefined) continue; // is not recorded at this step
      const all = parts(value);
      const isThere = value !== null && all.length === (Array.isArray(value) ? value.length : 1) && (!isLog || all.every((one) => one > 0));
      if (!isThere) continue;
      const place = (one) => Math.max(-1e4, Math.min(1e4, y.at(one))).toFixed(1);
      points.push({ x: Number(x.at(rows[i].step).toFixed(1)), y: place(middle(value)), ends: Array.isArray(value) ? [place(value[0]), place(value.at(-1))] : null });
    }
    return points;
  }

  // Where the axis is not for all that came.
  #tellBeyond({ u, left, top, high, most }) {
    joined(this.#parts.beyond, most > high ? [0] : [], () => svg("text"), (text) => {
      write(text, { x: left, y: top - (LINE - 4) * u });
      tell(text, `some lie above ${tickText(high)}, up to ${three(most)}`);
    });
  }

  #drawPlayhead(step, { x, top, bottom }) {
    joined(this.#parts.playhead, [0], () => svg("line"), (line) => {
      const at = x.at(step).toFixed(1);
      write(line, { x1: at, x2: at, y1: top, y2: bottom });
    });
  }

  // The variants' names with their numbers at the playhead, or the newest before it.
  #tellKeys({ rows, at, looks, block }) {
    const there = looks.filter(({ name }) => rows.some((row) => row.variants[name] && parts(this.#of(row.variants[name], block)).length));
    const numbers = there.map(({ name, title }) => `${title} ${textOf(rows, at, name, (record) => this.#of(record, block))}`);
    write(this.svg, { "aria-label": `${this.title} at step ${rows[at]?.step.toLocaleString("en")}: ${numbers.join("; ")}` });
    joined(this.keys, there.length ? there : looks, () => keyOf(), (key, { name, title, colour, dash }) => {
      write(key, { style: `--own: ${colour}`, "data-variant": name });
      write(key.querySelector("line"), { "stroke-dasharray": dash });
      tell(key.children[1], title);
      tell(key.children[2], textOf(rows, at, name, (record) => this.#of(record, block)));
    });
  }
}

export function textOf(rows, at, name, of) {
  const last = newest(rows, at, name, (record) => (parts(of(record)).length ? of(record) : null));
  if (divergedAt(rows, at, name) !== null) return "diverged";
  return last === null ? "–" : parts(last.value).map(three).join(" · ");
}

// A variant's line, its name and a number.
export function keyOf() {
  const key = document.createElement("span");
  key.className = "tr-key";
  const line = svg("svg", { viewBox: "0 0 26 8", "aria-hidden": "true", class: "tr-line" }, svg("line", { x1: 1, x2: 25, y1: 4, y2: 4 }));
  key.append(line, document.createElement("span"), document.createElement("b"));
  return key;
}

// Places between two pixels of values between two ends.
export function scale(kind, low, high, from, to) {
  const [start, length] = [kind.of(low), kind.of(high) - kind.of(low)];
  return { at: (value) => from + ((kind.of(value) - start) / length) * (to - from), back: (pixel) => kind.back(start + ((pixel - from) / (to - from)) * length) };
}

const lineOf = (points) => (points.length ? `M${points.map(({ x, y }) => `${x} ${y}`).join("L")}` : null);
const bandOf = (points) => `M${points.map(({ x, ends }) => `${x} ${ends[0]}`).join("L")}L${points.toReversed().map(({ x, ends }) => `${x} ${ends[1]}`).join("L")}Z`;
const curve = () => svg("g", { class: "curve" }, svg("path", { class: "band" }), svg("path", { class: "line" }), svg("path", { class: "dots" }), svg("path", { class: "cross" }));
const tick = () => svg("g", {}, svg("line"), svg("text"));
