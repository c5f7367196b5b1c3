// The model that is looked at: built in, or a file that was sent.
import { bindUpload, remembered } from "../lib/controls/upload.js";
import { clearProblems, seek, showAt } from "../lib/server/problems.js";

const $ = (id) => document.getElementById(id);
const ID = /^[0-9a-f]{64}$/;
const BRIEF = /Upload [0-9a-f]{8}…/;

// `to`: the call that takes a file. Returns `show()`, which has the menu name what is in force, and `named(text)`, a text
// that names the upload by its file's name where this browser knows it.
export function bindModels(state, waiting, to) {
  const called = (id) => remembered.get(id)?.name ?? `Upload ${id.slice(0, 8)}…`;
  let sending = false;

  const progress = (share) => {
    if (sending !== (share !== null)) waiting.reading((sending = share !== null));
    $("upload-progress").hidden = share === null;
    if (share === null) return;
    if (share === 1) $("upload-progress").removeAttribute("value"); // it is read now
    else $("upload-progress").value = share;
  };
  const done = ({ id, delete_key: key }, name) => {
    const known = remembered.get(id);
    remembered.put(id, { ...known, name, keys: [...(known?.keys ?? []), key] });
    clearProblems();
    state.set({ model: id });
  };
  const fail = (detail) => {
    clearProblems();
    showAt("file", detail);
    seek("file");
  };
  bindUpload({ done, fail, progress, to });

  return {
    show() {
      const menu = $("c-model");
      const id = state.get("model");
      if (ID.test(id) && ![...menu.options].some(({ value }) => value === id)) menu.append(new Option(called(id), id));
      for (const option of menu.options) if (ID.test(option.value)) option.text = called(option.value);
      menu.value = id;
    },
    named(text) {
      const id = state.get("model");
      return ID.test(id) ? text.replace(BRIEF, () => called(id)) : text;
    },
  };
}
