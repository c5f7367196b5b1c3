// The derivation: the stage, the tables, and their own part of the page of a batch.
import { Batch } from "./batch.js";
import { Graph } from "./graph.js";
import { bindLighting, dim, lightMark } from "./lighting.js";
import { Numbers } from "./slots.js";
import { Strip } from "./strip.js";
import * as view from "./view.js";
import { Walk } from "./walk.js";
import { bindMovedExample } from "../lib/controls/moved_example.js";
import { showControls } from "../lib/controls/relevance.js";
import { ofNewSource } from "../lib/controls/source.js";
import { BatchPage } from "../lib/page/batch_page.js";

const API = "/api/v1/derivation";
const HERE = new Set(["step"]); // fields that change nothing of the answer
const BESIDE_STRIP = new Set(["cell", "output", "move_by", "naive"]); // fields that leave what a hand did on the strip in sight
const STAND_INS = { sigma: "var", dsigma: "dscale" }; // nodes that there are not where epsilon is beside the variance
const $ = (id) => document.getElementById(id);

const page = new BatchPage({
  path: API, figure: "paths", follow, decide, asks, show, stage, rest, restAfter: 80, numbersBehind: view.numbersBehind,
  warnings: ({ batch, flags }) => [...batch.warnings, ...flags],
  bindTerms: () => bindLighting(scene),
});
const { state, figures } = page;
let onStage = null; // what the stage shows, of the latest answer
let numbers = null; // of the answers
let dragged = null; // the table that a drag on the stage made, as the address has it
let lying = null; // the feature of the strip and its inputs
let ofStrip = false; // while what changes comes from the strip

const batch = new Batch(page, {
  reading: { busy: (is) => page.waiting.reading(is), standing: () => state.get("source") },
  chosen: choose,
});
const graph = new Graph($("graph"));
const walk = new Walk(state);
const strip = new Strip($("strip"), {
  chosen: (example) => choose(example, cellShown().feature), moved,
  still: (is) => $("put-back").setAttribute("aria-disabled", String(is)),
});

function follow(changes, before) {
  const gone = changes.eps_placement === "variance" && STAND_INS[before.get("step")];
  return { ...ofNewSource(changes, before), ...(gone ? { step: gone } : {}) };
}

function choose(example, feature) {
  const cell = `${example},${feature}`;
  if (cell !== state.get("cell")) state.set({ cell }, { settle: false });
}

function moved(places, how) {
  const { feature } = cellShown();
  ofStrip = true;
  batch.move(places.map(([example, value]) => ({ example, feature, text: String(value) })), how);
  ofStrip = false;
  dragged = state.get("values");
}

// What a hand did on the strip stays in sight until anything else is asked for.
function leaveStrip(names) {
  const elsewhere = names === null || names.some((name) => !BESIDE_STRIP.has(name));
  if (elsewhere && !ofStrip && !state.isOfPage(names)) strip.release();
}

// ---- what is looked at ----

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
  view.showFormula(page.answer, onStage, name, numbers, cell);
  view.showStep(page.answer, name, cell);
  graph.light(name);
  walk.show(page.answer.nodes.map((node) => node.name), name, page.isUnsolved);
  for (const grid of Batch.of) view.markCell($(`grid-${grid}`), cell);
  $("headline").textContent = onStage.sentences[name];
}

// Whether the strip's numbers are other ones than a hand on it made.
function isFromElsewhere({ cell: { feature }, drag: { inputs } }) {
  const before = lying;
  lying = { feature, values: String(inputs.values) };
  if (lying.feature !== before?.feature) return true;
  return lying.values !== before.values && state.get("values") !== dragged;
}

// While a hand moves, of the stage's answer alone.
function stage(answer) {
  if (!answer) return;
  onStage = answer.stage;
  numbers = new Numbers(page.answer, onStage);
  view.showStage(onStage);
  strip.show(onStage.drag, isFromElsewhere(onStage));
  showWalk();
}

// ---- answers ----

// What is looked at while a number is dragged first; the tables below at the first pause.
// The tables are written anew by the latest answer only: an earlier one would take back what was typed since.
function show(answer, isLatest) {
  view.showTexts(answer);
  if (isLatest) batch.show(answer);
  graph.show(answer.nodes, answer.naive.on ? answer.naive.forgotten : []);
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
  if (page.answer) showWalk();
  return page.isUnsolved || names === null || names.some((name) => !HERE.has(name));
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
$("put-back").addEventListener("click", () => strip.putBack());
state.onChange(leaveStrip);
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

// ---- the example that is moved, by its mark in the figure ----

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
