// Batch size: wires the state, the size, the dragged example, the server and the figures together.
import { merged, ofLayer, ofMembers, ofSource, Stale } from "./state.js";
import * as view from "./view.js";
import { bindButtons } from "../lib/controls/buttons.js";
import { Controls, scaleOf } from "../lib/controls/controls.js";
import { markCurrent, markEarlier } from "../lib/server/earlier.js";
import { Figures } from "../lib/figures/figures.js";
import { LongFollower } from "../lib/server/follower.js";
import { Handles } from "../lib/controls/handles.js";
import { bindMenus } from "../lib/controls/menus.js";
import { clearProblems, showProblem } from "../lib/server/problems.js";
import { bindCopy } from "../lib/page/share.js";
import { bindSource, offerWays, showDrawn, showSource } from "../lib/controls/source.js";
import { State } from "../lib/page/state.js";
import { bindTerms } from "../lib/figures/terms.js";
import { withFileName } from "../lib/controls/upload.js";
import { Waiting } from "../lib/server/waiting.js";

const API = { path: "/api/v1/batch-size", figure: "estimates_deviation" };
const REST_AFTER = 120; // milliseconds
const CANCELLED = "Cancelled.";
const NOTHING = "Nothing is drawn.";
const SEE_FIELD = "Nothing is drawn: see the marked field.";
const $ = (id) => document.getElementById(id);
const embedded = JSON.parse($("state").textContent);
let answer = JSON.parse($("answer").textContent);

// A batch cannot have more examples than there are.
const state = new State(embedded.schema, (changes, before) => {
  const largest = answer?.batch.sizes.at(-1);
  const tooLarge = "size" in changes && !("source" in changes) && Number(changes.size) > largest;
  return { ...ofSource(changes, before), ...ofLayer(changes, before), ...ofMembers(changes, before), ...(tooLarge ? { size: largest } : {}) };
});
const stale = new Stale();
const MOST_MEMBERS = embedded.schema.members.control.slider[1];
let fitting = false; // the state follows the answer, and nothing is asked for
const figures = new Figures(document, embedded.templates);
new Controls(document, state);
const waiting = new Waiting();
const latest = new LongFollower({
  path: API.path,
  show: (found, isLatest) => {
    if (isLatest) stale.clear(found.parts);
    show(merged(answer, found));
  },
  fail: (problem) => fail(problem.message, problem.errors, problem.status ? null : ask),
  cancelled,
  busy: (is) => waiting.asking(is),
  progress: showProgress,
});
const refreshTables = bindMenus(figures, embedded.templates.light, (name) => view.numbersBehind(name, answer));

// What is looked at during a drag first; lists and tables at its first pause.
function show(found) {
  answer = found;
  limit(answer);
  fit({ size: answer.size, members: answer.dependence.x.before.length });
  markCurrent();
  view.showTexts(answer);
  view.showTitles(answer.figures);
  view.showChoices(answer, state);
  figures.show(answer.figures);
  showDrawn({}, answer.query);
  showHandles();
  showMatched();
  waiting.rest(showRest, REST_AFTER);
}

// The sliders end where the source does.
function limit({ batch: { sizes, total } }) {
  const most = { size: sizes.at(-1), members: Math.min(total ?? MOST_MEMBERS, MOST_MEMBERS) };
  for (const [name, end] of Object.entries(most)) scaleOf(document.querySelector(`.control[data-field="${name}"]`)).upTo(end);
}

// Of fewer examples than were asked for the answer has all of them, and says so; the controls and the address follow it.
function fit(most) {
  const tooLarge = Object.entries(most).filter(([name, value]) => Number(state.get(name)) > value);
  if (stale.any || tooLarge.length === 0) return;
  fitting = true;
  state.set(Object.fromEntries(tooLarge), { settle: false });
  fitting = false;
}

function showRest() {
  view.showTables(answer);
  refreshTables();
}

