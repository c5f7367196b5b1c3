// The derivation: wires the state, the tables, the walk through the nodes, the server and the figures together.
import { getJson } from "../lib/server/api.js";
import { bindButtons, bindUndo, showUndone } from "../lib/controls/buttons.js";
import { Controls } from "../lib/controls/controls.js";
import * as view from "./view.js";
import { markCurrent, markEarlier } from "../lib/server/earlier.js";
import { Examples } from "../lib/controls/examples.js";
import { Figures } from "../lib/figures/figures.js";
import { follower } from "../lib/server/follower.js";
import { Graph } from "./graph.js";
import { Grid } from "./grid.js";
import { Handles } from "../lib/controls/handles.js";
import { bindLighting, dim, lightMark } from "./lighting.js";
import { bindMenus } from "../lib/controls/menus.js";
import { clearProblems, showAt, showProblem } from "../lib/server/problems.js";
import { bindCopy } from "../lib/page/share.js";
import { Numbers } from "./slots.js";
import { bindSource, offerWays, ofNewSource, showDrawn, showSource } from "../lib/controls/source.js";
import { State } from "../lib/page/state.js";
import { Transport } from "./transport.js";
import { withFileName } from "../lib/controls/upload.js";
import { Waiting } from "../lib/server/waiting.js";

const API = { path: "/api/v1/derivation", figure: "paths" };
const REST_AFTER = 80; // milliseconds
const LAYER_STEP = 0.05; // of a dragged scale or shift
const DY_STEP = 0.05;
const MOST = { examples: 8, features: 6 };
const KEPT = new Set(["source", "values", "feature_names", "seed"]); // of the data's fields, when the table becomes the source
const HERE = new Set(["step"]); // fields that change nothing of the answer
const $ = (id) => document.getElementById(id);
const embedded = JSON.parse($("state").textContent);
let answer = JSON.parse($("answer").textContent);
let numbers = null;
let wanted = null; // the query that was asked for last

const state = new State(embedded.schema, (changes, before) => ({ ...ofNewSource(changes, before), ...examples.within(changes) }));
const figures = new Figures(document, embedded.templates);
new Controls(document, state);
const examples = new Examples(state, embedded.schema.batch_size);
const waiting = new Waiting();
const latest = follower({
  ask: (query) => getJson(API.path + (query ? `?${query}` : "")),
  show: (found, query) => show(found, query === wanted),
  fail: (problem) => fail(problem.message, problem.errors, problem.status ? null : ask),
  busy: (is) => waiting.asking(is),
});
const refreshTables = bindMenus(figures, embedded.templates.light, (name) => view.numbersBehind(name, answer));

// ---- the tables ----

const reading = { busy: (is) => waiting.reading(is), standing: () => state.get("source") };
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
  const resized = examples !== answer.batch.shape[0] || features !== answer.batch.shape[1];
  if (resized) Object.assign(changes, fitting(examples, features));
  state.set(changes, how);
}

// The columns' names as a typed table says them; none where they are the ones that it has anyway.
function namesTyped(features) {
  const own = Array.from({ length: features }, (_, i) => `x${i}`);
  const names = own.map((name, i) => answer.batch.feature_names[i]?.replaceAll(",", " ") ?? name);
  return names.every((name, i) => name === own[i]) ? "" : names.join(",");
}

function ofOldSource() {
  if (state.get("source") === "inline" && state.get("layer_width") === "0") return { batch_size: "auto", selected: "" };
  const groups = new Set(["data", "upload", "layer_before"]);
  const names = Object.keys(embedded.schema).filter((name) => groups.has(embedded.schema[name].control.group) && !KEPT.has(name));
  const given = answer.batch.given.length ? { gamma: answer.gamma.join(","), beta: answer.beta.join(","), dy: stated(answer.dy) } : {};
  return { ...Object.fromEntries(names.map((name) => [name, state.fallback(name)])), ...given };
}

// What was said of the old size, for a table of another size.
function fitting(examples, features) {
  const { example, feature, output } = answer.cell;
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
  const { examples, features, lecture } = view.namesOf(answer);
  const shape = { examples, features, lecture };
  const same = (step) => features.map(() => step);
  grids.values.show(answer.batch.values, { ...shape, steps: answer.batch.drag_steps });
  grids.layer.show([answer.gamma, answer.beta], { ...shape, examples: [answer.symbols.gamma, answer.symbols.beta], steps: same(LAYER_STEP) });
  grids.dy.show(answer.dy, { ...shape, steps: same(DY_STEP) });
  showSizes(answer.batch.shape);
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
  return answer.nodes.some(({ name }) => name === wanted) ? wanted : answer.step;
}

function cellShown() {
  const [example, feature] = state.indices("cell");
  const [examples, features] = answer.batch.shape;
  const inside = example < examples && feature < features;
  return inside ? { example, feature, output: answer.cell.output } : answer.cell;
}

