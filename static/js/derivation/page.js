// The derivation: the tables, the walk through the nodes, and their own part of the page of a batch.
import { Graph } from "./graph.js";
import { Grid } from "./grid.js";
import { bindLighting, dim, lightMark } from "./lighting.js";
import { Numbers } from "./slots.js";
import { Transport } from "./transport.js";
import * as view from "./view.js";
import { bindMovedExample } from "../lib/controls/moved_example.js";
import { showControls } from "../lib/controls/relevance.js";
import { ofNewSource } from "../lib/controls/source.js";
import { BatchPage } from "../lib/page/batch_page.js";
import { clearProblems, showAt } from "../lib/server/problems.js";

const API = "/api/v1/derivation";
const LAYER_STEP = 0.05; // of a dragged scale or shift
const DY_STEP = 0.05;
const MOST = { examples: 8, features: 6 };
const KEPT = new Set(["source", "values", "feature_names", "seed"]); // of the data's fields, when the table becomes the source
const HERE = new Set(["step"]); // fields that change nothing of the answer
const $ = (id) => document.getElementById(id);

const page = new BatchPage({
  path: API, figure: "paths", follow: ofNewSource, decide, asks, show, rest, restAfter: 80, numbersBehind: view.numbersBehind,
  warnings: ({ batch, flags }) => [...batch.warnings, ...flags],
  bindTerms: () => bindLighting(scene),
});
const { state, figures } = page;
let numbers = null; // of the answer

// ---- the tables ----

const reading = { busy: (is) => page.waiting.reading(is), standing: () => state.get("source") };
const grids = {
  values: new Grid($("grid-values"), { ...reading, edited: editBatch, refused: refusedAt("values"), chosen: choose, most: MOST }),
  layer: new Grid($("grid-layer"), { ...reading, refused: refusedAt("gamma"), edited: ([gamma, beta], how) => state.set({ gamma: gamma.join(","), beta: beta.join(",") }, how) }),
  dy: new Grid($("grid-dy"), { ...reading, refused: refusedAt("dy"), edited: (texts, how) => state.set({ dy: stated(texts), upstream: "auto" }, how), chosen: choose }),
};

function refusedAt(name) {
  return (message) => {
    clearProblems();
    showAt(name, message);
  };
}

function stated(texts) {
  return texts.map((row) => row.join(",")).join(";");
}

function choose(example, feature) {
  const cell = `${example},${feature}`;
  if (cell !== state.get("cell")) state.set({ cell }, { settle: false, later: true });
}

// The table becomes the source; what was said of the batch holds on, and what the old source brought along is kept as
// typed numbers.
function editBatch(texts, how) {
  const said = Object.keys(ofNewSource({ source: "inline" }, state)).map((name) => [name, state.get(name)]);
  const changes = { ...Object.fromEntries(said), source: "inline", values: stated(texts), ...ofOldSource() };
  const [examples, features] = [texts.length, texts[0].length];
  changes.feature_names = namesTyped(features);
  const resized = examples !== page.answer.batch.shape[0] || features !== page.answer.batch.shape[1];
  if (resized) Object.assign(changes, fitting(examples, features));
  state.set(changes, how);
}

// The columns' names as a typed table says them; none where they are the ones that it has anyway.
function namesTyped(features) {
  const own = Array.from({ length: features }, (_, i) => `x${i}`);
  const names = own.map((name, i) => page.answer.batch.feature_names[i]?.replaceAll(",", " ") ?? name);
  return names.every((name, i) => name === own[i]) ? "" : names.join(",");
}

function ofOldSource() {
  if (state.get("source") === "inline" && state.get("layer_width") === "0") return { batch_size: "auto", selected: "" };
  const groups = new Set(["data", "upload", "layer_before"]);
  const names = Object.keys(page.embedded.schema).filter((name) => groups.has(page.embedded.schema[name].control.group) && !KEPT.has(name));
  const given = page.answer.batch.given.length ? { gamma: page.answer.gamma.join(","), beta: page.answer.beta.join(","), dy: stated(page.answer.dy) } : {};
  return { ...Object.fromEntries(names.map((name) => [name, state.fallback(name)])), ...given };
}

// What was said of the old size, for a table of another size.
function fitting(examples, features) {
  const { example, feature, output } = page.answer.cell;
  const first = (name) => state.get(name).split(",").slice(0, features);
  const layer = (name) => {
    const values = first(name);
    return values.length === 1 || values.length === features ? values.join(",") : [...values, ...Array(features - values.length).fill(values.at(-1))].join(",");
  };
  return {
    cell: `${Math.min(example, examples - 1)},${Math.min(feature, features - 1)}`,
    output: Math.min(output, examples - 1),
    upstream_example: Math.min(Number(state.get("upstream_example")), examples - 1),
    gamma: layer("gamma"),
    beta: layer("beta"),
    dy: "",
  };
}

const RESIZE = {
  "more-examples": (texts) => [...texts, [...texts.at(-1)]],
  "less-examples": (texts) => texts.slice(0, -1),
  "more-features": (texts) => texts.map((row) => [...row, row.at(-1)]),
  "less-features": (texts) => texts.map((row) => row.slice(0, -1)),
};
for (const button of document.querySelectorAll("[data-resize]")) {
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled") !== "true") editBatch(RESIZE[button.dataset.resize](grids.values.texts));
  });
}

