// The network as a picture: a stack of modules a block, in a row a column; joints and products are buttons.
// One of the buttons is a stop of Tab; arrows, Home and End go from one to the other.
import { three } from "../lib/figures/numbers.js";
import { element } from "../lib/figures/tables.js";

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = { module: 28, joint: 26, gap: 8 }; // as in network.css
const GUTTER = { width: 26, from: 6, around: 17 };
const NAMES = { without: "without BN", with: "with BN" };
const PRODUCTS = ["linear", "convolution"];

export class Schematic {
  #box;
  #drawn = "";
  #answer = null;
  #followed = {};

  // `open(joint)` is called with the joint that is chosen, `disturb(block)` with the product.
  constructor(box, { open, disturb }) {
    this.#box = box;
    box.addEventListener("click", ({ target }) => {
      const button = target.closest("button");
      if (!button) return;
      this.#stopAt(button);
      if (button.dataset.joint) open(button.dataset.joint);
      else disturb(Number(button.dataset.block));
    });
    box.addEventListener("focusin", ({ target }) => target.closest("button") && this.#stopAt(target.closest("button")));
    box.addEventListener("keydown", (event) => this.#key(event));
  }

  show(answer) {
    this.#answer = answer;
    const columns = Object.keys(answer.columns).filter((name) => answer.columns[name]);
    const drawn = JSON.stringify([answer.network, columns]);
    if (drawn !== this.#drawn) this.#draw(columns);
    this.#drawn = drawn;
    this.#state(columns);
    this.#follow();
  }

  #draw(columns) {
    const focused = this.#box.contains(document.activeElement) ? document.activeElement.dataset : null;
    this.#box.replaceChildren(...columns.map((column) => rowOf(column, this.#answer)));
    const again = focused && this.#box.querySelector(`[data-row="${focused.row}"][data-block="${focused.block}"]`);
    this.#stopAt(again ?? this.#box.querySelector("button"));
    again?.focus();
  }

  // What may change without another picture: the opened joint, the disturbance, how far joints moved, the losses.
  #state(columns) {
    const { joint, disturb, columns: numbers } = this.#answer;
    for (const column of columns) {
      const moved = new Map((disturb?.columns[column]?.joints ?? []).map((row) => [row.joint, row]));
      for (const button of this.#box.querySelectorAll(`[data-column="${column}"] [data-joint]`)) {
        button.setAttribute("aria-pressed", String(button.dataset.joint === joint.id));
        tint(button, moved.get(button.dataset.joint), column);
      }
      for (const button of this.#box.querySelectorAll(`[data-column="${column}"] .net-product`)) mark(button, disturb);
      this.#box.querySelector(`[data-column="${column}"] .net-loss b`).textContent = three(numbers[column].loss);
    }
  }

  // The block that was disturbed last, or whose joint was opened, comes into sight; sideways only, the page stays.
  #follow() {
    const { disturb, joint, query } = this.#answer;
    const wanted = { disturbed: disturb?.block ?? null, opened: query.joint ? joint.block : null };
    const [changed] = Object.keys(wanted).filter((name) => wanted[name] !== null && wanted[name] !== this.#followed[name]);
    this.#followed = wanted;
    const stack = changed && this.#box.querySelector(`[data-of="${wanted[changed]}"]`);
    if (!stack) return;
    const [box, own] = [this.#box.getBoundingClientRect(), stack.getBoundingClientRect()];
    const name = this.#box.querySelector(".net-name").offsetWidth;
    if (own.left < box.left + name || own.right > box.right) this.#box.scrollLeft += own.left - box.left - (box.width + name - own.width) / 2;
  }

  #stopAt(button) {
    for (const other of this.#box.querySelectorAll("button")) other.tabIndex = other === button ? 0 : -1;
  }

  #key(event) {
    const at = event.target.closest("button");
    if (!at || event.altKey || event.ctrlKey || event.metaKey) return;
    const to = this.#neighbour(at, event.key);
    if (to === undefined) return;
    event.preventDefault();
    to?.focus();
    to?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  // In the same row left and right, in the same block up and down; undefined for any other key.
  #neighbour(at, key) {
    const row = [...this.#box.querySelectorAll(`[data-row="${at.dataset.row}"]`)];
    const stack = [...this.#box.querySelectorAll(`button[data-block="${at.dataset.block}"]`)];
    const [place, level] = [row.indexOf(at), stack.indexOf(at)];
    const moves = { ArrowRight: row[place + 1], ArrowLeft: row[place - 1], ArrowDown: stack[level + 1], ArrowUp: stack[level - 1], Home: row[0], End: row.at(-1) };
    return key in moves ? (moves[key] ?? null) : undefined;
  }
}

// The further a joint's distribution moved (a layer's movement: a flipped sign alone is none), the stronger its tint; the words say by how much.
function tint(button, row, column) {
  const moved = row?.moved;
  const told = row === undefined ? "" : moved === null ? ", moved out of range" : `, its distribution moved by ${three(moved)} deviations, its values by ${three(row.values_moved)}`;
  button.style.setProperty("--moved", row === undefined ? "0" : String(moved ?? 1));
  button.classList.toggle("noticed", row !== undefined && row.noticed !== false);
  button.setAttribute("aria-label", `${button.textContent} of block ${button.dataset.block}, ${NAMES[column]}${told}`);
}

function mark(button, disturb) {
  const block = Number(button.dataset.block);
  const is = disturb?.block === block;
  button.setAttribute("aria-pressed", String(is));
  button.dataset.term = is ? "product_disturbed" : "product";
  const shift = is && disturb.shift ? ` ${disturb.shift < 0 ? "−" : "+"} ${three(Math.abs(disturb.shift))}` : "";
  button.textContent = is ? `× ${three(disturb.factor)}${shift}` : button.dataset.label;
  button.setAttribute("aria-label", `${button.dataset.label} of block ${block}: ${is ? `disturbed, ${button.textContent}; take it back` : "disturb its weights"}`);
}

function rowOf(column, { network, batch }) {
  const symbols = network.symbols[column];
  const row = element("div", "", { class: "net-row", "data-column": column, role: "group", "aria-label": NAMES[column] });
  row.append(element("div", NAMES[column], { class: "net-name" }), input(batch, network));
  let before = null;
  for (const modules of blocksOf(network.modules, symbols)) {
    row.append(gutter(modules, before), stackOf(modules, symbols, column));
    before = modules;
  }
  const tail = network.modules.filter(({ block }) => block === null);
  for (const { kind, label } of tail) row.append(line(), element("span", label, { class: "net-module net-end term", "data-term": kind }));
  const loss = element("span", "loss ", { class: "net-module net-end net-loss term", "data-term": "loss" });
  loss.append(element("b"));
  row.append(line(), loss);
  return row;
}

function input({ shape }, { input: symbol }) {
  return element("span", `${symbol} ${shape.join(" × ")}`, { class: "net-module net-end net-input term", "data-term": "input" });
}

// A column has the modules whose joints it knows.
function blocksOf(modules, symbols) {
  const blocks = new Map();
  for (const module of modules) {
    if (module.block === null || !(kindOf(module) in symbols)) continue;
    blocks.set(module.block, [...(blocks.get(module.block) ?? []), module]);
  }
  return [...blocks.values()];
}

function kindOf({ joint }) {
  return joint.replace(/\d+$/, "");
}

function stackOf(modules, symbols, column) {
  const block = String(modules[0].block);
  const stack = element("div", "", { class: "net-stack", "data-of": block, "data-block": block });
  stack.append(element("span", block, { class: "net-number", "aria-hidden": "true" }));
  for (const module of modules) {
    const kind = kindOf(module);
    const at = { tabindex: "-1", type: "button", "data-block": block, "data-term": kind };
    stack.append(
      PRODUCTS.includes(module.kind)
        ? element("button", module.label, { ...at, class: "net-module net-product term", "data-label": module.label, "data-row": `${column}-product`, "data-term": "product" })
        : element("span", module.label, { class: "net-module term", "data-term": module.kind }),
      element("button", symbols[kind], { ...at, class: "net-joint term", "data-joint": module.joint, "data-row": `${column}-${kind}` }),
    );
  }
  return stack;
}

// ---- the lines ----

function line() {
  return element("span", "", { class: "net-line", "aria-hidden": "true" });
}

// From the last joint of the block before up to this block's first module, and around the block where it is residual.
function gutter(modules, before) {
  const level = (i) => i * (HEIGHT.module + HEIGHT.joint + 2 * HEIGHT.gap) + HEIGHT.module / 2;
  const end = (of) => level(of.length - 1) + HEIGHT.module / 2 + HEIGHT.gap + HEIGHT.joint / 2;
  const [top, bottom] = [level(0), Math.max(end(modules), before ? end(before) : 0)];
  const svg = document.createElementNS(SVG, "svg");
  const attributes = { class: "net-gutter", width: GUTTER.width, height: bottom + HEIGHT.joint / 2, "aria-hidden": "true" };
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
  const start = before ? `M0 ${end(before)}H${GUTTER.from}V${top}` : `M0 ${top}`;
  svg.append(path(`${start}H${GUTTER.width}`, "net-edge"));
  const sum = modules.findIndex(({ kind }) => kind === "residual");
  if (sum >= 0) svg.append(path(`M${GUTTER.around} ${top}V${level(sum)}H${GUTTER.width}`, "net-edge net-around"));
  return svg;
}

function path(d, name) {
  const made = document.createElementNS(SVG, "path");
  made.setAttribute("d", d);
  made.setAttribute("class", name);
  return made;
}