function fail(detail, errors, again = null) {
  markEarlier(answer !== null);
  if (answer === null) $("headline").textContent = errors.length ? SEE_FIELD : NOTHING;
  showProblem(detail, errors, answer ? withFileName(answer.batch.title, answer) : "", again);
  offerWays(errors, state);
}

function cancelled() {
  fail(CANCELLED, [], ask);
}

function showProgress(told) {
  $("progress").hidden = told === null;
  if (told === null) return;
  $("progress-bar").max = told.of;
  $("progress-bar").value = told.done;
  $("progress-text").textContent = told.text;
}

state.onChange((names) => {
  if (fitting) return;
  stale.add(names);
  document.body.dataset.notation = state.get("notation");
  if (names === null || names.includes("source")) showSource(state);
  showLayer();
  ask();
});

// Weights and bias are those of the layer in front, if there is one.
function showLayer() {
  const is = state.get("layer_width") !== "0";
  $("fold-layer").open ||= is;
  for (const name of ["weight_scale", "layer_bias"]) document.querySelector(`.control[data-field="${name}"]`).hidden = !is;
}

function ask() {
  const parts = stale.query;
  latest.want([state.query(), parts ? `part=${parts}` : ""].filter(Boolean).join("&"));
}

// ---- the size and the feature ----

for (const button of document.querySelectorAll("[data-size]")) {
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled") === "true") return;
    state.set({ size: button.dataset.size === "all" ? answer.batch.sizes.at(-1) : button.dataset.size });
  });
}
$("c-feature").addEventListener("change", () => state.set({ feature: $("c-feature").value }));
$("c-example").addEventListener("change", () => state.set({ example: $("c-example").value, move_by: 0 }));

// A point of the estimates is a size; a pair of the noise leads to its first example.
const PICKED = {
  estimates: ({ x }) => state.set({ size: x }),
  noise: ({ x, data, customdata }) => {
    if (customdata) state.set({ example: customdata[0], move_by: 0 });
    else if (data.x.length === answer.noise.sizes.sizes.length) state.set({ size: x });
  },
};
for (const { element, plot } of figures.all()) {
  const pick = PICKED[element.dataset.figure.split("_")[0]];
  if (!pick) continue;
  element.addEventListener("figure-ready", () => plot.on("plotly_click", ({ points: [point] }) => pick(point)));
}

// ---- the noise ----

$("match").addEventListener("click", () => state.set(answer.noise.matched));

function showMatched() {
  const is = ["rate", "deviation"].every((name) => Number(state.get(name)) === answer.noise.matched[name]);
  $("match").setAttribute("aria-pressed", String(is));
}

// ---- the example that is dragged ----

const [LEAST_MOVE, MOST_MOVE] = embedded.schema.move_by.control.slider;
const handles = new Handles(figures.panel("strip_x"), {
  pointed: () => {},
  left: () => {},
  taken(example) {
    if (example !== Number(state.get("example"))) state.set({ example, move_by: 0 }, { settle: false, later: true });
    handles.from = Number(state.get("move_by"));
  },
  moved(units, how) {
    const by = handles.from + units / (answer.dependence.unit || 1);
    state.set({ move_by: Number(Math.min(MOST_MOVE, Math.max(LEAST_MOVE, by)).toFixed(2)) }, how);
  },
});

function showHandles() {
  const { example, x, handles: titles } = answer.dependence;
  handles.show(x.after.map((y, j) => ({ x: j, y, on: j === example, title: titles[j] })));
}

// ---- start ----

$("cancel").addEventListener("click", () => latest.cancel());
bindButtons(state);
bindSource(state, { again: ask });
bindCopy(state, API);
bindTerms(embedded.terms, figures);
showSource(state);
showLayer();
if (answer) {
  stale.clear();
  show(answer);
} else if (!embedded.problem) ask();
if (embedded.problem) {
  clearProblems();
  fail(embedded.problem.detail, embedded.problem.errors ?? []);
}