function showSizes([examples, features]) {
  const ends = { "more-examples": examples >= MOST.examples, "less-examples": examples <= 1, "more-features": features >= MOST.features, "less-features": features <= 1 };
  for (const [name, end] of Object.entries(ends)) document.querySelector(`[data-resize="${name}"]`).setAttribute("aria-disabled", String(end));
}

function showGrids() {
  const { examples, features, lecture } = view.namesOf(page.answer);
  const shape = { examples, features, lecture };
  const same = (step) => features.map(() => step);
  grids.values.show(page.answer.batch.values, { ...shape, steps: page.answer.batch.drag_steps });
  grids.layer.show([page.answer.gamma, page.answer.beta], { ...shape, examples: [page.answer.symbols.gamma, page.answer.symbols.beta], steps: same(LAYER_STEP) });
  grids.dy.show(page.answer.dy, { ...shape, steps: same(DY_STEP) });
  showSizes(page.answer.batch.shape);
}

// ---- the walk ----

const graph = new Graph($("graph"), (name) => {
  transport.pause();
  go(name);
});
const transport = new Transport(go);

function go(step) {
  state.set({ step }, { settle: false, later: true });
}

function stepShown() {
  const wanted = state.get("step");
  return page.answer.nodes.some(({ name }) => name === wanted) ? wanted : page.answer.step;
}

function cellShown() {
  const [example, feature] = state.indices("cell");
  const [examples, features] = page.answer.batch.shape;
  const inside = example < examples && feature < features;
  return inside ? { example, feature, output: page.answer.cell.output } : page.answer.cell;
}

// Of the data that is there already: a step, or another cell, needs no answer.
function showWalk() {
  const [name, cell] = [stepShown(), cellShown()];
  view.showStep(page.answer, name, numbers, cell);
  graph.light(name);
  transport.show(page.answer.nodes.map((node) => node.name), name);
  for (const grid of ["values", "dy"]) view.markCell($(`grid-${grid}`), cell);
  $("headline").textContent = page.answer.stage.sentences[name];
}

// ---- answers ----

// What is looked at while a number is dragged first; the tables below at the first pause.
// The tables are written anew by the latest answer only: an earlier one would take back what was typed since.
function show(answer, isLatest) {
  numbers = new Numbers(answer);
  view.showTexts(answer);
  if (isLatest) showGrids();
  graph.show(answer.nodes, answer.naive.on ? answer.naive.forgotten : []);
  showWalk();
  view.showLaws(answer);
  showHandles();
}

function rest(answer) {
  view.showSummed(answer, numbers, answer.cell);
  view.showNaive(answer);
  view.showRoutes(answer);
  view.showJacobian(answer, numbers, answer.cell);
  $("all-numbers").href = API + (state.query() ? `?${state.query()}` : "");
}

// Of a step all that changes is here already.
function asks(names) {
  showWalk();
  return names === null || names.some((name) => !HERE.has(name));
}

// What the state alone decides, at once.
function decide() {
  const inline = state.get("source") === "inline";
  const whole = inline && !state.isChanged("batch_size") && !state.isChanged("selected");
  const drawn = !inline || ["auto", "random"].includes(state.get("upstream"));
  showControls({ batch_size: !whole, selected: !whole, upstream_example: state.get("upstream") === "one_example", seed: drawn });
}

// ---- other controls ----

// A named gradient takes the place of a typed one. Before the control itself writes its value, so that no state in
// between is asked for.
$("c-upstream").addEventListener("change", () => state.set({ dy: "", upstream: $("c-upstream").value }), { capture: true });
$("naive").addEventListener("click", () => state.set({ naive: state.get("naive") === "on" ? "off" : "on" }));
$("c-cell").addEventListener("change", () => state.set({ cell: `${$("c-cell").value},${page.answer.cell.feature}` }));
$("c-output").addEventListener("change", () => state.set({ output: $("c-output").value }));

function scene() {
  const { terms, nodes } = page.answer;
  return { terms, sides: Object.fromEntries(nodes.map(({ name, side }) => [name, side])), cell: cellShown(), step: stepShown() };
}

figures.onReady((plot) => {
  plot.on("plotly_hover", ({ points: [point] }) => lightMark(point.data.meta.term, point.x, scene()));
  plot.on("plotly_unhover", dim);
  plot.on("plotly_click", ({ points: [point] }) => point.data.type === "heatmap" && state.set({ cell: `${point.x},${page.answer.cell.feature}`, output: point.y }));
});

// ---- the example that is moved, by its mark ----

const showMoved = bindMovedExample({
  state, schema: page.embedded.schema, panel: figures.panel("moved"),
  isMoved: (example) => example === page.answer.moved.example,
  asMoved: (example) => ({ cell: `${example},${page.answer.cell.feature}` }),
  perUnit: () => page.answer.moved.pull,
  pointed: (example) => lightMark("y", example, scene()),
  left: dim,
});

function showHandles() {
  const { example, after, titles } = page.answer.moved;
  showMoved(example, after, titles);
}

page.start();
