// A term of a formula and the cells that it came from light up together, from either side.
import { bindSymbols } from "../lib/figures/symbols.js";
import { bindTips, hideTip, showTip } from "../lib/figures/terms.js";

const LIT = ".term, [data-feature], .node, #strip .mark";

// `scene()` gives the answer's `terms` and `sides`, the `cell` that is looked at and the `step` that is shown.
export function bindLighting(scene) {
  const over = (event) => {
    const at = event.target.closest?.(LIT);
    if (!at) return;
    dim();
    if (at.matches(".mark")) lightMark(at.closest(".outputs") ? "y" : "x", Number(at.dataset.example), scene());
    else if (at.matches(".term")) lightCells(at, scene());
    else if (at.matches(".node")) lightNamed(at.dataset.node);
    else lightTerms(at, scene());
  };
  const out = (event) => event.target.closest?.(LIT) && dim();
  bindSymbols();
  bindTips();
  document.addEventListener("pointerover", over);
  document.addEventListener("pointerout", out);
  document.addEventListener("focusin", over);
  document.addEventListener("focusout", out);
  document.addEventListener("keydown", (event) => event.key === "Escape" && dim());
}

// A mark in a plot lights what it stands for.
export function lightMark(name, example, scene) {
  dim();
  lightNamed(name);
  lightPlaces(["values", "dy"], (cell) => cell.feature === scene.cell.feature && cell.example === example);
  lightMarks(example);
}

// An example's marks on the stage.
function lightMarks(example) {
  for (const mark of document.querySelectorAll(`#strip [data-example="${example}"]`)) mark.classList.add("lit");
}

export function dim() {
  hideTip();
  for (const element of document.querySelectorAll(".lit")) element.classList.remove("lit");
}

function lightNamed(name) {
  for (const element of document.querySelectorAll(`[data-term="${name}"], [data-node="${name}"]`)) element.classList.add("lit");
}

// From a term to its cells: in the batch or in the gradient from above, and in the value of its own step.
function lightCells(term, { terms, sides, cell, step }) {
  const { term: name, at } = term.dataset;
  term.classList.add("lit");
  document.querySelector(`.node[data-node="${name}"]`)?.classList.add("lit");
  if (at) lightPlaces(tablesOf(name, sides, step), (place) => stands(name, at, place, cell));
  if (terms[name]) showTip(term, terms[name]);
}

// From a cell to the terms that it is in.
function lightTerms(element, { sides, cell, step }) {
  const table = element.closest("table");
  const place = placeOf(element);
  element.classList.add("lit");
  if (place.feature === cell.feature) lightMarks(place.example);
  for (const term of document.querySelectorAll(".formula-line .term[data-at]")) {
    const here = tablesOf(term.dataset.term, sides, step).includes(table.dataset.grid ?? "step");
    if (here && stands(term.dataset.term, term.dataset.at, place, cell)) term.classList.add("lit");
  }
}

const LAYER = ["gamma", "beta"]; // the rows of that table

function tablesOf(name, sides, step) {
  const own = name === step ? ["step"] : [];
  if (LAYER.includes(name)) return ["layer", ...own];
  const grid = { forward: "values", backward: "dy" }[sides[name]];
  return grid ? [grid, ...own] : own;
}

function lightPlaces(tables, is) {
  for (const name of tables) {
    const table = document.querySelector(name === "step" ? "#step-value" : `[data-grid="${name}"]`);
    for (const element of table.querySelectorAll("[data-feature]")) if (is(placeOf(element))) element.classList.add("lit");
  }
}

function placeOf({ dataset: { example, feature } }) {
  return { example: example === "*" ? "*" : Number(example), feature: Number(feature) };
}

// Whether what stands at a term's place came from a cell: a statistic came from all examples of its feature.
function stands(name, at, place, cell) {
  if (place.feature !== cell.feature) return false;
  if (LAYER.includes(name)) return place.example === "*" || place.example === LAYER.indexOf(name);
  if (place.example === "*" || at === "column" || at === "unit") return true;
  const example = { cell: cell.example, output: cell.output }[at] ?? Number(at.slice(1));
  return place.example === example;
}
