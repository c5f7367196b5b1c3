// Histograms block by block: a column a block, a lane a variant, all lanes of a block on one axis. The axis holds what 99 %
// of the values need in any step up to the playhead; what lies beyond is counted in its lane.
import { linear, tickText } from "./axis.js";
import { keyOf, scale } from "./chart.js";
import { divergedAt } from "../records.js";
import { three } from "../../lib/figures/numbers.js";
import { enlargement } from "../../lib/page/wall.js";
import { joined, svg, tell, write } from "../../lib/stage/svg.js";

const EDGE = { side: 14, bottom: 22, title: 17 }; // pixels of a page that is written as usual
const CUT = 0.005; // share of the values at either end that an axis does without
const MOST = 1000; // times as wide as the narrowest lane, beyond which a lane does not widen the axis
const TICKS = 4;
const LETTER = 7; // pixels, of a tick's text
const GAP = 3; // pixels at least between two of them
const LIT = 700; // milliseconds that an axis is lit which has widened

export class Board {
  #columns;
  #size = [];
  #axes = []; // a block's: the rows that it was made of, and the ends at each

  constructor(element) {
    this.element = element;
    this.kind = element.dataset.board;
    this.keys = element.querySelector("[data-part-of=keys]");
    this.#columns = element.querySelector("[data-part-of=columns]");
  }

  measureRoom() {
    this.#size = [...this.#columns.querySelectorAll("svg")].map((one) => {
      const { width, height } = one.getBoundingClientRect();
      return { width, height };
    });
    return this.#columns.clientWidth > 0;
  }

  // As many columns as there are blocks.
  lay(blocks, looks) {
    joined(this.#columns, blocks, column, (each, title) => {
      tell(each.firstChild, title);
      write(each.lastChild, { "aria-label": title });
    });
    write(this.#columns, { style: `--lanes: ${looks.length}` });
    joined(this.keys, looks, keyOf, (key, { name, title, colour, dash }) => {
      write(key, { style: `--own: ${colour}`, "data-variant": name });
      write(key.querySelector("line"), { "stroke-dasharray": dash });
      tell(key.children[1], title);
    });
    this.measureRoom();
  }

  draw(shown) {
    [...this.#columns.children].forEach((each, block) => this.#drawBlock(each, block, shown));
  }

  #drawBlock(each, block, { rows, at, looks }) {
    const drawing = each.lastChild;
    const { width, height } = this.#size[block] ?? {};
    if (!width || at < 0) return;
    const u = enlargement();
    const [low, high] = this.#endsAt(block, rows, at, looks);
    const [left, right, base] = [EDGE.side * u, width - EDGE.side * u, height - EDGE.bottom * u];
    const x = scale(linear, low, high, left, right);
    write(drawing, { viewBox: `0 0 ${width} ${height}`, "aria-label": this.#said(block, rows[at], looks) });
    const [ruler, lanes] = drawing.children;
    this.#drawRuler(ruler, { x, low, high, left, right, base, u, width });
    const room = base / looks.length;
    joined(lanes, looks, lane, (group, look, i) => {
      const ended = divergedAt(rows, at, look.name) === null ? "" : "diverged";
      drawLane(group, look, { block: rows[at]?.variants[look.name]?.blocks[block], ended }, this.kind, { x, low, high, left, right, floor: (i + 1) * room, room, u });
    });
  }

  #drawRuler(group, { x, low, high, left, right, base, u, width }) {
    const ends = `${low} ${high}`;
    if (group.dataset.ends && group.dataset.ends !== ends) light(group);
    group.dataset.ends = ends;
    write(group.firstChild, { x1: left, x2: right, y1: base, y2: base });
    joined(group.lastChild, spaced(linear.ticks(low, high, TICKS), x, width, u), () => svg("g", {}, svg("line"), svg("text", { "text-anchor": "middle" })), (mark, value) => {
      const at = x.at(value).toFixed(1);
      write(mark.firstChild, { x1: at, x2: at, y1: value === 0 ? 0 : base, y2: base + 4 * u, class: value === 0 ? "zero" : null });
      write(mark.lastChild, { x: at, y: base + 17 * u });
      tell(mark.lastChild, tickText(value));
    });
  }

  // The ends of a block's axis at a row: each row widens those of the rows before it, where it has to.
  #endsAt(block, rows, at, looks) {
    const key = looks.map(({ name }) => name).join();
    const known = this.#axes[block];
    if (!known || known.rows !== rows || known.key !== key) this.#axes[block] = { rows, key, ends: [] };
    const { ends } = this.#axes[block];
    for (let i = ends.length; i <= at; i += 1) ends.push(widened(ends[i - 1], histograms(rows[i], looks, block, this.kind)));
    return ends[at] ?? [-1, 1];
  }

  #said(block, row, looks) {
    const all = looks.map(({ name, title }) => {
      const one = row?.variants[name]?.blocks[block];
      const told = this.kind === "inputs" ? `mean ${three(one?.mean)}, deviation ${three(one?.sd)}` : `from ${three(one?.gradients?.from)} to ${three(one?.gradients?.to)}`;
      return `${title}: ${told}`;
    });
    return all.join("; ");
  }
}

