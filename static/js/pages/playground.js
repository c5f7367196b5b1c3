// The playground: wires the state, the controls, the server and the figures together.
import { getJson, Latest } from "../lib/api.js";
import { Controls, onSlide, scaleOf } from "../lib/controls.js";
import { download, Figures, picture } from "../lib/figures.js";
import { plain } from "../lib/numbers.js";
import { clearProblems, showAt, showProblem } from "../lib/problems.js";
import { copy, shareText } from "../lib/share.js";
import { State } from "../lib/state.js";
import { bindTerms } from "../lib/terms.js";
import { bindUpload, remembered } from "../lib/upload.js";
import { numbersBehind, showFeatures, showFindings, showTexts } from "../lib/view.js";

const SPINNER_AFTER = 300; // milliseconds
const REST_AFTER = 80; // milliseconds
const UPLOAD = /^[0-9a-f]{64}$/;
const $ = (id) => document.getElementById(id);
const embedded = JSON.parse($("state").textContent);
let answer = JSON.parse($("answer").textContent);

const state = new State(embedded.schema);
const figures = new Figures(document, embedded.templates);
new Controls($("controls"), state);
const latest = new Latest({
  ask: (query) => getJson(`/api/v1/playground${query ? `?${query}` : ""}`),
  show: (found) => {
    clearProblems();
    show(found);
  },
  fail: (problem) => {
    clearProblems();
    fail(problem.message, problem.errors);
  },
  busy,
});

// The plots and the sentence first; tables and lists follow at the first pause of a drag.
function show(found) {
  answer = found;
  $("view").classList.remove("empty", "stale");
  figures.show(answer.figures);
  showTexts(answer, remembered.get(state.get("source"))?.name);
  refreshLayer();
  refreshBatchSize();
  relevance();
  clearTimeout(show.later);
  show.pending = true;
  show.later = setTimeout(showRest, show.before ? REST_AFTER : 0);
  show.before = true;
}

function showRest() {
  showFindings(answer);
  showFeatures(answer, shownFeatures(), pickFeature);
  showPair();
  showTargets();
  refreshDownloads();
  for (const { element } of figures.all()) if (!element.querySelector(".behind").hidden) fillBehind(element);
  show.pending = false;
  markBusy();
}

function fail(detail, errors) {
  $("view").classList.toggle("stale", answer !== null);
  showProblem(detail, errors, answer ? answer.batch.title : "");
  offerDrop(errors);
}

function busy(is) {
  busy.asking = is;
  markBusy();
  clearTimeout(busy.timer);
  if (is) busy.timer = setTimeout(slow, SPINNER_AFTER, true);
  else slow(false);
}

// Busy until the tables are written, too.
function markBusy() {
  $("view").setAttribute("aria-busy", String(Boolean(busy.asking || show.pending)));
}

function slow(is) {
  $("spinner").hidden = !is;
  $("view").classList.toggle("slow", is);
}

// What the state alone decides, at once.
state.onChange((names) => {
  relevance();
  document.body.dataset.notation = state.get("notation");
  showVariants();
  for (const slider of layerSliders) if (names === null || names.includes(slider.name)) slider.typing = false;
  if (answer) refreshLayer();
  if (names === null || names.includes("source")) showSource();
  latest.want(state.query());
});

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
  $("undo").setAttribute("aria-pressed", String(state.get("gamma") === "sigma" && state.get("beta") === "mean"));
  $("show-all").hidden = state.get("selected") === "";
}

// ---- data ----

function showSource() {
  const source = state.get("source");
  const select = $("c-source");
  if (UPLOAD.test(source)) {
    let option = [...select.options].find(({ value }) => value === source);
    if (!option) {
      option = new Option(`Upload ${source.slice(0, 8)}…`, source);
      select.querySelector("optgroup:last-child").append(option);
    }
    option.textContent = remembered.get(source)?.name ?? option.textContent;
    select.value = source;
  }
  $("about-source").textContent = select.selectedOptions[0]?.dataset.about ?? "Read from your file.";
  $("upload-delete").hidden = !(UPLOAD.test(source) && remembered.get(source));
}

$("new-draw").addEventListener("click", () => {
  state.set({ seed: (Number(state.get("seed")) + 1) % 2 ** 32 });
  $("drawn").textContent = `Drawn from seed ${state.get("seed")}.`;
});
$("replay").addEventListener("click", () => {
  latest.want(state.query());
  $("drawn").textContent = `Drawn again from seed ${state.get("seed")}: the same batch, the same numbers.`;
});
$("reset-all").addEventListener("click", () => state.reset(state.changed()));

