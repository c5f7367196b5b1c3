// The computation as a picture: nodes are buttons, edges are drawn behind them.
import { element } from "../lib/figures/tables.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 900;
const ROW = 84;
const HALF = { width: 0.43, height: 24 }; // of a node: of its column, and on the scale of the picture

export class Graph {
  #box;
  #drawn = "";
  #scrolls = false;

  constructor(box) {
    this.#box = box;
    const scroll = box.parentElement;
    new ResizeObserver(() => {
      this.#scrolls = scroll.scrollWidth > scroll.clientWidth;
      this.#reveal();
    }).observe(scroll);
  }

  show(nodes, forgotten) {
    const drawn = JSON.stringify([nodes.map(({ name, symbol }) => [name, symbol]), forgotten]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const focused = document.activeElement?.dataset?.node;
    const columns = Math.max(...nodes.map(({ column }) => column)) + 1;
    const rows = Math.max(...nodes.map(({ row }) => row)) + 1;
    this.#box.style.setProperty("--columns", columns);
    this.#box.replaceChildren(edges(nodes, columns, rows), ...nodes.map((node, i) => button(node, i, nodes.length, columns, rows, forgotten)));
    if (focused) this.#box.querySelector(`[data-node="${focused}"]`)?.focus();
  }

  // The active node and its edges are lit. It is the one stop of the Tab key among the nodes, and a focus on them goes along.
  light(name) {
    for (const node of this.#box.querySelectorAll(".node")) {
      const active = node.dataset.node === name;
      node.classList.toggle("active", active);
      node.tabIndex = active ? 0 : -1;
      if (active) node.setAttribute("aria-current", "step");
      else node.removeAttribute("aria-current");
    }
    if (this.#box.contains(document.activeElement)) this.#box.querySelector(".node.active").focus();
    for (const edge of this.#box.querySelectorAll("path[data-to]")) edge.classList.toggle("active", edge.dataset.to === name);
    this.#reveal();
  }

  // Where the picture is wider than its place. Widths are read only then, as reading lays the page out.
  #reveal() {
    const node = this.#scrolls && this.#box.querySelector(".node.active");
    if (!node) return;
    const scroll = this.#box.parentElement;
    scroll.scrollLeft = node.offsetLeft + node.offsetWidth / 2 - scroll.clientWidth / 2;
  }
}

function button({ name, symbol, title, side, column, row, colour }, index, count, columns, rows, forgotten) {
  const made = element("button", symbol, { type: "button", class: "node", "data-node": name, "data-step": name, "data-side": side, "aria-label": `${symbol}, ${title}: step ${index + 1} of ${count}` });
  made.style.left = `${((column + 0.5) / columns) * 100}%`;
  made.style.top = `${((row + 0.5) / rows) * 100}%`;
  made.style.setProperty("--meaning", colour);
  made.classList.toggle("forgotten", forgotten.includes(name));
  return made;
}

function edges(nodes, columns, rows) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${rows * ROW}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(arrowHead());
  const byName = new Map(nodes.map((node) => [node.name, node]));
  for (const node of nodes) for (const parent of node.parents) svg.append(edge(byName.get(parent), node, WIDTH / columns));
  return svg;
}

function arrowHead() {
  const defs = document.createElementNS(SVG, "defs");
  const marker = document.createElementNS(SVG, "marker");
  for (const [name, value] of Object.entries({ id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" })) marker.setAttribute(name, value);
  const head = document.createElementNS(SVG, "path");
  head.setAttribute("d", "M0 0.5 8 4 0 7.5Z");
  head.setAttribute("fill", "context-stroke");
  marker.append(head);
  defs.append(marker);
  return defs;
}

// From border to border; an edge between forward and backward is drawn only while its node is active.
function edge(from, to, width) {
  const path = document.createElementNS(SVG, "path");
  const [a, b] = [from, to].map(({ column, row }) => ({ x: (column + 0.5) * width, y: (row + 0.5) * ROW }));
  const [start, end] = [border(a, b, width), border(b, a, width)];
  path.setAttribute("d", `M${start.x} ${start.y}L${end.x} ${end.y}`);
  path.setAttribute("marker-end", "url(#arrow)");
  Object.assign(path.dataset, { from: from.name, to: to.name });
  if (from.side !== to.side) path.classList.add("across");
  return path;
}

function border(of, towards, width) {
  const [dx, dy] = [towards.x - of.x, towards.y - of.y];
  const share = Math.min((HALF.width * width) / Math.abs(dx || 1e-9), HALF.height / Math.abs(dy || 1e-9), 0.5);
  return { x: of.x + dx * share, y: of.y + dy * share };
}
