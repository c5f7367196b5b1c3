// The playground: its own part of the page of a batch.
import { PerFeature } from "./per_feature.js";
import { Stage } from "./stage.js";
import { numbersBehind, showFeatures, showFindings, showTexts } from "./view.js";
import { showControls } from "../lib/controls/relevance.js";
import { ofNewSource } from "../lib/controls/source.js";
import { BatchPage } from "../lib/page/batch_page.js";

const API = "/api/v1/playground";
const $ = (id) => document.getElementById(id);

const page = new BatchPage({ path: API, long: true, figure: "x_hat", follow: ofNewSource, decide, show, stage: showStage, rest, restAfter: 160, numbersBehind });
const { state, figures } = page;
const perFeature = new PerFeature(state);
const stage = new Stage(state, perFeature);

function showStage(answer) {
  if (answer) stage.show(answer);
}

// The plots and the sentence first; tables and lists follow at the first pause of a drag.
function show(answer) {
  showTexts(answer);
  perFeature.show(answer);
  showRelevant();
}

function rest(answer) {
  document.querySelector('[data-part="everything"]').hidden = answer.everything === undefined;
  showFindings(answer);
  showFeatures(answer, new Set(state.indices("selected")), pickFeature);
  showPair();
  perFeature.showTargets();
  refreshDownloads();
}

// What the state decides, at once.
function decide() {
  showRelevant();
  perFeature.refresh();
}

function showRelevant() {
  const inference = state.get("mode") === "inference";
  $("fold-running").hidden = !inference || Boolean(page.answer?.forward.running?.given);
  showControls({ upstream_example: state.get("upstream") === "one_example" });
  $("show-all").hidden = state.get("selected") === "";
  $("figure-activation").querySelector(".panel-title").textContent = `activation: ${$("c-activation").selectedOptions[0].text}`;
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

figures.onReady((plot) => plot.on("plotly_click", ({ event }) => pickRow(plot, event)));

// A row of an overview stands for a feature, or for several neighbours. The one under the pointer is meant, though the
// nearest stroke may lie in the next.
function pickRow(plot, { clientY }) {
  const rows = plot.data.find(({ type }) => type === "heatmap");
  if (!rows) return;
  const { top, height } = plot.querySelector(".nsewdrag").getBoundingClientRect();
  const [low, high] = plot.layout.yaxis.range;
  const pooled = rows.meta.pooled ?? 1;
  const first = Math.round(high + ((clientY - top) / height) * (low - high)) * pooled;
  const row = Array.from({ length: pooled }, (_, i) => first + i).filter((feature) => feature < page.answer.batch.feature_count);
  select([...state.indices("selected"), ...row]);
}

function showPair() {
  const { features, feature_names: names } = page.answer.batch;
  const chosen = page.answer.pair ?? [];
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
  const address = (stage, format) => `${API}/data?${query ? `${query}&` : ""}stage=${stage}&format=${format}`;
  for (const link of document.querySelectorAll("[data-download]")) {
    link.href = address(link.closest("[data-figure]").dataset.figure, link.dataset.download);
  }
  for (const link of document.querySelectorAll("[data-statistics]")) link.href = address("statistics", link.dataset.statistics);
}

page.start();
