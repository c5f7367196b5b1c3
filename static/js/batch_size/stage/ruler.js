// Rulers of the stage, as the server wrote them: a line, its ticks with their texts, what it measures.
import { enlargement as unit } from "../../lib/page/wall.js";
import { joined, place, svg, write } from "../../lib/stage/svg.js";

const TICK = 5;

export const ends = ({ range: [low, high] }) => ({ low, high });

const tick = () => svg("g", { class: "tick" }, svg("line"), svg("text"));

// Along the bottom of a drawing, from `left` for `length` pixels, at height `y`; a short `title` stands between the last
// two ticks.
export function across(group, ruler, { left, length, y, title: said = "" }) {
  const u = unit();
  write(group, { class: "ruler" });
  if (!group.firstChild) group.append(svg("line", { class: "line" }), svg("g"), svg("text", { class: "strong", "text-anchor": "middle" }));
  const [line, ticks, title] = group.children;
  write(line, { x1: left, x2: left + length, y1: y, y2: y });
  joined(ticks, ruler.ticks, tick, ({ children: [mark, text] }, [value, number]) => {
    const x = place(value, ends(ruler), left, length);
    write(mark, { x1: x, x2: x, y1: y, y2: y + TICK * u });
    write(text, { x, y: y + 18 * u, "text-anchor": "middle" });
    text.textContent = number;
  });
  const [last, before] = ruler.ticks.slice(-2).reverse().map(([value]) => place(value, ends(ruler), left, length));
  write(title, { x: ((before ?? left) + (last ?? left)) / 2, y: y + 18 * u });
  title.textContent = said;
}

// Along the left side of a drawing, from `bottom` upwards for `length` pixels, at `x`; 0 is a line of its own.
export function upwards(group, ruler, { bottom, length, x, width }) {
  const u = unit();
  write(group, { class: "ruler" });
  if (!group.firstChild) group.append(svg("line", { class: "line" }), svg("g"));
  const [line, ticks] = group.children;
  write(line, { x1: x, x2: x, y1: bottom, y2: bottom - length });
  joined(ticks, ruler.ticks, tick, ({ children: [mark, text] }, [value, said]) => {
    const y = place(value, ends(ruler), bottom, -length);
    write(mark, { x1: x - TICK * u, x2: value === 0 ? x + width : x, y1: y, y2: y, class: value === 0 ? "zero" : null });
    write(text, { x: x - 8 * u, y: y + 4 * u, "text-anchor": "end" });
    text.textContent = said;
  });
}
