// The gradient check: the fields, the file, and its own part of the page.
import { Pasted } from "./pasted.js";
import { checkText } from "./share.js";
import { numbersBehind, showBatch, showFound } from "./view.js";
import { bindDrop } from "../lib/controls/upload.js";
import { bindTerms } from "../lib/figures/terms.js";
import { Page } from "../lib/page/page.js";
import { copy } from "../lib/page/share.js";
import { postJson } from "../lib/server/api.js";
import { clearProblems, showAt, showProblem } from "../lib/server/problems.js";

const API = "/api/v1/gradient-check";
const TYPED_AFTER = 400; // milliseconds
const MINE = ["dx", "dgamma", "dbeta", "dx_hat", "dvar", "dsigma", "dmean"];
const BATCH = ["x", "dy", "gamma", "beta", "running_mean", "running_var"];
const CONVENTION = ["norm", "mode", "forward_variance"];
const SETTINGS = ["seed", "axes", "eps", "eps_placement", "feature_axis", ...CONVENTION, "groups", "axis"];
const CHOICES = ["batch", "way", "form"];
const $ = (id) => document.getElementById(id);

const page = new Page({
  path: `${API}/view`, ask: (body, path) => postJson(path, body), query: () => pasted.body(),
  files: API, fileQuery: (state) => (pasted.inAddress ? state.query() : null),
  decide, asks, show, fail, restAfter: 0, numbersBehind,
});
const { state, waiting } = page;
const pasted = new Pasted(state, [...MINE, ...BATCH]);

function show(answer) {
  $("view").classList.remove("empty");
  showFound(answer, state.get("batch") === "own" ? takeProbe : null);
  showBatch(answer);
  showExamples();
  showTexts();
  $("snippet").textContent = answer.snippet;
  $("snippet-note").textContent = answer.snippet_note;
  $("snippet-note").hidden = answer.snippet_note === "";
  for (const [name, why] of Object.entries(answer.refused)) showAt(name, why);
}

// No verdict stands on what is not checked: the one before it was on other numbers. What is given stays as it is, and so
// does the page's length, so that nothing scrolls away from under whoever typed it.
function fail(detail, errors) {
  $("view").classList.add("empty");
  $("batch-line").textContent = "";
  $("batch").textContent = "";
  $("headline").textContent = "Nothing is checked: see the marked field.";
  $("jump").textContent = "Not checked: see the marked field.";
  showProblem(detail, errors);
}

function asks(names) {
  if (names === null) showTexts();
  return true;
}

// A notebook's door, unless gradients are given or an example is asked for.
function door() {
  if (state.get("way") !== "auto") return state.get("way");
  return isMine() || state.isChanged("mistake") ? "paste" : "code";
}

// What the state alone decides, at once.
function decide() {
  for (const name of CHOICES) {
    const chosen = name === "way" ? door() : state.get(name);
    for (const radio of document.querySelectorAll(`input[name="${name}"]`)) radio.checked = radio.value === chosen;
    for (const part of document.querySelectorAll(`[data-for-${name}]`)) part.hidden = part.getAttribute(`data-for-${name}`) !== chosen;
  }
  decideNorm();
  $("in-link").hidden = pasted.inAddress;
  $("third").open = state.get("numeric") === "true";
  for (const link of document.querySelectorAll("[data-probe]")) link.href = probeAddress(link.dataset.probe);
}

// The fields that mean something for the norm and the mode; inference needs running statistics.
function decideNorm() {
  const { norm, mode } = convention();
  for (const part of document.querySelectorAll("[data-for-norm]")) part.hidden = !part.dataset.forNorm.split(" ").includes(norm);
  document.querySelector("[data-for-variance]").hidden = norm === "rms" || mode === "inference";
  if (mode === "inference") $("fold-running").open = true;
  decideTensors(norm === "batch" ? mode : norm);
}

// A tensor that there is not, as of a norm without β or of constant statistics, has no field, unless something is in it.
function decideTensors(kind) {
  for (const field of document.querySelectorAll(".control[data-tensor]")) field.hidden = field.dataset.without.split(" ").includes(kind) && pasted.get(field.dataset.tensor).trim() === "";
}

// What of the convention is in force: the hidden fields are not.
function convention() {
  const norm = state.get("norm");
  const mode = norm === "batch" ? state.get("mode") : "train";
  const biased = norm === "rms" || mode === "inference";
  return { norm, mode, forward_variance: biased ? "biased" : state.get("forward_variance") };
}

function axes() {
  return state.get("norm") === "instance" ? "4" : state.get("axes");
}

function probeAddress(format) {
  const names = ["seed", "eps_placement"].map((name) => [name, state.get(name)]);
  const query = new URLSearchParams([...names, ["axes", axes()], ...Object.entries(convention())]);
  return `${API}/probe?${query}&format=${format}`;
}

// ---- the fields of tensors ----

const isMine = () => MINE.some((name) => pasted.get(name).trim() !== "");

// The fields hold what is checked: the person's own texts, or those of the example.
function showTexts() {
  const ready = isMine() || !page.answer ? {} : page.answer.texts;
  for (const name of [...MINE, ...BATCH]) {
    const text = pasted.get(name) || (ready[name] ?? "");
    if (document.activeElement !== $(`c-${name}`) || !typing.has(name)) $(`c-${name}`).value = text;
  }
}

function showExamples() {
  const options = [new Option("None: the fields below are mine", "own")];
  options.push(...Object.entries(page.answer.examples).map(([id, title]) => new Option(title, id)));
  $("c-mistake").replaceChildren(...options);
  $("c-mistake").value = isMine() ? "own" : page.answer.mistake;
}

const typing = new Set();
let opened = 0; // files, and texts that were typed since
let files = 0; // on their way

