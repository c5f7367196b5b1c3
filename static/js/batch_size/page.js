// Batch size: the size, the dragged example, and their own part of the page of a batch.
import { merged, ofLayer, ofMembers, ofSize, ofSource, Stale } from "./state.js";
import { Stage } from "./stage/stage.js";
import * as view from "./view.js";
import { scaleOf } from "../lib/controls/controls.js";
import { controlOf } from "../lib/controls/relevance.js";
import { showTitles } from "../lib/figures/captions.js";
import { BatchPage } from "../lib/page/batch_page.js";
import { tell } from "../lib/stage/svg.js";

const $ = (id) => document.getElementById(id);

const page = new BatchPage({
  path: "/api/v1/batch-size", figure: "estimates_deviation", long: true, nothing: "Nothing is drawn", taken: null,
  headlineOf, follow, asks, query, show, rest: view.showTables, stage: (answer) => answer && stage.show(answer.stage), numbersBehind: view.numbersBehind,
  merged: (newer, isLatest) => {
    if (isLatest) stale.clear(newer.parts);
    return merged(page.answer, newer);
  },
});
const { state, figures } = page;
const stale = new Stale();
const stage = new Stage(state, page.embedded.schema);
let fitting = false; // the state follows the answer, and nothing is asked for

// A batch cannot have more examples than there are.
function follow(changes, before) {
  const largest = page.answer?.batch.sizes.at(-1);
  const tooLarge = "size" in changes && !("source" in changes) && Number(changes.size) > largest;
  const within = tooLarge ? { size: largest } : {};
  const members = ofSize({ ...changes, ...within }, before);
  return { ...ofSource(changes, before), ...ofLayer(changes, before), ...members, ...ofMembers({ ...changes, ...members }, before), ...within };
}

// What is looked at during a drag first; tables at its first pause.
function show(answer) {
  limit(answer);
  fit({ size: answer.size, members: answer.dependence.x.before.length });
  view.showTexts(answer);
  showTitles(answer);
  view.showChoices(answer, state);
  showMatched();
}

// The slider ends where the source does.
function limit({ batch: { sizes } }) {
  scaleOf(controlOf("size")).upTo(sizes.at(-1));
}

// Of fewer examples than were asked for the answer has all of them, and says so; the controls and the address follow it.
function fit(most) {
  const tooLarge = Object.entries(most).filter(([name, value]) => Number(state.get(name)) > value);
  if (stale.any || tooLarge.length === 0) return;
  fitting = true;
  state.set(Object.fromEntries(tooLarge), { settle: false });
  fitting = false;
}

function asks(names) {
  if (fitting) return false;
  stale.add(names);
  return true;
}

function query() {
  const parts = stale.query;
  return [state.query(), parts ? `part=${parts}` : ""].filter(Boolean).join("&");
}

// ---- the headline of the tab that is open ----

function headlines({ headline, stage: { strip } }) {
  return { deal: headline, strip: strip.headline };
}

function headlineOf(answer) {
  return headlines(answer)[state.get("tab")];
}

// What is said of a wrong field stays.
state.onChange((names) => {
  const told = page.answer && Object.values(headlines(page.answer));
  if ((names === null || names.includes("tab")) && told?.includes($("headline").textContent)) tell($("headline"), headlineOf(page.answer));
});

// ---- the size and the feature ----

for (const button of document.querySelectorAll("[data-size]")) {
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled") === "true") return;
    state.set({ size: button.dataset.size === "all" ? page.answer.batch.sizes.at(-1) : button.dataset.size });
  });
}
$("c-feature").addEventListener("change", () => state.set({ feature: $("c-feature").value }));
$("c-example").addEventListener("change", () => state.set({ example: $("c-example").value, move_by: 0 }));

// A point of the estimates is a size; a pair of the noise leads to its first example.
const PICKED = {
  estimates: ({ x }) => state.set({ size: x }),
  noise: ({ x, data, customdata }) => {
    if (customdata) state.set({ example: customdata[0], move_by: 0 });
    else if (data.x.length === page.answer.noise.sizes.sizes.length) state.set({ size: x });
  },
};
figures.onReady((plot, name) => {
  const pick = PICKED[name.split("_")[0]];
  if (pick) plot.on("plotly_click", ({ points: [point] }) => pick(point));
});

// ---- the noise ----

$("match").addEventListener("click", () => state.set(page.answer.noise.matched));

function showMatched() {
  const is = ["rate", "deviation"].every((name) => Number(state.get(name)) === page.answer.noise.matched[name]);
  $("match").setAttribute("aria-pressed", String(is));
}

if (page.answer) stale.clear();
page.start();