bindUpload({
  progress: (share) => {
    const bar = $("upload-progress");
    bar.hidden = share === null;
    if (share !== null) bar.value = share;
    if (share === 0) $("e-file").hidden = true;
  },
  done: (upload, name) => {
    const keys = remembered.get(upload.id)?.keys ?? [];
    remembered.put(upload.id, { keys: [...keys, upload.delete_key], name });
    const notes = $("upload-notes");
    notes.textContent = upload.warnings.join(" ");
    notes.hidden = upload.warnings.length === 0;
    if (upload.id === state.get("source")) {
      showSource();
      latest.want(state.query());
      return;
    }
    state.set({ source: upload.id, array: "", header: "auto", missing: "error", label: "", feature_axis: "1", selected: "", pair: "", gamma: "auto", beta: "auto", upstream: "auto", batch_size: "auto" });
  },
  fail: (detail) => showAt("file", detail),
});

$("upload-delete").addEventListener("click", async () => {
  const id = state.get("source");
  $("upload-delete").disabled = true;
  const failure = await deleteUpload(id);
  $("upload-delete").disabled = false;
  if (failure) {
    showAt("file", failure);
    return;
  }
  $("c-source").querySelector(`option[value="${id}"]`)?.remove();
  if (state.get("source") === id) state.reset(["source"]);
});

// Every key that this browser has; one that does not fit any more is as good as used. Returns what went wrong, if anything.
async function deleteUpload(id) {
  const { keys, name } = remembered.get(id);
  for (const [used, key] of keys.entries()) {
    try {
      const response = await fetch(`/api/v1/batches/${id}?delete_key=${encodeURIComponent(key)}`, { method: "DELETE" });
      if (!response.ok && ![403, 410].includes(response.status)) return (await response.json()).detail;
    } catch {
      return "The server does not answer; the upload is still there.";
    }
    remembered.put(id, { keys: keys.slice(used + 1), name });
  }
  remembered.put(id, null);
  return "";
}

// The way out of missing values stands where the file came in.
function offerDrop(errors) {
  const missing = errors.find((row) => row.field === "missing");
  if (!missing) return;
  $("upload-notes").hidden = true;
  showAt("file", $("e-missing").textContent);
  $("e-missing").hidden = true;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Leave those rows out";
  button.addEventListener("click", () => state.set({ missing: "drop" }));
  $("e-file").append(" ", button);
}

const batchSize = scaleOf(document.querySelector('.control[data-field="batch_size"]'));
$("take-all").addEventListener("click", () => state.set({ batch_size: "all" }));

// ---- gamma and beta: one feature, those shown, or all ----

const layerSliders = ["gamma", "beta"].map((name) => {
  const control = document.querySelector(`.control[data-field="${name}"]`);
  const slider = { name, scale: scaleOf(control), field: control.querySelector(".value") };
  onSlide(slider.scale.range, (how) => moveTo(name, slider.scale.value(), how));
  slider.field.addEventListener("input", () => (slider.typing = true));
  slider.field.addEventListener("change", () => {
    slider.typing = false;
    const text = slider.field.value.trim();
    if (text !== "" && Number.isFinite(Number(text))) moveTo(name, text, { settle: true });
    else state.set({ [name]: text || "auto" });
  });
  return slider;
});

function targets() {
  const chosen = $("target").value;
  if (chosen === "all") return null;
  return chosen === "shown" ? [...shownFeatures()] : [Number(chosen)];
}

function moveTo(name, value, how) {
  const moved = targets();
  if (moved === null) {
    state.set({ [name]: value }, how);
    return;
  }
  const values = current(name).map(plain);
  for (const feature of moved) values[feature] = value;
  state.set({ [name]: values.join(",") }, how);
}

// The numbers of a comma-separated text, or null if it holds anything else.
function numbers(text) {
  const parts = text.split(",");
  return parts.every((part) => part.trim() !== "" && Number.isFinite(Number(part))) ? parts : null;
}

// The values of all features: typed ones from the state, else what the server used.
function current(name) {
  const parts = numbers(state.get(name));
  const count = answer.batch.feature_count;
  if (parts) return parts.length === count ? parts : Array(count).fill(parts[0]);
  return answer.forward[`all_${name}`] ?? answer.forward[name];
}

function refreshBatchSize() {
  const asked = state.get("batch_size");
  const place = batchSize.place(answer.batch.examples);
  if (!Number.isFinite(Number(asked))) batchSize.range.value = String(place);
  batchSize.range.setAttribute("aria-valuetext", `${answer.batch.examples} examples`);
  $("take-all").hidden = answer.batch.total === null || asked === "all";
}

function refreshLayer() {
  const moved = targets();
  for (const { name, scale, field, typing } of layerSliders) {
    const values = current(name);
    const meant = (moved ?? values.map((_, i) => i)).map((i) => values[i]);
    const same = meant.every((value) => Number(value) === Number(meant[0]));
    const asked = state.get(name);
    const understood = ["auto", "sigma", "mean"].includes(asked) || numbers(asked) !== null;
    if (!typing) field.value = !understood ? asked : same ? plain(meant[0]) : "varied";
    scale.range.value = String(meant[0]);
    scale.range.setAttribute("aria-valuetext", field.value);
  }
}

