// A stage as a picture: the drawings and the texts of its parts `data-picture` where they stand, in the page's scheme,
// each with the style that it has there; below them what they are of and the address that shows them again.
import { captionLines, LINE, SIZE } from "../figures/caption.js";
import { download } from "../figures/figures.js";
import { isSeen, marks } from "./picture_marks.js";
import { svg } from "./svg.js";

const OF_A_SHAPE = ["display", "visibility", "opacity", "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "r", "vector-effect", "paint-order"];
const OF_A_TEXT = ["font-family", "font-size", "font-style", "font-weight", "text-anchor", "dominant-baseline"];
const WORKED = "button:not(.node), .button, input, .control, .visually-hidden, [hidden], svg, option, .steps"; // what is no text of a picture
const EDGE = 12; // pixels around all
const CAPTION = 640; // pixels that a line of a caption takes
const SHARPNESS = 2; // pixels of a PNG for one of the page
const FORMS = { svg: async (picture) => addressOf(picture), png: painted };

// The buttons that save the stage. `told()`: what a picture says of itself.
export function bindPicture(told) {
  const parts = [...document.querySelectorAll("[data-picture]")];
  for (const button of document.querySelectorAll("[data-picture-as]")) {
    const form = button.dataset.pictureAs;
    button.hidden = parts.length === 0;
    button.addEventListener("click", async () => download(await FORMS[form](pictureOf(parts, told())), `bnscope-stage.${form}`));
  }
}

function pictureOf(parts, told) {
  const seen = parts.filter((part) => part.checkVisibility());
  const boxes = seen.map((part) => part.getBoundingClientRect());
  const at = { x: Math.min(...boxes.map(({ left }) => left)) - EDGE, y: Math.min(...boxes.map(({ top }) => top)) - EDGE };
  const lines = captionLines(told);
  const width = Math.max(CAPTION, Math.max(...boxes.map(({ right }) => right)) - at.x) + EDGE;
  const below = Math.max(...boxes.map(({ bottom }) => bottom)) - at.y + EDGE;
  const height = below + (lines.length + 1) * LINE;
  const { backgroundColor, color, fontFamily } = getComputedStyle(seen[0].closest(".stage"));
  const caption = lines.map((line, i) => svg("text", { x: EDGE, y: below + (i + 1) * LINE, style: `font: ${SIZE}px ${fontFamily}; fill: ${color}` }, line));
  const drawn = seen.flatMap((part) => [...drawings(part, at), ...marks(part, at), ...texts(part, at)]);
  return svg("svg", { width, height, viewBox: `0 0 ${width} ${height}` }, svg("rect", { width, height, fill: backgroundColor }), ...drawn, svg("g", { class: "caption" }, ...caption));
}

function drawings(part, at) {
  const all = [...part.querySelectorAll("svg")].filter((one) => !one.closest("button") && isSeen(one));
  return all.map((one) => {
    const { left, top, width, height } = one.getBoundingClientRect();
    const copy = one.cloneNode(true);
    const pieces = copy.querySelectorAll("*");
    [...one.querySelectorAll("*")].forEach((piece, i) => pieces[i].setAttribute("style", styleOf(piece, piece.tagName === "text" ? [...OF_A_SHAPE, ...OF_A_TEXT] : OF_A_SHAPE)));
    for (const [name, value] of Object.entries({ x: left - at.x, y: top - at.y, width, height })) copy.setAttribute(name, value);
    copy.setAttribute("style", `overflow: ${getComputedStyle(one).overflow}`);
    return copy;
  });
}

function styleOf(piece, names) {
  const style = getComputedStyle(piece);
  return names.map((name) => `${name}: ${style.getPropertyValue(name)}`).join("; ");
}

// Each word where it stands, and what is chosen in a select.
function texts(part, at) {
  const walk = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
  const words = [];
  for (let node = walk.nextNode(); node; node = walk.nextNode()) if (!node.parentElement.closest(WORKED) && isSeen(node.parentElement)) words.push(...wordsOf(node));
  const chosen = [...part.querySelectorAll("select")].filter((one) => isSeen(one) && !one.closest(".control"));
  words.push(...chosen.map((one) => ({ text: one.selectedOptions[0]?.text ?? "", box: one.getBoundingClientRect(), of: one })));
  return words.map(({ text, box, of }) => {
    const { color, fontFamily, fontSize, fontWeight } = getComputedStyle(of);
    const slant = of.localName === "mi" && text.length === 1 ? "italic" : "normal"; // as MathML writes a letter
    const style = `font: ${slant} ${fontWeight} ${fontSize} ${fontFamily}; fill: ${color}; dominant-baseline: central`;
    const fitted = of.closest("math") ? { textLength: box.width, lengthAdjust: "spacingAndGlyphs" } : {}; // its letters may be another font's
    const { top, bottom } = baseOf(of) ?? box;
    const raised = baseOf(of) ? 0.2 * parseFloat(fontSize) : 0;
    return svg("text", { x: box.left - at.x, y: (top + bottom) / 2 - raised - at.y, style, ...fitted }, text);
  });
}

// What a hat or a bar stands over: its own letter is already drawn as high as that.
function baseOf(one) {
  return one.matches("mover > :last-child") ? one.previousElementSibling.getBoundingClientRect() : null;
}

function wordsOf(node) {
  return [...node.data.matchAll(/\S+/g)].map(({ 0: text, index }) => {
    const range = document.createRange();
    range.setStart(node, index);
    range.setEnd(node, index + text.length);
    return { text, box: range.getBoundingClientRect(), of: node.parentElement };
  });
}

const addressOf = (picture) => `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(picture))}`;

async function painted(picture) {
  const image = new Image();
  image.src = addressOf(picture);
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(picture.getAttribute("width") * SHARPNESS);
  canvas.height = Math.ceil(picture.getAttribute("height") * SHARPNESS);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png");
}
