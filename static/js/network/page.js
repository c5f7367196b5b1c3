// The network: wires the state, the schematic, the disturbance, the server and the figures together.
import { bindButtons } from "../lib/controls/buttons.js";
import { Controls, scaleOf } from "../lib/controls/controls.js";
import { markCurrent, markEarlier } from "../lib/server/earlier.js";
import { Examples } from "../lib/controls/examples.js";
import { Figures } from "../lib/figures/figures.js";
import { LongFollower } from "../lib/server/follower.js";
import { bindMenus } from "../lib/controls/menus.js";
import { follow, ofUpload } from "./state.js";
import * as view from "./view.js";
import { isNumber } from "../lib/figures/numbers.js";
import { clearProblems, showProblem } from "../lib/server/problems.js";
import { Schematic } from "./schematic.js";
import { bindCopy } from "../lib/page/share.js";
import { bindReplay, bindSource, offerWays, showDrawn, showSource } from "../lib/controls/source.js";
import { State } from "../lib/page/state.js";
import { bindTerms } from "../lib/figures/terms.js";
import { withFileName } from "../lib/controls/upload.js";
import { Waiting } from "../lib/server/waiting.js";

const API = { path: "/api/v1/network", figure: "depth_deviation" };
const REST_AFTER = 120; // milliseconds
const DISTURB = ["disturb_layer", "disturb_factor", "disturb_shift"];
const CANCELLED = "Cancelled.";
const NOTHING = "Nothing is computed.";
const SEE_FIELD = "Nothing is computed: see the marked field.";
const $ = (id) => document.getElementById(id);
const control = (name) => document.querySelector(`.control[data-field="${name}"]`);
const embedded = JSON.parse($("state").textContent);
let answer = JSON.parse($("answer").textContent);
const { terms } = embedded; // what is said of each word and symbol, which follows the answer
let unsolved = embedded.problem; // what is wrong with the address, until something is changed

const state = new State(embedded.schema, (changes, before) => ({ ...follow(changes, before), ...examples.within(changes) }));
bindFirstMove();
new Controls(document, state);
const examples = new Examples(state, embedded.schema.batch_size);
const figures = new Figures(document, embedded.templates);
const waiting = new Waiting();
const latest = new LongFollower({
  path: API.path,
  show: (found) => {
    show(found);
    if (unsolved) fail(unsolved.detail, unsolved.errors ?? []);
  },
  fail: (problem) => fail(problem.message, problem.errors, problem.status ? null : ask),
  cancelled,
  busy: (is) => waiting.asking(is),
  progress: showProgress,
});
const refreshTables = bindMenus(figures, embedded.templates.light, (name) => view.numbersBehind(name, answer));
const schematic = new Schematic($("schematic"), {
  open: (joint) => state.set({ joint }),
  disturb: (block) => state.set({ disturb_layer: Number(state.get("disturb_layer")) === block ? 0 : block }),
});

// What is looked at during a drag first; lists and tables at its first pause.
function show(found) {
  answer = found;
  markCurrent();
  view.showTexts(answer);
  Object.assign(terms, answer.terms);
  view.showKinds(answer, embedded.kinds);
  view.showDisturbance(answer);
  schematic.show(answer);
  figures.show(answer.figures);
  examples.show(answer.batch, answer.query);
  showDrawn(answer.batch, answer.query);
  waiting.rest(showRest, REST_AFTER);
}

function showRest() {
  view.showClaim(answer);
  refreshTables();
}

function fail(detail, errors, again = null) {
  markEarlier(answer !== null);
  if (answer === null && !unsolved) $("headline").textContent = errors.length ? SEE_FIELD : NOTHING;
  showProblem(detail, errors, answer ? withFileName(`${answer.batch.title}, ${answer.network.text}`, answer) : "", again);
  offerWays(errors, state);
}

function cancelled() {
  fail(CANCELLED, [], ask);
}

function showProgress(told) {
  $("progress").hidden = told === null;
  if (told === null) return void (showProgress.since = null);
  showProgress.since ??= performance.now();
  $("progress-bar").max = told.of;
  $("progress-bar").value = told.done;
  $("progress-text").textContent = told.text;
  $("progress-time").textContent = `${Math.round((performance.now() - showProgress.since) / 1000)} s`;
}

state.onChange((names) => {
  relevance();
  if (names === null || names.includes("source")) showSource(state);
  ask();
});

function ask() {
  unsolved = null;
  latest.want(state.query());
}

// What the state alone decides, at once.
function relevance() {
  const notation = state.get("notation");
  document.body.dataset.notation = notation;
  const normed = state.get("norm") !== "none";
  for (const name of ["norm_place", "eps", "eps_placement"]) control(name).hidden = !normed;
  $("layer-group").hidden = !normed;
  scaleOf(control("depth")).upTo(state.endOf("depth"));
  if (isNumber(state.get("depth"))) scaleOf(control("disturb_layer")).upTo(Number(state.get("depth")));
  for (const link of document.querySelectorAll("a[data-query]")) {
    link.href = `?${link.dataset.query}${notation === "frameworks" ? "" : `&notation=${notation}`}`;
  }
  $("claim-set").querySelector("a").href = document.querySelector(`[data-preset="${state.get("preset")}"] a`)?.href ?? "#";
}

// ---- disturb ----

// A factor or a shift that is moved while no block is picked disturbs the first. Before the control itself writes its
// value, so that no state in between is asked for.
function bindFirstMove() {
  for (const name of ["disturb_factor", "disturb_shift"]) {
    const [slide, field] = [control(name).querySelector(".slide"), control(name).querySelector("input.value")];
    const first = (value, how) => state.get("disturb_layer") === "0" && state.set({ disturb_layer: 1, [name]: value() }, how);
    slide.addEventListener("input", () => first(() => scaleOf(control(name)).value, { settle: false }), { capture: true });
    field.addEventListener("change", () => first(() => field.value.trim(), {}), { capture: true });
  }
}

$("cancel").addEventListener("click", () => latest.cancel());
$("disturb-first").addEventListener("click", () => state.set({ disturb_layer: 1 }));
$("undo-disturbance").addEventListener("click", () => state.reset(DISTURB));
for (const button of document.querySelectorAll("[data-kind-of]")) {
  button.addEventListener("click", () => state.set({ shown: button.dataset.kindOf }));
}

// A row of the small multiples opens its block's joint.
for (const { element, plot } of figures.all()) {
  element.addEventListener("figure-ready", () => plot.on("plotly_click", ({ points: [point] }) => pick(element.dataset.figure, point)));
}

function pick(figure, point) {
  if (!/^(activations|gradients)_/.test(figure) || !point?.text) return;
  state.set({ joint: `${answer.shown}${point.text}` });
}

// ---- start ----

bindButtons(state);
bindSource(state, { again: ask, fits: (upload) => ofUpload(upload, state) });
bindReplay(state, ask);
bindCopy(state, API);
bindTerms(terms, figures);
relevance();
showSource(state);
if (answer) show(answer);
else latest.want(unsolved ? String(new URLSearchParams(embedded.query)) : state.query()); // without the wrong field
if (unsolved) {
  clearProblems();
  fail(unsolved.detail, unsolved.errors ?? []);
}
