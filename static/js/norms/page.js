// The norms: wires the state, the cubes, the server and the figures together.
import { getJson } from "../lib/server/api.js";
import { bindButtons } from "../lib/controls/buttons.js";
import { Controls } from "../lib/controls/controls.js";
import { Cubes } from "./cube.js";
import { markCurrent, markEarlier } from "../lib/server/earlier.js";
import { Examples } from "../lib/controls/examples.js";
import { Figures } from "../lib/figures/figures.js";
import { follower } from "../lib/server/follower.js";
import { bindMenus } from "../lib/controls/menus.js";
import { follow } from "./state.js";
import * as view from "./view.js";
import { clearProblems, showProblem } from "../lib/server/problems.js";
import { bindCopy } from "../lib/page/share.js";
import { bindReplay, bindSource, offerWays, showDrawn, showSource } from "../lib/controls/source.js";
import { State } from "../lib/page/state.js";
import { bindTerms } from "../lib/figures/terms.js";
import { withFileName } from "../lib/controls/upload.js";
import { Waiting } from "../lib/server/waiting.js";

const API = { path: "/api/v1/norms", figure: "before" };
const REST_AFTER = 120; // milliseconds
const NOTHING = "Nothing is computed.";
const SEE_FIELD = "Nothing is computed: see the marked field.";
const $ = (id) => document.getElementById(id);
const control = (name) => document.querySelector(`.control[data-field="${name}"]`);
const embedded = JSON.parse($("state").textContent);
const { terms } = embedded; // what is said of each word and symbol, which follows the answer
let answer = JSON.parse($("answer").textContent);

const state = new State(embedded.schema, (changes, before) => ({ ...follow(changes, before), ...examples.within(changes) }));
new Controls($("controls"), state);
const examples = new Examples(state, embedded.schema.batch_size);
const figures = new Figures(document, embedded.templates);
const waiting = new Waiting();
const latest = follower({
  ask: (query) => getJson(API.path + (query ? `?${query}` : "")),
  show,
  fail: (problem) => fail(problem.message, problem.errors, problem.status ? null : ask),
  busy: (is) => waiting.asking(is),
});
const refreshTables = bindMenus(figures, embedded.templates.light, (name) => view.numbersBehind(name, answer));
const cubes = new Cubes($("cubes"), { keep: (cell) => state.set({ cell: cell.join(",") }), told: $("cube-told"), said: $("cube-said") });

// The cubes and the sentences first; tables at the first pause of a drag.
function show(found) {
  answer = found;
  markCurrent();
  view.showTexts(answer);
  Object.assign(terms, answer.terms);
  cubes.show(answer, cell());
  figures.show(answer.figures);
  view.showDivisors(answer, state);
  examples.show({ examples: answer.batch.usual_examples, total: answer.batch.total }, answer.query);
  showDrawn({ examples: answer.batch.usual_examples, total: answer.batch.total }, answer.query);
  waiting.rest(showRest, REST_AFTER);
}

function showRest() {
  view.showTable(answer);
  refreshTables();
}

function fail(detail, errors, again = null) {
  markEarlier(answer !== null);
  if (answer === null) $("headline").textContent = errors.length ? SEE_FIELD : NOTHING;
  showProblem(detail, errors, answer ? withFileName(answer.batch.text, answer) : "", again);
  offerWays(errors, state);
}

// The cell in the address, else the one that the server takes; what is no cell is the server's to refuse.
function cell() {
  const places = state.indices("cell");
  return places.length === 3 && places.every(Number.isInteger) ? places : answer.cube.cell;
}

state.onChange((names) => {
  if (names?.every((name) => name === "cell") && answer && !$("view").classList.contains("stale")) {
    cubes.look(cell()); // all that it changes is here already
    return;
  }
  relevance();
  if (names === null || names.includes("source")) showSource(state);
  ask();
});

function ask() {
  latest.want(state.query());
}

// What the state alone decides, at once.
function relevance() {
  document.body.dataset.notation = state.get("notation");
  const shown = state.get("norm");
  const of = { groups: "group", ghost_size: "ghost", r_max: "renorm", d_max: "renorm" };
  for (const [name, norm] of Object.entries(of)) control(name).hidden = shown !== "all" && shown !== norm;
  control("huge_factor").hidden = state.get("situation") !== "huge_channel";
}

// ---- start ----

bindButtons(state);
bindSource(state, { again: ask, fits: () => ({ situation: "usual" }) });
bindReplay(state, ask);
bindCopy(state, API);
bindTerms(terms, figures);
relevance();
showSource(state);
if (answer) show(answer);
else if (!embedded.problem) ask();
if (embedded.problem) {
  clearProblems();
  fail(embedded.problem.detail, embedded.problem.errors ?? []);
}
