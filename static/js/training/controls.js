// What the run decides of the controls: the norm that a variant has for itself, and which shared settings have an effect.
import { showControls } from "../lib/controls/relevance.js";

const BETWEEN = /,(?=[a-z_]+:)/; // of two fields of a variant
const NORM = "norm:";
const has = (field, ...values) => (fields) => values.includes(fields[field]);
const isNormed = ({ norm }) => norm !== "none"; // dynamic tanh among them: it stands in a norm's place, and has no statistics
const hasStatistics = ({ norm }) => norm !== "none" && norm !== "dyt";
const schedules = has("schedule", "step", "exponential");

// Of fields that only some runs have a use for: which.
const USED = {
  groups: has("norm", "group"), ghost_size: has("norm", "ghost"), r_max: has("norm", "renorm"), d_max: has("norm", "renorm"), warm_up: has("norm", "renorm"), alpha: has("norm", "dyt"),
  momentum: has("norm", "batch", "ghost", "renorm"), eps: hasStatistics, through_statistics: hasStatistics, norm_noise: isNormed, bias: hasStatistics,
  inertia: has("optimizer", "momentum"), adam_betas: has("optimizer", "adam"), adam_eps: has("optimizer", "adam"), factor: schedules, every: schedules,
};

const partsOf = (text) => text.split(BETWEEN).filter(Boolean);
const normOf = (text) => partsOf(text).find((part) => part.startsWith(NORM))?.slice(NORM.length) ?? "";

// A variant's text with a norm of its own in front, or without one.
export function withNorm(text, norm) {
  const rest = partsOf(text).filter((part) => !part.startsWith(NORM));
  return [...(norm ? [NORM + norm] : []), ...rest].join(",");
}

export function bindVariants(state) {
  for (const select of document.querySelectorAll("[data-norm-of]")) {
    const name = select.dataset.normOf;
    select.addEventListener("change", () => state.set({ [name]: withNorm(state.get(name), select.value) }));
  }
}

export function showVariants(state) {
  for (const select of document.querySelectorAll("[data-norm-of]")) select.value = normOf(state.get(select.dataset.normOf));
}

// A shared field has an effect where a variant that does not set it for itself has a use for it.
export function showUsed(variants, schema) {
  const all = Object.values(variants).filter(({ fields }) => fields);
  const names = Object.keys(all[0]?.fields ?? {}).filter((name) => name in schema);
  showControls(Object.fromEntries(names.map((name) => [name, all.some(({ stated, fields }) => !(name in stated) && (USED[name]?.(fields) ?? true))])));
  for (const group of document.querySelectorAll("[data-group]")) group.hidden = ![...group.querySelectorAll(".control")].some((control) => !control.hidden);
}