function showTargets() {
  const select = $("target");
  const chosen = select.value;
  const options = [new Option("all features", "all")];
  const picked = state.get("selected").split(",").filter(Boolean);
  if (picked.length > 1) options.push(new Option(`the ${picked.length} features shown`, "shown"));
  options.push(...answer.batch.features.map((feature, i) => new Option(answer.batch.feature_names[i], String(feature))));
  select.replaceChildren(...options);
  select.value = options.some((option) => option.value === chosen) ? chosen : "all";
}

$("target").addEventListener("change", refreshLayer);
$("undo").addEventListener("click", () => {
  const pressed = $("undo").getAttribute("aria-pressed") === "true";
  state.set(pressed ? { gamma: "auto", beta: "auto" } : { gamma: "sigma", beta: "mean" });
});

// ---- which features ----

function shownFeatures() {
  const picked = state.get("selected").split(",").filter(Boolean).map(Number);
  return new Set(picked.length ? picked : []);
}

function pickFeature(feature, is) {
  const shown = shownFeatures();
  if (is) shown.add(feature);
  else shown.delete(feature);
  select(shown);
}

function select(features) {
  state.set({ selected: [...features].sort((a, b) => a - b).join(",") });
}

$("show-all").addEventListener("click", () => state.set({ selected: "" }));

for (const { element, plot } of figures.all()) {
  element.addEventListener("figure-ready", () => {
    plot.on("plotly_click", ({ points }) => {
      if (points[0]?.data.type !== "heatmap") return;
      const pooled = points[0].data.meta.pooled ?? 1;
      const first = points[0].pointNumber[0] * pooled;
      const row = Array.from({ length: pooled }, (_, i) => first + i).filter((feature) => feature < answer.batch.feature_count);
      select(new Set([...shownFeatures(), ...row]));
    });
  });
}

function showPair() {
  const { features, feature_names: names } = answer.batch;
  const chosen = answer.pair ?? [];
  for (const [i, id] of ["pair-a", "pair-b"].entries()) {
    const select = $(id);
    select.replaceChildren(...features.map((feature, k) => new Option(names[k], String(feature))));
    select.value = String(chosen[i] ?? "");
  }
}

for (const id of ["pair-a", "pair-b"]) {
  $(id).addEventListener("change", () => state.set({ pair: `${$("pair-a").value},${$("pair-b").value}` }));
}

// ---- numbers and pictures to take along ----

function refreshDownloads() {
  const query = state.query();
  const address = (stage, format) => `/api/v1/playground/data?${query ? `${query}&` : ""}stage=${stage}&format=${format}`;
  for (const link of document.querySelectorAll("[data-download]")) {
    link.href = address(link.closest("[data-figure]").dataset.figure, link.dataset.download);
  }
  for (const link of document.querySelectorAll("[data-statistics]")) link.href = address("statistics", link.dataset.statistics);
}

function fillBehind(element) {
  element.querySelector(".behind .scroll").replaceChildren(numbersBehind(element.dataset.figure, answer));
}

for (const panel of figures.all()) {
  const { element } = panel;
  const menu = element.querySelector(".menu");
  element.querySelector("[data-show-table]").addEventListener("click", () => {
    const behind = element.querySelector(".behind");
    behind.hidden = !behind.hidden;
    menu.open = false;
    if (!behind.hidden) {
      fillBehind(element);
      behind.querySelector(".scroll").focus();
    }
  });
  for (const button of element.querySelectorAll("[data-export]")) {
    button.addEventListener("click", async () => {
      menu.open = false;
      const format = button.dataset.export;
      download(await picture(panel.figure, format, embedded.templates.light), `bnscope-${element.dataset.figure}.${format}`);
    });
  }
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector(".menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const done = await copy(shareText(button.dataset.copy, state));
    $("copied").textContent = !done ? "The browser refused to copy; the address bar has the link." : `Copied: the view as ${button.dataset.copy === "link" ? "a link" : button.textContent.replace("Copy as ", "")}.`;
  });
}

$("sheet").addEventListener("click", () => {
  const open = $("sheet").getAttribute("aria-expanded") === "true";
  $("sheet").setAttribute("aria-expanded", String(!open));
});
$("controls").addEventListener("submit", (event) => event.preventDefault());

window.addEventListener("figures-missing", () => {
  $("problem").textContent = "The drawing library did not load, so there are no plots; the numbers stand in the tables. Reload to try again.";
  $("problem").hidden = false;
});

// ---- start ----

bindTerms(embedded.terms, figures);
relevance();
showVariants();
showSource();
if (answer) show(answer);
else if (!embedded.problem) latest.want(state.query());
if (embedded.problem) {
  clearProblems();
  fail(embedded.problem.detail, embedded.problem.errors ?? []);
}
