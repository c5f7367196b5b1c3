// The doctor: a file in, a table of norms out, one of them opened.
import { Layer } from "./layer.js";
import { Mend } from "./mend.js";
import { bindModels } from "./models.js";
import { Norms } from "./norms.js";
import { showCompared, showEvery, showFindings } from "./numbers.js";
import { bindButtons } from "../lib/controls/buttons.js";
import { fillList } from "../lib/figures/tables.js";
import { Page } from "../lib/page/page.js";
import { bindCopy } from "../lib/page/share.js";
import { markCurrent, markEarlier } from "../lib/server/earlier.js";
import { showProblem } from "../lib/server/problems.js";
import { tell } from "../lib/stage/svg.js";

const API = "/api/v1/doctor";
const OPENED = "arrays=opened"; // the page draws the opened layer alone
const $ = (id) => document.getElementById(id);

const page = new Page({ path: API, query, follow, decide, asks, show, stage, rest, fail, numbersBehind: () => document.createElement("table") });
const { state, embedded } = page;
const norms = new Norms($("norms"), state);
const layer = new Layer($("layer"), state);
const mend = new Mend(state);
const models = bindModels(state, page.waiting, { to: `${API}?${OPENED}`, format: () => page.answer?.model.format });

function query() {
  const asked = state.query();
  return asked ? `${asked}&${OPENED}` : OPENED;
}

// Another model has other layers, and another layer other channels.
function follow(changes) {
  const fresh = {};
  if ("model" in changes && !("norm" in changes)) fresh.norm = "";
  if ("model" in changes || "norm" in changes) fresh.channel = 0;
  return fresh;
}

// Back and Forward between ways to look at one report ask nobody.
function asks(names) {
  const here = names === null && page.answer && !$("view").classList.contains("stale") && isAnswered();
  if (here) stage(page.answer);
  return !here;
}

function isAnswered() {
  if (!page.answer) return false;
  const [asked, answered] = [[...new URLSearchParams(query())], Object.entries(page.answer.query)].map((fields) => JSON.stringify(fields.sort()));
  return asked === answered;
}

function decide() {
  models.show();
  mend.show(isAnswered() ? page.answer.model : null);
  const asked = state.query();
  for (const link of document.querySelectorAll("[data-report]")) {
    const fields = new URLSearchParams(asked);
    fields.delete("norm");
    fields.set("format", link.dataset.report);
    link.href = `${API}/report?${fields}`;
  }
}

function show(answer) {
  markCurrent();
  tell($("batch-line"), models.named(answer.model.text));
  tell($("headline"), models.named(answer.headline));
  fillList("warnings", answer.model.notes);
  $("warnings").hidden = answer.model.notes.length === 0;
}

// What is drawn anew when the table is sorted, or another channel looked at, as well.
function stage(answer) {
  if (!answer) return;
  norms.show(answer.rows, answer.layer?.norm);
  layer.show(answer.layer);
}

function rest(answer) {
  showEvery($("every"), answer.rows);
  showFindings($("all-findings"), answer.rows);
  showCompared(answer.compared);
  mend.show(answer.model);
}

function fail(detail, errors) {
  markEarlier(page.answer !== null);
  if (page.answer === null) tell($("headline"), "Nothing is read.");
  showProblem(detail, errors, page.answer ? models.named(page.answer.model.called) : "");
}

// The report as a program asks for it.
function python() {
  const asked = state.query();
  return [
    "import json, urllib.request",
    "",
    `report = json.load(urllib.request.urlopen(${JSON.stringify(location.origin + API + (asked ? `?${asked}` : ""))}))`,
    'print(report["headline"])',
    'for row in report["rows"]:',
    '    print(row["severity"], row["norm"], row["sentence"])',
  ].join("\n");
}

$("own-address").textContent = location.origin;
bindButtons(state);
bindCopy(state, { path: API, python });
page.start();
