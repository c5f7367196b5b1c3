// Where the batch comes from: a data set, a generator, or a file of one's own, sent, named and deleted here.
import { bringHere, hideAt, offerWay, showAt } from "./problems.js";
import { bindUpload, remembered } from "./upload.js";

const UPLOAD = /^[0-9a-f]{64}$/;
const HOW_TO_READ = ["array", "header", "missing", "label", "feature_axis"];
const OF_ONE_BATCH = ["selected", "pair", "cell", "output", "upstream_example", "dy", ...HOW_TO_READ];
const OF_A_LAYER = ["gamma", "beta", "upstream", "batch_size"]; // which a file may bring along
const $ = (id) => document.getElementById(id);

// What goes back to its default with another source, in the same step: what was said of the old batch alone.
export function ofNewSource(changes, state) {
  const source = String(changes.source ?? state.get("source"));
  if (source === state.get("source")) return {};
  const { labelled, endless } = optionOf(source)?.dataset ?? {};
  const gone = {
    gamma: state.get("gamma").includes(","),
    beta: state.get("beta").includes(","),
    batch_size: state.get("batch_size") === "all" && endless !== undefined,
    upstream: state.get("upstream") === "cross_entropy" && labelled === undefined,
  };
  const names = [...OF_ONE_BATCH, ...OF_A_LAYER.filter((name) => gone[name] || UPLOAD.test(source))];
  return Object.fromEntries(names.filter((name) => !(name in changes)).map((name) => [name, state.fallback(name)]));
}

function optionOf(source) {
  return [...$("c-source").options].find(({ value }) => value === source);
}

// `again()` asks for the same view once more; `fits(upload)`: what else changes with an upload.
export function bindSource(state, { again, fits = () => ({}) }) {
  bindUpload({
    progress: showProgress,
    done: (upload, name) => {
      keep(upload, name);
      if (upload.id !== state.get("source")) {
        state.set({ source: upload.id, ...fits(upload) });
        return;
      }
      showSource(state);
      again();
    },
    fail: (detail) => showAt("file", detail),
  });
  $("upload-delete").addEventListener("click", () => deleteShown(state));
}

// The buttons that draw the same batch again and that take all of the source.
export function bindReplay(state, again) {
  $("replay").addEventListener("click", () => {
    again();
    $("drawn").textContent = `Drawn again from seed ${state.get("seed")}: the same batch, the same numbers.`;
  });
  $("take-all").addEventListener("click", () => state.set({ batch_size: "all" }));
}

export function showSource(state) {
  const source = state.get("source");
  const select = $("c-source");
  if (UPLOAD.test(source)) nameUpload(select, source);
  $("about-source").textContent = select.selectedOptions[0]?.dataset.about ?? "Read from your file.";
  $("upload-delete").hidden = !(UPLOAD.test(source) && remembered.get(source));
}

// The way out of missing values stands where the file came in; a file that cannot be had is asked for in the view.
export function offerWays(errors, state) {
  const about = (name) => errors.some(({ field }) => field === name);
  if (about("source") && UPLOAD.test(state.get("source"))) bringHere($("drop"));
  if (!about("missing")) return;
  $("upload-notes").hidden = true;
  offerWay("file", "Leave those rows out", () => state.set({ missing: "drop" }));
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

function showProgress(share) {
  const bar = $("upload-progress");
  bar.hidden = share === null;
  if (share !== null) bar.value = share;
  if (share === 0) hideAt("file");
}

function keep(upload, name) {
  const keys = remembered.get(upload.id)?.keys ?? [];
  remembered.put(upload.id, { keys: [...keys, upload.delete_key], name });
  const notes = $("upload-notes");
  notes.textContent = upload.warnings.join(" ");
  notes.hidden = upload.warnings.length === 0;
}

async function deleteShown(state) {
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
}

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
