// One update by two gradients, drawn: the loss that each promises and the loss that comes, on one axis; and for each block
// what a bias in front of its norm would be moved by, a stroke a unit, all of a block on one axis.
import { linear, tickText } from "../chart/axis.js";
import { scale } from "../chart/chart.js";
import { three } from "../../lib/figures/numbers.js";
import { enlargement } from "../../lib/page/wall.js";
import { joined, svg, tell, write } from "../../lib/stage/svg.js";

const EDGE = { left: 52, right: 144, top: 14, bottom: 14 }; // pixels of a page that is written as usual
const DOT = 5;
const APART = 15; // pixels between two texts, one above the other
const STROKE = 15;
const TICKS = 4;

// `way`: { promised, after }; `ends`: of the axis that both drawings share.
export function drawLoss(drawing, loss, way, ends) {
  const { width, height } = drawing.getBoundingClientRect();
  if (!width) return;
  const u = enlargement();
  const [left, right, top, bottom] = [EDGE.left * u, width - EDGE.right * u, EDGE.top * u, height - EDGE.bottom * u];
  const y = scale(linear, ...ends, bottom, top);
  write(drawing, { viewBox: `0 0 ${width} ${height}` });
  const [rows, promise, came, texts] = drawing.children;
  joined(rows, linear.ticks(...ends, TICKS), () => svg("g", {}, svg("line"), svg("text", { "text-anchor": "end" })), (mark, value) => {
    write(mark.firstChild, { x1: left, x2: right, y1: y.at(value), y2: y.at(value) });
    write(mark.lastChild, { x: left - 8 * u, y: y.at(value) + 4 * u });
    tell(mark.lastChild, tickText(value));
  });
  const ending = (group, value) => {
    write(group.firstChild, { x1: left, y1: y.at(loss), x2: right, y2: value === null ? y.at(loss) : y.at(value) });
    write(group.lastChild, { cx: right, cy: value === null ? y.at(loss) : y.at(value), r: DOT * u });
    group.toggleAttribute("hidden", value === null);
  };
  ending(promise, way.promised);
  ending(came, way.after);
  drawTexts(texts, loss, way, { left, right: right + 10 * u }, y, APART * u);
}

// Two texts that would lie on each other are moved apart by the same way.
function drawTexts(group, loss, { promised, after }, { left, right }, y, apart) {
  const rows = [["promised", promised], ["came", after]].map(([what, value]) => ({ text: `${what} ${three(value)}`, at: y.at(value ?? loss) }));
  const [one, other] = rows[0].at <= rows[1].at ? rows : rows.toReversed();
  const missing = Math.max(0, apart - (other.at - one.at)) / 2;
  one.at -= missing;
  other.at += missing;
  const isDown = Math.min(promised ?? loss, after ?? loss) < loss;
  const start = { text: `before ${three(loss)}`, at: y.at(loss) + (isDown ? -apart / 2 : apart), x: left };
  joined(group, [start, ...rows], () => svg("text"), (text, row) => {
    write(text, { x: row.x ?? right, y: row.at + apart / 4 });
    tell(text, row.text);
  });
}

// The ends that hold the losses of both ways.
export function lossEnds({ loss, ways }) {
  const all = [loss, ...Object.values(ways).flatMap(({ promised, after }) => [promised, after])].filter((value) => value !== null);
  return linear.ends(Math.min(...all), Math.max(...all), TICKS);
}

// `sums` of one block, for each way, (D) or null; the drawing has a row a way.
export function drawSums(drawing, sums) {
  const { width, height } = drawing.getBoundingClientRect();
  if (!width) return;
  const u = enlargement();
  const most = Math.max(...sums.flat().map(Math.abs), Number.MIN_VALUE);
  const [low, high] = linear.ends(-most, most, TICKS);
  const x = scale(linear, low, high, EDGE.bottom * u, width - EDGE.bottom * u);
  const base = height - 20 * u;
  write(drawing, { viewBox: `0 0 ${width} ${height}` });
  const [ruler, lanes] = drawing.children;
  joined(ruler, [low, 0, high], () => svg("g", {}, svg("line"), svg("text", { "text-anchor": "middle" })), (mark, value) => {
    const anchor = { [low]: "start", [high]: "end" }[value] ?? "middle";
    write(mark.firstChild, { x1: x.at(value), x2: x.at(value), y1: 0, y2: base });
    write(mark.lastChild, { x: x.at(value), y: base + 15 * u, "text-anchor": anchor });
    tell(mark.lastChild, tickText(value));
  });
  joined(lanes, sums, () => svg("path"), (path, values, i) => {
    const middle = ((i + 0.5) * base) / sums.length;
    write(path, { d: values.map((value) => `M${x.at(value).toFixed(1)} ${middle - (STROKE * u) / 2}v${STROKE * u}`).join("") });
  });
}
