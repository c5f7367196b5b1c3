// Deleting an upload: with the keys that this browser keeps of its own uploads, or with one that a person pastes.
import { hideAt, showAt } from "../server/problems.js";
import { copy } from "../page/share.js";
import { remembered } from "./upload.js";

const DELETE = "Delete this upload from the server";
const GONE = 410;
const WRONG = 403;
const SILENT = "The server does not answer; the upload is still there.";
const SHARED = "Your key is given up. The file stays for now: whoever else sent it has a key of their own.";
const $ = (id) => document.getElementById(id);

const BATCHES = { deletedAt: (id) => `/api/v1/batches/${id}`, isAt: (id) => `/api/v1/batches/${id}` };
let calls = BATCHES;

// `source()`: the upload that is shown, `deleted(id, told)` once its key is given up; `at`: the calls that delete one, and
// that answer as long as it is there.
export function bindDeletion(source, deleted, at = BATCHES) {
  calls = at;
  $("upload-delete").addEventListener("click", async () => {
    const id = source();
    $("upload-delete").disabled = true;
    hideAt("delete_key");
    const failure = await (remembered.get(id) ? withOwnKeys(id) : withKey(id, $("c-delete_key").value.trim()));
    $("upload-delete").disabled = false;
    if (failure) showAt("delete_key", failure);
    else deleted(id, (await isThere(id)) ? SHARED : "");
  });
  $("c-delete_key").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    $("upload-delete").click();
  });
  $("copy-key").addEventListener("click", async () => {
    const done = await copy(remembered.get(source()).keys.at(-1));
    $("key-copied").textContent = done ? "Copied. Whoever has it can delete this upload." : "The browser refused to copy.";
  });
}

// The button says which upload it deletes, where another file has just been spoken of.
export function nameDeletion(id) {
  $("upload-delete").textContent = `Delete ${remembered.get(id)?.name ?? "the upload that is chosen"} from the server`;
}

// `id` null: no upload is shown.
export function showDeletion(id) {
  $("upload-delete").textContent = DELETE;
  const known = id !== null && Boolean(remembered.get(id));
  $("deletion").hidden = id === null;
  $("copy-key").hidden = !known;
  $("key-asked").hidden = known;
  $("key-copied").textContent = "";
  $("c-delete_key").value = "";
  hideAt("delete_key");
}

// Every key that this browser has; one that does not fit any more is as good as used. Returns what went wrong, if anything.
async function withOwnKeys(id) {
  const { keys, name } = remembered.get(id);
  for (const [used, key] of keys.entries()) {
    const failure = await withKey(id, key, [WRONG, GONE]);
    if (failure) return failure;
    remembered.put(id, { keys: keys.slice(used + 1), name });
  }
  remembered.put(id, null);
  return "";
}

async function withKey(id, key, asGood = [GONE]) {
  try {
    const query = key ? `?${new URLSearchParams({ delete_key: key })}` : "";
    const response = await fetch(`${calls.deletedAt(id)}${query}`, { method: "DELETE" });
    return response.ok || asGood.includes(response.status) ? "" : (await response.json()).detail;
  } catch {
    return SILENT;
  }
}

async function isThere(id) {
  const response = await fetch(calls.isAt(id)).catch(() => null);
  return response?.ok ?? false;
}
