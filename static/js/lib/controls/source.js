// Where the batch comes from: a data set, a generator, or a file of one's own, sent, named and deleted here.
import { bindDeletion, nameDeletion, showDeletion } from "./deletion.js";
import { isNumber } from "../figures/numbers.js";
import { bringHere, hideAt, offerWay, seek, showAt } from "../server/problems.js";
import { postJson } from "../server/api.js";
import { replay } from "./replay.js";
import { bindUpload, isUpload, remembered } from "./upload.js";

const HOW_TO_READ = ["array", "header", "missing", "label", "feature_axis", "drop", "mask"];
const OF_ONE_BATCH = ["selected", "pair", "cell", "output", "upstream_example", "dy", ...HOW_TO_READ];
const OF_A_LAYER = ["gamma", "beta", "upstream", "batch_size"]; // which a file may bring along
const $ = (id) => document.getElementById(id);

let replayed = false; // until the answer is there
let brought = {}; // what the last upload says that its layer was set to, by field
let notesOf = null; // the upload that its notes are about

// What goes back to its default with another source, in the same step: what was said of the old batch alone.
export function ofNewSource(changes, state) {
  const source = String(changes.source ?? state.get("source"));
  if (source === state.get("source")) return {};
  const { labelled, endless, examples } = optionOf(source)?.dataset ?? {};
  const size = state.get("batch_size");
  const gone = {
    gamma: state.get("gamma").includes(","),
    beta: state.get("beta").includes(","),
    batch_size: endless === undefined ? isNumber(size) && !(Number(size) <= Number(examples)) : size === "all",
    upstream: state.get("upstream") === "cross_entropy" && labelled === undefined,
  };
  const brings = isUpload(source) || isLarge(source);
  const ofTheFile = Object.keys(brought).filter((name) => state.get(name) === brought[name]);
  const names = [...OF_ONE_BATCH, ...OF_A_LAYER.filter((name) => gone[name] || brings), ...ofTheFile];
  return Object.fromEntries(names.filter((name) => !(name in changes)).map((name) => [name, state.fallback(name)]));
}

// Whether it is a large array of the server's, of which a sample is drawn from.
export const isLarge = (source) => source.startsWith("large:");

function optionOf(source) {
  return [...$("c-source").options].find(({ value }) => value === source);
}

// `again()` asks for the same view once more; `fits(upload)`: what else changes with an upload.
export function bindSource(state, { again, fits = () => ({}) }) {
  bindUpload({
    progress: showProgress,
    done: (upload, name) => {
      hideAt("file");
      keep(upload, name);
      if (upload.id !== state.get("source")) {
        const settings = settingsOf(upload, state);
        state.set({ source: upload.id, ...settings, ...fits(upload) });
        brought = settings;
        return;
      }
      showSource(state);
      again();
    },
    fail: (detail, see, file) => {
      showAt("file", detail);
      nameDeletion(state.get("source")); // it is not of the file that was refused
      if (see) offerWay("file", "Open it in the Doctor", () => handOver(see, file));
      seek("file");
    },
  });
  bindDeletion(() => state.get("source"), (id, told) => leave(state, id, told));
}

// A model goes to the page that looks at models, under the name of its file.
async function handOver(see, file) {
  hideAt("file");
  showProgress(0);
  try {
    const { id, delete_key: key } = await postJson(`/api/v1${see}`, file);
    remembered.put(id, { keys: [...(remembered.get(id)?.keys ?? []), key], name: file.name });
    location.assign(`${see}?model=${id}`);
  } catch (error) {
    showAt("file", error.message);
    seek("file");
  } finally {
    showProgress(null);
  }
}

// What a file says its layer was set to, where the page has a control for it.
function settingsOf({ settings = {} }, state) {
  const known = Object.entries(settings).filter(([name]) => state.has(name));
  return Object.fromEntries(known.map(([name, value]) => [name, String(value)]));
}

// The buttons that draw the same batch again and that take all of the source.
export function bindReplay(state, again) {
  $("replay").addEventListener("click", () => {
    replayed = true;
    again();
    replay();
  });
  $("take-all").addEventListener("click", () => state.set({ batch_size: "all" }));
}

// What the answer's batch owes to its seed; `examples` of `total` are taken.
export function showDrawn({ examples, total }, { seed = 0, source = "" }) {
  const whole = total !== undefined && examples === total;
  const again = `Drawn again from seed ${seed}: the same batch, the same numbers.`;
  $("drawn").textContent = replayed ? again : whole ? `All of the ${isLarge(source) ? "sample" : "source"} is taken; seed ${seed} decides what else is random.` : `Drawn from seed ${seed}.`;
  replayed = false;
}

export function showSource(state) {
  const source = state.get("source");
  const select = $("c-source");
  if (isUpload(source)) nameUpload(select, source);
  $("about-source").textContent = select.selectedOptions[0]?.dataset.about ?? (isUpload(source) ? "Read from your file." : "");
  showDeletion(isUpload(source) ? source : null);
  if (source !== notesOf) tellNotes("", null);
}

// The way out of missing values stands where the file came in; a file that cannot be had is asked for in the view.
export function offerWays(errors, state) {
  const about = (name) => errors.find(({ field }) => field === name);
  if (about("source") && isUpload(state.get("source"))) bringHere($("drop"));
  const axis = about("feature_axis");
  if (axis && isUpload(state.get("source"))) offerAxes(axis.allowed, state);
  if (!about("missing")) return;
  $("upload-notes").hidden = true;
  if (about("missing").allowed?.includes("mask")) offerWay("file", "Leave those positions out", () => state.set({ missing: "mask" }));
  else offerWay("file", "Leave those rows out", () => state.set({ missing: "drop" }));
  seek("file");
}

// Where the file itself tells which axis counts the features, it is asked where the file came in.
function offerAxes(allowed, state) {
  const axis = /^\d+(?= or |$)/.exec(allowed)?.[0];
  if (!axis) return;
  const asked = $("e-feature_axis").textContent;
  hideAt("feature_axis");
  $("upload-notes").hidden = true;
  showAt("file", asked);
  offerWay("file", `Take the features from axis ${axis}`, () => state.set({ feature_axis: axis }));
  seek("file");
}

function nameUpload(select, id) {
  let option = optionOf(id);
  if (!option) {
    option = new Option(`Upload ${id.slice(0, 8)}…`, id);
    select.querySelector("optgroup:last-child").append(option);
  }
  option.textContent = remembered.get(id)?.name ?? option.textContent;
  select.value = id;
}

// What was told of the last file stays until this one is answered, so that nothing moves twice.
function showProgress(share) {
  const bar = $("upload-progress");
  bar.hidden = share === null;
  if (share !== null) bar.value = share;
}

function keep(upload, name) {
  const keys = remembered.get(upload.id)?.keys ?? [];
  remembered.put(upload.id, { keys: [...keys, upload.delete_key], name });
  tellNotes(upload.page_warnings.join(" "), upload.id);
}

// What is said of an upload goes with it; null: it stays until another source is chosen.
function tellNotes(text, id) {
  notesOf = id;
  $("upload-notes").textContent = text;
  $("upload-notes").hidden = text === "";
}

// A deleted upload is no choice any more.
function leave(state, id, told) {
  $("c-source").querySelector(`option[value="${id}"]`)?.remove();
  if (state.get("source") === id) state.reset(["source"]);
  tellNotes(told, state.get("source"));
}
