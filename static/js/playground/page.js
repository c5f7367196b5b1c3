// The playground: wires the state, the controls, the server and the figures together.
import { getJson } from "../lib/server/api.js";
import { bindButtons, bindUndo, showUndone } from "../lib/controls/buttons.js";
import { Controls } from "../lib/controls/controls.js";
import { markCurrent, markEarlier } from "../lib/server/earlier.js";
import { Examples } from "../lib/controls/examples.js";
import { Figures } from "../lib/figures/figures.js";
import { follower } from "../lib/server/follower.js";
import { bindMenus } from "../lib/controls/menus.js";
import { PerFeature } from "./per_feature.js";
import { clearProblems, showProblem } from "../lib/server/problems.js";
import { bindCopy } from "../lib/page/share.js";
import { bindReplay, bindSource, offerWays, ofNewSource, showDrawn, showSource } from "../lib/controls/source.js";
import { State } from "../lib/page/state.js";
import { bindTerms } from "../lib/figures/terms.js";
import { withFileName } from "../lib/controls/upload.js";
import { numbersBehind, showFeatures, showFindings, showTexts } from "./view.js";
import { Waiting } from "../lib/server/waiting.js";

const REST_AFTER = 160; // milliseconds
const $ = (id) => document.getElementById(id);
const embedded = JSON.parse($("state").textContent);
let answer = JSON.parse($("answer").textContent);

const state = new State(embedded.schema, (changes, before) => ({ ...ofNewSource(changes, before), ...examples.within(changes) }));
const figures = new Figures(document, embedded.templates);
new Controls($("controls"), state);
const examples = new Examples(state, embedded.schema.batch_size);
const perFeature = new PerFeature(state);
const waiting = new Waiting();
const latest = follower({
  ask: (query) => getJson(`/api/v1/playground${query ? `?${query}` : ""}`),
  show,
  fail: (problem) => fail(problem.message, problem.errors, problem.status ? null : again),
  busy: (is) => waiting.asking(is),
});
const refreshTables = bindMenus(figures, embedded.templates.light, (name) => numbersBehind(name, answer));

// The plots and the sentence first; tables and lists follow at the first pause of a drag.
function show(found) {
  answer = found;
  markCurrent();
  figures.show(answer.figures);
  showTexts(answer);
  perFeature.show(answer);
  examples.show(answer.batch, answer.query);
  showDrawn(answer.batch, answer.query);
  relevance();
  waiting.rest(showRest, REST_AFTER);
}

function showRest() {
  showFindings(answer);
  showFeatures(answer, new Set(state.indices("selected")), pickFeature);
  showPair();
  perFeature.showTargets();
  refreshDownloads();
  refreshTables();
}

function fail(detail, errors, ask = null) {
  markEarlier(answer !== null);
  showProblem(detail, errors, answer ? withFileName(answer.batch.title, answer) : "", ask);
  offerWays(errors, state);
}

// What the state alone decides, at once.
state.onChange((names) => {
  relevance();
  document.body.dataset.notation = state.get("notation");
  showVariants();
  perFeature.refresh();
  if (names === null || names.includes("source")) showSource(state);
  again();
});

function again() {
  latest.want(state.query());
}

// The formulas of the notation, the placement of epsilon and the mode in force.
function showVariants() {
  const setting = ["notation", "eps_placement", "mode"].map((name) => state.get(name)).join("/");
  for (const variant of document.querySelectorAll("[data-holds-for]")) {
    variant.hidden = !variant.dataset.holdsFor.split(" ").includes(setting);
  }
  $("figure-activation").querySelector(".panel-title").textContent = `activation: ${$("c-activation").selectedOptions[0].text}`;
}

function relevance() {
  const inference = state.get("mode") === "inference";
  const shown = (field, is) => {
    const control = document.querySelector(`.control[data-field="${field}"]`);
    if (control) control.hidden = !is;
  };
  $("fold-running").hidden = !inference || Boolean(answer?.forward.running?.given);
  $("fold-layer").open ||= state.get("layer_width") !== "0";
  shown("weight_scale", state.get("layer_width") !== "0");
  shown("layer_bias", state.get("layer_width") !== "0");
  shown("upstream_example", state.get("upstream") === "one_example");
  showUndone(state);
  $("show-all").hidden = state.get("selected") === "";
}

// ---- which features ----

function pickFeature(feature, is) {
  const others = state.indices("selected").filter((other) => other !== feature);
  select(is ? [...others, feature] : others);
}

function select(features) {
  state.set({ selected: [...new Set(features)].sort((a, b) => a - b).join(",") });
}

$("show-all").addEventListener("click", () => state.set({ selected: "" }));

for (const { element, plot } of figures.all()) {
  element.addEventListener("figure-ready", () => plot.on("plotly_click", ({ points }) => pickRow(points[0])));
}

// A row of an overview stands for a feature, or for several neighbours.
function pickRow(point) {
  if (point?.data.type !== "heatmap") return;
  const pooled = point.data.meta.pooled ?? 1;
  const first = point.pointNumber[0] * pooled;
  const row = Array.from({ length: pooled }, (_, i) => first + i).filter((feature) => feature < answer.batch.feature_count);
  select([...state.indices("selected"), ...row]);
}

function showPair() {
  const { features, feature_names: names } = answer.batch;
  const chosen = answer.pair ?? [];
  for (const [i, id] of ["pair-a", "pair-b"].entries()) {
    $(id).replaceChildren(...features.map((feature, k) => new Option(names[k], String(feature))));
    $(id).value = String(chosen[i] ?? "");
  }
}

for (const id of ["pair-a", "pair-b"]) {
  $(id).addEventListener("change", () => state.set({ pair: `${$("pair-a").value},${$("pair-b").value}` }));
}

function refreshDownloads() {
  const query = state.query();
  const address = (stage, format) => `/api/v1/playground/data?${query ? `${query}&` : ""}stage=${stage}&format=${format}`;
  for (const link of document.querySelectorAll("[data-download]")) {
    link.href = address(link.closest("[data-figure]").dataset.figure, link.dataset.download);
  }
  for (const link of document.querySelectorAll("[data-statistics]")) link.href = address("statistics", link.dataset.statistics);
}

// ---- start ----

bindButtons(state);
bindUndo(state);
bindSource(state, { again });
bindReplay(state, again);
bindCopy(state);
bindTerms(() => answer?.terms ?? {}, figures);
relevance();
showVariants();
showSource(state);
if (answer) show(answer);
else if (!embedded.problem) again();
if (embedded.problem) {
  clearProblems();
  fail(embedded.problem.detail, embedded.problem.errors ?? []);
}
