// Rulers of a stage, as the server wrote them: a line, and ticks with their texts. A ruler has its ends `low` and `high`,
// and `ticks` that are [value, text]; the tick of 0 is marked.
import { enlargement as unit } from "../page/wall.js";
import { joined, place, svg, tell, write } from "./svg.js";

// In pixels of a page that is written as usual.
const TICK = 5;
const BELOW = 18; // a text's foot below the line
const BESIDE = [8, 4]; // a text's end beside the line, and its foot below the tick
const HALF = 4.5; // of the width of a character, at the most

// A ruler that was told with its range.
export const withEnds = ({ range: [low, high], ...ruler }) => ({ ...ruler, low, high });

// Along a drawing from `left` for `length` pixels, at height `y`; a tick reaches from `over` it to `under` it, its text
// stands `below`, and where a drawing is `whole` pixels wide, within it.
export function across(group, ruler, { left, length, y, over = 0, under = TICK * unit(), below = BELOW * unit(), whole = Infinity }) {
  draw(group, ruler, { x1: left, x2: left + length, y1: y, y2: y }, (value, said) => {
    const x = place(value, ruler, left, length);
    const half = whole < Infinity ? said.length * HALF * unit() : -Infinity;
    return [{ x1: x, x2: x, y1: y - over, y2: y + under }, { x: Math.max(half, Math.min(x, whole - half)), y: y + below, "text-anchor": "middle" }];
  });
}

// Along the left side of a drawing, from `bottom` upwards for `length` pixels, at `x`; the tick of 0 goes through all of
// the `width`.
export function upwards(group, ruler, { bottom, length, x, width }) {
  const [beside, down] = BESIDE.map((pixels) => pixels * unit());
  draw(group, ruler, { x1: x, x2: x, y1: bottom, y2: bottom - length }, (value) => {
    const y = place(value, ruler, bottom, -length);
    return [{ x1: x - TICK * unit(), x2: value === 0 ? x + width : x, y1: y, y2: y }, { x: x - beside, y: y + down, "text-anchor": "end" }];
  });
}

// `placed(value, said)`: where the mark and the text of a tick lie.
function draw(group, ruler, line, placed) {
  if (!group.firstChild) group.append(svg("line"), svg("g"));
  const [base, ticks] = group.children;
  write(base, line);
  joined(ticks, ruler.ticks, () => svg("g", {}, svg("line"), svg("text")), ({ children: [mark, text] }, [value, said]) => {
    const [ends, words] = placed(value, said);
    write(mark, { ...ends, class: value === 0 ? "zero" : null });
    write(text, words);
    tell(text, said);
  });
}
