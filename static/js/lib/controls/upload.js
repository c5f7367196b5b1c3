// Sending a file, by the dialog or by dropping it anywhere on the page, with progress.

const ID = /^[0-9a-f]{64}$/; // a hash of what was sent
const MEDIA_TYPES = { csv: "text/csv", tsv: "text/tab-separated-values", txt: "text/csv" };

// Whether a source, or a model, is an upload.
export const isUpload = (id) => ID.test(id);

// `to` is the call that takes the file; `input` the field that picks it; with `drops`, a dropped one is taken as well.
// `done(body, name)`, or `fail(detail, see, file)`: why it is not taken, and which page takes it instead, if one does.
export function bindUpload({ done, fail, progress, to = "/api/v1/batches", input: id = "file", drops = true }) {
  const input = document.getElementById(id);
  let request = null;
  const send = (file) => {
    request?.abort();
    request = new XMLHttpRequest();
    request.open("POST", to);
    const ending = file.name.split(".").pop().toLowerCase();
    request.setRequestHeader("Content-Type", MEDIA_TYPES[ending] ?? "application/octet-stream");
    request.upload.addEventListener("progress", (event) => progress(event.lengthComputable ? event.loaded / event.total : null));
    request.addEventListener("load", () => finish(request, file));
    request.addEventListener("error", () => finish(null));
    progress(0);
    request.send(file);
  };

  const finish = (answered, file) => {
    progress(null);
    input.value = "";
    const body = parsed(answered);
    if (answered?.status === 201) done(body, file.name);
    else fail(body?.page_detail ?? body?.detail ?? "The server did not take the file: the connection broke.", body?.see ?? null, file);
  };

  input.addEventListener("change", () => input.files[0] && send(input.files[0]));
  if (drops) bindDrop(send);
}

function parsed(answered) {
  try {
    return JSON.parse(answered.responseText);
  } catch {
    return null;
  }
}

// Calls `send` with a file that is dropped anywhere on the page.
export function bindDrop(send) {
  const carriesFile = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.body.classList.remove("dropping");
  });
  document.addEventListener("drop", (event) => {
    document.body.classList.remove("dropping");
    if (!carriesFile(event)) return;
    event.preventDefault();
    if (event.dataTransfer.files[0]) send(event.dataTransfer.files[0]);
  });
}

// What this browser remembers of its own uploads: the file's name, and the keys with which it may be deleted. Where it
// may store nothing, for as long as the page is open.
let unstored = {};

export const remembered = {
  get(id) {
    return all()[id];
  },
  put(id, upload) {
    const known = all();
    if (upload) known[id] = upload;
    else delete known[id];
    unstored = known;
    try {
      localStorage.setItem("uploads", JSON.stringify(known));
    } catch {
      // `unstored` has it.
    }
  },
};

// A text of an answer that names an upload by its id, by its file's name where this browser knows it.
export function withFileName(text, { query }) {
  const name = remembered.get(query.source)?.name;
  return name ? text.replace(/Upload [0-9a-f]{8}…/, () => name) : text;
}

function all() {
  try {
    return JSON.parse(localStorage.getItem("uploads")) ?? unstored;
  } catch {
    return unstored;
  }
}
