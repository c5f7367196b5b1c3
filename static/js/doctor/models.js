// The models that are looked at, and the capture: built in, or files that were sent.
import { bindDeletion, showDeletion } from "../lib/controls/deletion.js";
import { bindUpload, isUpload, remembered } from "../lib/controls/upload.js";
import { clearProblems, seek, showAt } from "../lib/server/problems.js";

const $ = (id) => document.getElementById(id);
const BRIEF = /Upload ([0-9a-f]{8})…/g;
const FIELDS = ["model", "other", "capture"];
export const CAPTURE = "capture of training steps"; // the format of a file that is one

const called = (id) => remembered.get(id)?.name ?? `Upload ${id.slice(0, 8)}…`;

// `to`: the call that takes a file; `format()`: that of the model in force. Returns `show()`, which has the menus name what
// is in force, and `named(text)`, a text that names uploads by their files' names where this browser knows them.
export function bindModels(state, waiting, { to, format }) {
  const ids = () => FIELDS.map((name) => state.get(name)).filter(isUpload);

  const take = (choose, { id, delete_key: key, model }, name) => {
    const known = remembered.get(id);
    remembered.put(id, { ...known, name, keys: [...(known?.keys ?? []), key] });
    clearProblems();
    state.set(choose(id, model.format === CAPTURE));
  };
  // A capture goes beside the model that is looked at; a model, beside the capture that is.
  const main = (id, isCapture) => {
    const now = state.get("model");
    const isOfCapture = format() === CAPTURE;
    if (isCapture) return isUpload(now) && !isOfCapture ? { capture: id } : { model: id, capture: "" };
    return { model: id, ...(isOfCapture ? { capture: now } : {}) };
  };
  bindDeletion(() => state.get("model"), leave, {
    deletedAt: (id) => `/api/v1/doctor/models/${id}`, isAt: (id) => `/api/v1/doctor?arrays=opened&model=${id}`,
  });
  bindSending("file", main);
  bindSending("file-other", (id) => ({ other: id }));

  // What is deleted is looked at no more.
  function leave(id, told) {
    remembered.put(id, null);
    [...$("c-model").options].find(({ value }) => value === id)?.remove();
    state.set({ model: state.fallback("model") });
    if (told) showAt("file", told);
  }

  function bindSending(input, choose) {
    let sending = false;
    const bar = $(`progress-${input}`);
    bindUpload({
      to, input, drops: input === "file",
      done: (body, name) => take(choose, body, name),
      fail: (detail) => {
        clearProblems();
        showAt(input, detail);
        seek(input);
      },
      progress: (share) => {
        if (sending !== (share !== null)) waiting.reading((sending = share !== null));
        bar.hidden = share === null;
        if (share === 1) bar.removeAttribute("value"); // all of it is there, and is read now
        else if (share !== null) bar.value = share;
      },
    });
  }

  return {
    show() {
      for (const name of FIELDS) {
        const menu = $(`c-${name}`);
        const id = state.get(name);
        if (isUpload(id) && ![...menu.options].some(({ value }) => value === id)) menu.append(new Option("", id));
        for (const option of menu.options) if (isUpload(option.value)) option.text = called(option.value);
        menu.value = id;
      }
      showDeletion(isUpload(state.get("model")) ? state.get("model") : null);
      document.querySelector("[data-field=capture]").hidden = $("c-capture").options.length < 2;
    },
    named: (text) => text.replace(BRIEF, (brief, head) => {
      const id = ids().find((one) => one.startsWith(head));
      return id ? called(id) : brief;
    }),
  };
}
