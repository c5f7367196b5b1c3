// What of a stage is drawn by styles alone, as shapes of its picture: the squares and the lines of a legend, the nodes of a graph, dials,
// and the lines of formulas.
import { svg } from "./svg.js";

const DRAWN = { "i.key": square, ".line-key": lineKey, ".node": box, ".dial": dial, mfrac: fraction, msqrt: root };

export const isSeen = (one) => one.checkVisibility({ visibilityProperty: true });

// `at`: the corner of the picture on the page.
export function marks(part, at) {
  return Object.entries(DRAWN).flatMap(([selector, drawn]) => {
    const all = [...part.querySelectorAll(selector)].filter(isSeen);
    return all.flatMap((one) => drawn(one, placed(one, at), getComputedStyle(one)));
  });
}

function placed(one, at) {
  const { left, top, width, height } = one.getBoundingClientRect();
  return { x: left - at.x, y: top - at.y, width, height };
}

function square(one, place, { backgroundColor: fill, borderTopWidth, borderTopColor }) {
  const stroke = borderTopWidth === "0px" ? null : borderTopColor;
  return svg("rect", { class: "key", ...place, fill, stroke, "stroke-dasharray": stroke && "2" });
}

function lineKey(one, { x, y, height }) {
  const { width, borderTopColor, borderTopWidth, borderTopStyle } = getComputedStyle(one, "::before");
  const drawn = line(x, y + height / 2, x + parseFloat(width), y + height / 2, borderTopColor, parseFloat(borderTopWidth));
  if (borderTopStyle === "dashed") drawn.setAttribute("stroke-dasharray", "6 3");
  return drawn;
}

// The edge below tells what a node means.
function box(one, { x, y, width, height }, { backgroundColor: fill, borderTopColor: stroke, borderTopWidth, borderBottomColor, borderBottomWidth, borderTopStyle, borderRadius }) {
  const frame = { x, y, width, height, rx: parseFloat(borderRadius), fill, stroke, "stroke-width": parseFloat(borderTopWidth), "stroke-dasharray": borderTopStyle === "dashed" ? "4 3" : null };
  const [inset, foot] = [parseFloat(borderRadius) / 2, y + height - parseFloat(borderBottomWidth) / 2];
  return [svg("rect", { class: "node", ...frame }), line(x + inset, foot, x + width - inset, foot, borderBottomColor, parseFloat(borderBottomWidth))];
}

function dial(one, { x, y, width, height }, style) {
  const [cx, cy] = [x + width / 2, y + height / 2];
  const hand = getComputedStyle(one, "::after");
  const turn = parseFloat(style.getPropertyValue("--turn")) || 0;
  const edge = parseFloat(style.borderTopWidth);
  const pointer = line(cx, cy, cx, y + 0.1 * height, hand.backgroundColor, parseFloat(hand.width));
  pointer.setAttribute("transform", `rotate(${turn} ${cx} ${cy})`);
  const round = { class: "dial", cx, cy, r: (width - edge) / 2, fill: style.backgroundColor, stroke: style.borderTopColor, "stroke-width": edge };
  return [svg("circle", round), pointer];
}

function fraction(one, { x, y, width }, { color }) {
  const [above, below] = [...one.children].map((part) => part.getBoundingClientRect());
  const middle = y + (above.bottom + below.top) / 2 - one.getBoundingClientRect().top;
  const bar = line(x, middle, x + width, middle, color, 1);
  bar.setAttribute("class", "fraction");
  return bar;
}

// The sign is as wide as what it stands before is away.
function root(one, { x, y, width, height }, { color }) {
  const sign = one.firstElementChild.getBoundingClientRect().left - one.getBoundingClientRect().left;
  const d = `M${x} ${y + 0.6 * height}L${x + 0.3 * sign} ${y + 0.55 * height}L${x + 0.6 * sign} ${y + height - 1}L${x + 0.95 * sign} ${y + 1}H${x + width}`;
  return svg("path", { d, fill: "none", stroke: color });
}

function line(x1, y1, x2, y2, stroke, width) {
  return svg("line", { x1, y1, x2, y2, stroke, "stroke-width": width });
}
