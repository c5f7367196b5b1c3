// A strip of a row: a size of each block as a bar on a ruler of decades, the one before as a mark, lines across.
import { joined, svg, write } from "../../lib/stage/svg.js";

const CELL = 100;
const BAR = { from: 22, width: 56 };
const SEEN = 0.01; // of the ruler: a smaller move is none to the eye
const level = (share) => CELL * (1 - share);

// `sizes` are [text, place, place before]; `lines` by name: places, one a block, or those of both ends.
export function drawStrip(drawing, { sizes, ticks, lines = {} }) {
  const length = CELL * sizes.length;
  write(drawing, { viewBox: `0 0 ${length} ${CELL}`, preserveAspectRatio: "none" });
  const [grid, bars, across] = groups(drawing);
  joined(grid, ticks, () => svg("line"), (line, [share]) => write(line, { x1: 0, x2: length, y1: level(share), y2: level(share), class: "net-grid" }));
  joined(bars, sizes, newBar, putBar);
  joined(across, Object.entries(lines), () => svg("path"), (path, [name, places]) => write(path, { class: `net-${name}`, d: lineOf(places, sizes.length) }));
}

function groups(drawing) {
  while (drawing.children.length < 3) drawing.append(svg("g"));
  return drawing.children;
}

const newBar = () => svg("g", {}, svg("rect", { class: "net-bar", width: BAR.width }), svg("path", { class: "net-was" }));

function putBar(bar, [, now, was], i) {
  const [rect, mark] = bar.children;
  const x = CELL * i + BAR.from;
  write(rect, { x, y: level(now ?? 0), height: CELL * (now ?? 0) });
  const moved = typeof was === "number" && Math.abs(was - (now ?? 0)) > SEEN;
  write(mark, { d: moved ? `M${x} ${level(was)}h${BAR.width}` : "" });
  write(bar, { "data-block": i + 1 });
}

function lineOf(places, blocks) {
  const ends = places.length === 2 && blocks !== 2;
  const middle = (i) => CELL * ((ends ? i * (blocks - 1) : i) + 0.5);
  let path = "";
  places.forEach((share, i) => {
    if (share !== null) path += `${path === "" || places[i - 1] === null ? "M" : "L"}${middle(i)} ${level(share)}`;
  });
  return path;
}