// As many of the ticks as have room for their texts, 0 among them where it is one.
function spaced(ticks, x, width, u) {
  const half = (value) => (LETTER * u * (0.5 + tickText(value).length)) / 2;
  const apart = ticks.length > 1 ? x.at(ticks[1]) - x.at(ticks[0]) : Infinity;
  const every = Math.max(1, Math.ceil((2 * Math.max(...ticks.map(half)) + GAP * u) / apart));
  const zero = Math.max(0, ticks.indexOf(0));
  return ticks.filter((value, i) => (i - zero) % every === 0 && x.at(value) >= half(value) && x.at(value) <= width - half(value));
}

const histograms = (row, looks, block, kind) => looks.map(({ name }) => row?.variants[name]?.blocks[block]?.[kind]).filter((one) => one && one.from !== null && one.to !== null);

function widened(before, all) {
  const spans = all.map(spanOf);
  const narrowest = Math.min(...spans.map(([low, high]) => high - low).filter((width) => width > 0));
  const fitting = spans.filter(([low, high]) => high - low <= MOST * narrowest || spans.length === 1);
  const [low, high] = [Math.min(...fitting.map(([one]) => one)), Math.max(...fitting.map(([, one]) => one))];
  if (!(low < high)) return before ?? (Number.isFinite(low) ? linear.ends(low, low, 3) : [-1, 1]);
  if (before && low >= before[0] && high <= before[1]) return before;
  return linear.ends(Math.min(low, before?.[0] ?? low), Math.max(high, before?.[1] ?? high), 4);
}

// From where to where all but the outermost of a histogram's values lie.
function spanOf({ from, to, counts }) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const width = (to - from) / counts.length;
  const end = (all) => {
    let left = CUT * total;
    let i = 0;
    while (i < all.length - 1 && left >= all[i]) left -= all[i++];
    return i;
  };
  return [from + end(counts) * width, to - end(counts.toReversed()) * width];
}

function drawLane(group, { name, colour, dash }, { block, ended }, kind, { x, low, high, left, right, floor, room, u }) {
  const [shape, line, beyond, told] = group.children;
  const histogram = block?.[kind];
  const isThere = histogram && histogram.from !== null && histogram.to !== null;
  write(group, { style: `--own: ${colour}`, "data-variant": name });
  write(line, { x1: left, x2: right, y1: floor, y2: floor });
  const { path, outside } = isThere ? outlined(histogram, { x, low, high, floor: floor - 0.5, tall: room - EDGE.title * u }) : { path: null, outside: 0 };
  write(shape, { d: path, "stroke-dasharray": dash });
  write(beyond, { x: right, y: floor - room + 24 * u, "text-anchor": "end" });
  tell(beyond, outside > CUT * 2.5 ? `${Math.max(1, Math.round(100 * outside))} % outside` : "");
  write(told, { x: right, y: floor - room + 12 * u, "text-anchor": "end" });
  tell(told, ended || (kind === "inputs" && block?.sd !== null && block?.sd !== undefined ? `σ ${three(block.sd)}` : ""));
}

// The outline of a histogram, its own height its lane's; and the share of values outside the axis.
function outlined({ from, to, counts }, { x, low, high, floor, tall }) {
  const most = Math.max(...counts);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const width = (to - from) / counts.length;
  if (width === 0) {
    const at = x.at(from).toFixed(1);
    return { path: from >= low && from <= high ? `M${at} ${floor}V${(floor - tall).toFixed(1)}` : null, outside: from >= low && from <= high ? 0 : 1 };
  }
  let path = "";
  let outside = 0;
  counts.forEach((count, i) => {
    const [start, end] = [from + i * width, from + (i + 1) * width];
    const [a, b] = [Math.max(low, start), Math.min(high, end)];
    if (b > a) outside += count * (1 - (b - a) / width);
    else outside += count;
    if (!(b > a)) return;
    const y = (floor - (count / most) * tall).toFixed(1);
    path += `${path ? "L" : `M${x.at(a).toFixed(1)} ${floor.toFixed(1)}L`}${x.at(a).toFixed(1)} ${y}L${x.at(b).toFixed(1)} ${y}`;
  });
  return { path: path && `${path}V${floor.toFixed(1)}`, outside: outside / total };
}

function light(group) {
  group.classList.add("widened");
  clearTimeout(group.lit);
  group.lit = setTimeout(() => group.classList.remove("widened"), LIT);
}

function column() {
  const each = document.createElement("div");
  const title = document.createElement("p");
  each.className = "tr-column";
  each.append(title, svg("svg", { class: "drawing", role: "img" }, svg("g", { class: "ruler" }, svg("line"), svg("g")), svg("g", { class: "lanes" })));
  return each;
}

const lane = () => svg("g", { class: "lane" }, svg("path"), svg("line"), svg("text"), svg("text"));
