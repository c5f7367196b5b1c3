// The gradient check: fields to paste into, a probe to compute on, and what the checker says.
import { getJson, Latest, Problem } from "../lib/api.js";
import { Controls } from "../lib/controls.js";
import { clearProblems, showProblem } from "../lib/problems.js";
import { showReport } from "../lib/report.js";
import { copy } from "../lib/share.js";
import { State } from "../lib/state.js";

const API = "/api/v1/gradient-check";
const BATCH = ["x", "dy", "gamma", "beta"];
const $ = (id) => document.getElementById(id);
const embedded = JSON.parse($("state").textContent);
const first = JSON.parse($("answer").textContent);
const state = new State(embedded.schema);
const fields = [...document.querySelectorAll("[data-tensor]")];
new Controls($("probe-controls"), state);

// ---- asking ----

const checks = new Latest({ ask: send, show: (report) => report !== undefined && shown(report), fail: failed, busy });
const probes = new Latest({ ask: fetchProbe, show: showProbe, fail: failed, busy });

function busy(is) {
  $("result").setAttribute("aria-busy", String(is));
}

async function send(body) {
  if (body === "") return null;
  const response = await fetch(API, { method: "POST", body, headers: { "Content-Type": "application/json" } }).catch(() => null);
  if (!response) throw new Problem({ detail: "The server does not answer. Check again in a moment." });
  const answer = await response.json();
  if (!response.ok) throw new Problem(answer);
  return answer;
}

function shown(report) {
  clearProblems();
  showReport(report);
  $("to-probe").hidden = !report?.warnings.length || !usesOwnBatch();
}

function failed(problem) {
  clearProblems();
  showReport(null);
  showProblem(problem.message, problem.errors);
}

function check() {
  checks.want(body());
}

// The JSON of what stands in the fields; "" where no tensor does.
function body() {
  const given = Object.fromEntries(fields.filter(({ value }) => value.trim()).map((field) => [field.dataset.tensor, field.value]));
  if (!Object.keys(given).some((name) => !BATCH.includes(name))) return "";
  if (usesOwnBatch()) return JSON.stringify({ ...given, eps: Number($("c-eps").value), eps_placement: state.get("eps_placement") });
  return JSON.stringify({ ...given, ...probeFields() });
}

function probeFields() {
  return { seed: Number(state.get("seed")), axes: Number(state.get("axes")), eps_placement: state.get("eps_placement") };
}

function usesOwnBatch() {
  return BATCH.some((name) => $(`c-${name}`).value.trim());
}

// ---- the probe and its examples ----

async function fetchProbe() {
  const query = new URLSearchParams({ seed: state.get("seed"), axes: state.get("axes"), eps_placement: state.get("eps_placement") });
  const mistake = state.get("mistake");
  const probe = await getJson(`${API}/probe?${query}`);
  if (mistake === "own") return { probe, tensors: null };
  if (!probe.mistakes.includes(mistake)) return { probe, tensors: {} };
  return { probe, tensors: await getJson(`${API}/example?${query}&mistake=${encodeURIComponent(mistake)}`) };
}

function showProbe({ probe, tensors }) {
  clearProblems();
  writeProbe(probe);
  listExamples(probe.mistakes);
  if (tensors) fill(tensors);
  check();
}

function writeProbe(probe) {
  const names = ["x", "gamma", "beta", "dy", "eps"];
  $("probe-text").textContent = names.map((name) => `${name} = ${python(probe[name])}`).join("\n");
}

function fill(tensors) {
  for (const field of fields) field.value = tensors[field.dataset.tensor] ? python(tensors[field.dataset.tensor]) : "";
}

function python(value) {
  return JSON.stringify(value).replaceAll("],[", "],\n [").replaceAll(",", ", ").replaceAll(", \n", ",\n");
}

function listExamples(names) {
  const options = names.map((name) => new Option(embedded.catalogue[name], name));
  $("c-mistake").replaceChildren(new Option("my own gradients", "own"), ...options);
  const chosen = state.get("mistake");
  $("c-mistake").value = names.includes(chosen) ? chosen : "own"; // a mistake about images does not exist without them
}

state.onChange(() => {
  refreshSnippets();
  probes.want(state.query());
});

$("c-mistake").addEventListener("change", () => {
  if ($("c-mistake").value === "own") fill({});
  state.set({ mistake: $("c-mistake").value });
});
$("new-draw").addEventListener("click", () => state.set({ seed: (Number(state.get("seed")) + 1) % 2 ** 32 }));

// ---- what a person gives ----

for (const field of fields) {
  field.addEventListener("change", () => {
    if (state.get("mistake") === "own") check();
    else state.set({ mistake: "own" });
  });
}
$("c-eps").addEventListener("change", check);
$("answers").addEventListener("submit", (event) => {
  event.preventDefault();
  check();
});
$("clear").addEventListener("click", () => {
  fill({});
  state.set({ mistake: "own" });
});
$("to-probe").addEventListener("click", () => {
  fill({}); // gradients of another batch say nothing of this one
  $("own-batch").open = false;
  $("probe-text").scrollIntoView({ block: "center" });
  check();
});
$("npz").addEventListener("change", () => {
  if ($("npz").files[0]) checks.want($("npz").files[0]);
  $("npz").value = "";
});

// ---- code to take along ----

function refreshSnippets() {
  const { seed, axes, eps_placement: placement } = probeFields();
  for (const [name, text] of Object.entries(snippets)) {
    const seeded = text.replace(/(seed = ".*?", )\d+/, `$1${seed}`).replace(/axes=\d/, `axes=${axes}`).replace(/"axes": \d/, `"axes": ${axes}`);
    $(`snippet-${name}`).firstElementChild.textContent = seeded.replaceAll(/(eps_placement(?:=|": "))\w+/g, `$1${placement}`);
  }
}
const snippets = Object.fromEntries([...document.querySelectorAll("pre[id^=snippet-]")].map((pre) => [pre.id.slice(8), pre.textContent]));

for (const button of document.querySelectorAll("[data-snippet]")) {
  button.addEventListener("click", () => {
    for (const other of document.querySelectorAll("[data-snippet]")) {
      other.setAttribute("aria-pressed", String(other === button));
      $(`snippet-${other.dataset.snippet}`).hidden = other !== button;
    }
  });
}

const TEXTS = {
  link: () => location.origin + state.address(),
  curl: () => `curl -s ${location.origin}${API} -H 'content-type: application/json' -d '${body().replaceAll("'", "")}'`,
};
$("copy-snippet").addEventListener("click", async () => tell(await copy(document.querySelector(".snippet[id^=snippet-]:not([hidden])").textContent), "the code"));
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => tell(await copy(TEXTS[button.dataset.copy]()), button.dataset.copy === "link" ? "the link" : "curl"));
}

function tell(done, what) {
  $("copied").textContent = done ? `Copied: ${what}.` : "The browser refused to copy.";
}

// ---- start ----

listExamples(first.probe.mistakes);
fill(first.tensors);
writeProbe(first.probe);
shown(first.report);
if (embedded.problem) showProblem(embedded.problem.detail, embedded.problem.errors ?? []);