// Of the data that is there already: a step, or another cell, needs no answer.
function showWalk() {
  const [name, cell] = [stepShown(), cellShown()];
  view.showStep(answer, name, numbers, cell);
  graph.light(name);
  transport.show(answer.nodes.map((node) => node.name), name);
  for (const grid of ["values", "dy"]) view.markCell($(`grid-${grid}`), cell);
  if (name !== showWalk.told && showWalk.told) $("announced").textContent = $("step-title").textContent;
  showWalk.told = name;
}

// ---- answers ----

// What is looked at while a number is dragged first; the tables below at the first pause.
// The tables are written anew by the latest answer only: an earlier one would take back what was typed since.
function show(found, isLatest = true) {
  answer = found;
  numbers = new Numbers(answer);
  markCurrent();
  view.showTexts(answer);
  if (isLatest) showGrids();
  examples.show(answer.batch, answer.query);
  showDrawn(answer.batch, answer.query);
  graph.show(answer.nodes, answer.naive.on ? answer.naive.forgotten : []);
  showWalk();
  view.showLaws(answer);
  figures.show(answer.figures);
  showHandles();
  waiting.rest(showRest, REST_AFTER);
}

function showRest() {
  view.showSummed(answer, numbers, answer.cell);
  view.showNaive(answer);
  view.showRoutes(answer);
  view.showJacobian(answer, numbers, answer.cell);
  refreshTables();
  $("all-numbers").href = API.path + (state.query() ? `?${state.query()}` : "");
}

function fail(detail, errors, again = null) {
  markEarlier(true);
  showProblem(detail, errors, withFileName(answer.batch.title, answer), again);
  offerWays(errors, state);
}

state.onChange((names) => {
  document.body.dataset.notation = state.get("notation");
  relevance();
  showWalk();
  if (names === null || names.some((name) => !HERE.has(name))) ask();
});

function ask() {
  wanted = state.query();
  latest.want(wanted);
}

function relevance() {
  const setting = [state.get("notation"), state.get("eps_placement"), "train"].join("/");
  for (const variant of document.querySelectorAll("[data-holds-for]")) variant.hidden = !variant.dataset.holdsFor.split(" ").includes(setting);
  const inline = state.get("source") === "inline";
  const whole = inline && !state.isChanged("batch_size") && !state.isChanged("selected");
  const shown = { batch_size: !whole, selected: !whole, upstream_example: state.get("upstream") === "one_example", seed: !inline || state.get("upstream") === "auto" || state.get("upstream") === "random", weight_scale: state.get("layer_width") !== "0", layer_bias: state.get("layer_width") !== "0" };
  for (const [name, is] of Object.entries(shown)) document.querySelector(`.control[data-field="${name}"]`).hidden = !is;
  showUndone(state);
  showSource(state);
}

// ---- other controls ----

// A named gradient takes the place of a typed one. Before the control itself writes its value, so that no state in
// between is asked for.
$("c-upstream").addEventListener("change", () => state.set({ dy: "", upstream: $("c-upstream").value }), { capture: true });
$("naive").addEventListener("click", () => state.set({ naive: state.get("naive") === "on" ? "off" : "on" }));
$("c-cell").addEventListener("change", () => state.set({ cell: `${$("c-cell").value},${answer.cell.feature}` }));
$("c-output").addEventListener("change", () => state.set({ output: $("c-output").value }));

const scene = () => ({ terms: answer.terms, sides: Object.fromEntries(answer.nodes.map(({ name, side }) => [name, side])), cell: cellShown(), step: stepShown() });
for (const { element, plot } of figures.all()) {
  element.addEventListener("figure-ready", () => {
    plot.on("plotly_hover", ({ points: [point] }) => lightMark(point.data.meta.term, point.x, scene()));
    plot.on("plotly_unhover", dim);
    plot.on("plotly_click", ({ points: [point] }) => point.data.type === "heatmap" && state.set({ cell: `${point.x},${answer.cell.feature}`, output: point.y }));
  });
}

// ---- the example that is moved, by its mark ----

const [LEAST_MOVE, MOST_MOVE] = embedded.schema.move_by.control.slider;
const handles = new Handles(figures.panel("moved"), {
  pointed: (example) => lightMark("y", example, scene()),
  left: dim,
  taken(example) {
    if (example !== answer.moved.example) state.set({ cell: `${example},${answer.cell.feature}`, move_by: 0 }, { settle: false, later: true });
    handles.from = Number(state.get("move_by"));
  },
  moved(units, how) {
    const by = handles.from + units * answer.moved.pull;
    state.set({ move_by: Number(Math.min(MOST_MOVE, Math.max(LEAST_MOVE, by)).toFixed(2)) }, how);
  },
});

function showHandles() {
  const { example, after, titles } = answer.moved;
  handles.show(after.map((y, j) => ({ x: j, y, on: j === example, title: titles[j] })));
}

// ---- start ----

bindButtons(state);
bindUndo(state);
bindSource(state, { again: ask });
bindCopy(state, API);
bindLighting(scene);
relevance();
show(answer);
if (embedded.problem) {
  clearProblems();
  fail(embedded.problem.detail, embedded.problem.errors ?? []);
}