// A text that is edited makes all that stand there the person's own.
function take(name, how) {
  const group = MINE.includes(name) ? MINE : BATCH;
  const texts = Object.fromEntries(group.map((one) => [one, $(`c-${one}`).value]));
  const empty = group === MINE && group.every((one) => texts[one].trim() === "");
  pasted.set(texts, empty ? { mistake: "own" } : {}, how);
}

for (const name of [...MINE, ...BATCH]) {
  const field = $(`c-${name}`);
  let timer = 0;
  field.addEventListener("input", (event) => {
    typing.add(name);
    opened += 1;
    clearTimeout(timer);
    const wait = event.inputType === "insertFromPaste" ? 0 : TYPED_AFTER;
    timer = setTimeout(() => take(name, { settle: false }), wait);
  });
  field.addEventListener("change", () => {
    typing.delete(name);
    clearTimeout(timer);
    take(name, { settle: true });
  });
}

const noTexts = Object.fromEntries(MINE.map((name) => [name, ""]));
const noBatch = Object.fromEntries(BATCH.map((name) => [name, ""]));
$("c-mistake").addEventListener("change", () => pasted.set(noTexts, { mistake: $("c-mistake").value }));
$("clear").addEventListener("click", () => {
  pasted.set(noTexts, { mistake: "own" });
  $("c-dx").focus();
});
for (const name of CHOICES) {
  for (const radio of document.querySelectorAll(`input[name="${name}"]`)) {
    radio.addEventListener("change", () => state.set({ [name]: radio.value }));
  }
}

// ---- a file of tensors ----

// The last one counts, and what is typed meanwhile stays.
async function open(file) {
  const turn = (opened += 1);
  const name = file.name.replace(/\.[^.]*$/, "");
  const known = [...MINE, ...BATCH].includes(name) ? name : "dx";
  files += 1;
  waiting.asking(true);
  try {
    const tensors = await postJson(`${API}/arrays?name=${encodeURIComponent(known)}`, file);
    if (turn === opened) fill(tensors);
  } catch (problem) {
    if (turn !== opened) return;
    clearProblems();
    showAt("file", problem.message);
  } finally {
    files -= 1;
    waiting.asking(files > 0);
    $("file").value = "";
  }
}

// A file's tensors into the fields; with a batch of its own, or the seed of a probe, also what that was made with.
function fill(tensors) {
  const ownBatch = "x" in tensors && "dy" in tensors;
  const taken = Object.entries(tensors).filter(([name]) => MINE.includes(name) || (ownBatch && BATCH.includes(name)));
  const emptied = { ...(MINE.some((name) => name in tensors) ? noTexts : {}), ...(ownBatch ? noBatch : {}) };
  const settings = Object.fromEntries(Object.entries(tensors).filter(([name]) => SETTINGS.includes(name)));
  const batch = ownBatch ? { batch: "own" } : "seed" in tensors ? { batch: "probe" } : {};
  $("file-notes").textContent = tensors.not_used ?? "";
  $("file-notes").hidden = !tensors.not_used;
  pasted.set({ ...emptied, ...Object.fromEntries(taken) }, { way: "paste", ...settings, ...batch });
}

$("file").addEventListener("change", () => $("file").files[0] && open($("file").files[0]));
bindDrop(open);

// ---- the probe ----

function takeProbe() {
  pasted.set(noTexts, { batch: "probe", way: "code" });
  document.querySelector('input[name="way"][value="code"]').focus();
}

$("new-probe").addEventListener("click", () => state.set({ seed: Number(state.get("seed")) + 1 }));
$("third").addEventListener("toggle", () => {
  if (String($("third").open) !== state.get("numeric")) state.set({ numeric: String($("third").open) });
});

// ---- to take along ----

// The same as the REST API takes it: a batch or a seed, and what stands in the fields once the view is there.
async function body() {
  await page.idle();
  const own = state.get("batch") === "own";
  const norm = state.get("norm");
  const further = { group: ["groups"], layer: ["axis"], rms: ["axis"] }[norm] ?? [];
  const batch = own ? ["eps", "feature_axis", ...further] : ["seed"];
  const numbers = Object.fromEntries(batch.map((name) => [name, Number(state.get(name))]));
  if (!own) numbers.axes = Number(axes());
  const arrays = BATCH.filter((name) => (norm === "batch" || !name.startsWith("running")) && !(norm === "rms" && name === "beta"));
  const names = [...(own ? arrays : []), ...MINE];
  const texts = Object.fromEntries(names.map((name) => [name, $(`c-${name}`).value]).filter(([, text]) => text.trim() !== ""));
  return { ...numbers, eps_placement: state.get("eps_placement"), ...changedConvention(), ...texts };
}

function changedConvention() {
  return Object.fromEntries(Object.entries(convention()).filter(([name, value]) => value !== state.fallback(name)));
}

async function copied(text, what) {
  $("copied").textContent = (await copy(text)) ? `Copied: ${what}.` : "The browser refused to copy; the address bar has the link.";
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const kind = button.dataset.copy;
  const what = { link: "a link to this check", curl: "this check as curl", python: "this check as Python" }[kind];
  button.addEventListener("click", async () => {
    const sent = kind === "link" ? null : await body();
    copied(checkText(kind, location.origin + state.address(), sent), what);
  });
}
$("copy-snippet").addEventListener("click", () => copied($("snippet").textContent, "the snippet"));
$("copy-probe").addEventListener("click", async () => {
  const code = await fetch(probeAddress("python"));
  if (code.ok) await copied(await code.text(), "the probe as NumPy code");
  else $("copied").textContent = "Nothing is copied: there is no such probe.";
});
$("controls").addEventListener("submit", (event) => event.preventDefault());

bindTerms(page.embedded.terms, page.figures);
page.start();
