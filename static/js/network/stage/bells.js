// The distributions of a row: an outline a block, as wide as its density, on the row's ruler; the one before behind it.
import { joined, svg, write } from "../../lib/stage/svg.js";

const CELL = 100; // units of the drawing to a block, and to the ruler's length
const HALF = 42; // of a cell, on either side of its middle
const level = (share) => CELL * (1 - share);

export function drawBells(drawing, { blocks, ticks, pulled }) {
  write(drawing, { viewBox: `0 0 ${CELL * blocks.length} ${CELL}`, preserveAspectRatio: "none" });
  const [lines, cells] = groups(drawing);
  joined(lines, ticks, () => svg("line"), (line, [share]) => write(line, { x1: 0, x2: CELL * blocks.length, y1: level(share), y2: level(share), class: share === 0.5 ? "net-zero" : "net-grid" }));
  joined(cells, blocks, newCell, (cell, block, i) => putCell(cell, block, i, pulled));
}

function groups(drawing) {
  while (drawing.children.length < 2) drawing.append(svg("g"));
  return drawing.children;
}

const PARTS = ["before", "reach", "now", "dots"];
const newCell = () => svg("g", {}, ...PARTS.map((name) => svg("path", { class: `net-${name}` })));

function putCell(cell, block, i, pulled) {
  const middle = CELL * (i + 0.5);
  const { bell, before } = block;
  const paths = { before: outlineOf(before, middle), reach: reachOf(bell, middle), now: outlineOf(bell, middle), dots: dotsOf(bell, middle) };
  PARTS.forEach((name, at) => write(cell.children[at], { d: paths[name] }));
  write(cell, { "data-block": i + 1, class: `net-cell${i + 1 === pulled ? " pulled" : ""}${block.notices ? " notices" : ""}` });
}

// Steps up the right side and down the left.
function outlineOf(bell, middle) {
  if (!bell?.steps?.length) return "";
  const { from, step, steps } = bell;
  const edges = steps.map((_, k) => [level(from + k * step), level(from + (k + 1) * step)]);
  const side = (sign) => steps.map((height, k) => [middle + (sign * HALF * height) / 100, ...edges[k]]);
  const right = side(1).map(([x, low, high]) => `L${round(x)} ${round(low)}L${round(x)} ${round(high)}`);
  const left = side(-1).reverse().map(([x, low, high]) => `L${round(x)} ${round(high)}L${round(x)} ${round(low)}`);
  return `M${middle} ${round(edges[0][0])}${right.join("")}${left.join("")}Z`;
}

// From the smallest to the largest number.
function reachOf(bell, middle) {
  return bell ? `M${middle} ${round(level(bell.ends[0]))}V${round(level(bell.ends[1]))}` : "";
}

// A short stroke with round ends is a dot, however the drawing is stretched.
function dotsOf(bell, middle) {
  return (bell?.dots ?? []).map((share) => `M${middle} ${round(level(share))}h0.01`).join("");
}

const round = (value) => Math.round(value * 10) / 10;
