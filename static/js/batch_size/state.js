// Which parts of the answer a field changes, and what must change with it.
import { ofNewSource } from "../lib/controls/source.js";

export const PARTS = ["estimates", "running", "noise", "dependence", "classes"];
const MOST_MEMBERS = 16;
const OF = {
  draws: ["estimates", "noise"],
  sizes: ["estimates", "noise"],
  selected: ["estimates"],
  momentum: ["running"],
  running_steps: ["running"],
  running_variance: ["running"],
  members: ["noise", "dependence"],
  example: ["noise", "dependence"],
  move_by: ["dependence"],
  rate: ["noise"],
  deviation: ["noise"],
  perturbation: ["noise"],
};
const FIGURES = { estimates: /^estimates_/, running: /^running_/, noise: /^noise_/, dependence: /^(strip|jacobian|outlier)_/, classes: /^classes$/ };

// What was said of the old data does not fit others.
export function ofSource(changes, state) {
  const source = String(changes.source ?? state.get("source"));
  if (source === state.get("source")) return {};
  const layered = Number(changes.layer_width ?? state.get("layer_width")) > 0;
  return { ...ofNewSource(changes, state), feature: first(source, layered), sizes: "", batch_size: "auto", members: Math.min(Number(state.get("size")), MOST_MEMBERS), example: "0", move_by: "2", ...changes };
}

// There is one batch size on the page: the small batch has as many examples, as far as they can be told apart.
export function ofSize(changes, state) {
  if (!("size" in changes) || "members" in changes || "source" in changes) return {};
  const members = Math.min(Math.max(Number(changes.size) || 2, 2), MOST_MEMBERS);
  return String(members) === state.get("members") ? {} : { members };
}

// The small batch keeps the example that is looked at, or looks at its first one.
export function ofMembers(changes, state) {
  if (!("members" in changes) || "example" in changes || Number(state.get("example")) < Number(changes.members)) return {};
  return { example: 0, move_by: 2 };
}

// Behind a layer there are its units instead of the features, as many as it is wide.
export function ofLayer(changes, state) {
  if (!("layer_width" in changes) || "source" in changes) return {};
  const [width, before] = [Number(changes.layer_width), Number(state.get("layer_width"))];
  const named = [state.get("feature"), ...state.indices("selected")].map(Number);
  if (width > 0 === before > 0 && named.every((number) => number < width)) return {};
  return { feature: first(state.get("source"), width > 0), selected: "" };
}

// Of the digits the first pixels are always 0.
function first(source, layered) {
  return source === "digits" && !layered ? "20" : "0";
}

// Parts that have to be asked for again, until an answer to the latest state has them.
export class Stale {
  #parts = new Set(PARTS);

  // Null: everything may have changed.
  add(names) {
    for (const part of (names ?? ["source"]).flatMap((name) => OF[name] ?? PARTS)) this.#parts.add(part);
  }

  clear(parts = PARTS) {
    for (const part of parts) this.#parts.delete(part);
  }

  // The parts as a query names them; all of them are the default.
  get query() {
    return this.#parts.size === PARTS.length ? "" : PARTS.filter((part) => this.#parts.has(part)).join(",");
  }

  get any() {
    return this.#parts.size > 0;
  }
}

// The answer with some of its parts newer. A figure that the new part does not have any more is gone.
export function merged(old, newer) {
  if (old === null) return newer;
  const kept = Object.entries(old.figures).filter(([name]) => !newer.parts.some((part) => FIGURES[part].test(name)));
  return { ...old, ...newer, figures: { ...Object.fromEntries(kept), ...newer.figures } };
}
