// What must change together in the network's state, so that no state in between is refused.
import { ofNewSource } from "../lib/controls/source.js";
import { isUpload } from "../lib/controls/upload.js";

const OF_INPUTS = ["source", "values", "features", "array", "header", "feature_axis", "label", "drop", "mask", "architecture", "width"]; // decide whether block 1 keeps its width
const OF_ARCHITECTURE = ["depth", "width", "batch_size"];

// Another source leaves what was said of the old batch, and images; another architecture brings a size that fits it; what
// is looked at or disturbed must still be there afterwards. `absentFor`: the kinds of joints that a network is without, and
// the field and its value that say so.
export function follow(wanted, state, absentFor) {
  const left = { ...ofNewSource(wanted, state), ...ofTables(wanted, state) };
  return { ...left, ...standing({ ...left, ...wanted }, state, absentFor) };
}

function ofTables({ source, architecture }, state) {
  if (source === undefined || architecture !== undefined || takesImages(source)) return {};
  return state.get("architecture") === "convolutional" ? { architecture: "fully_connected" } : {};
}

const takesImages = (source) => source === "digits" || isUpload(source);

function standing(changes, state, absentFor) {
  const also = "architecture" in changes && changes.architecture !== state.get("architecture") ? ofArchitecture(changes, state) : {};
  const value = (name) => String({ ...also, ...changes }[name] ?? state.get(name));
  const isGone = (kind) => kind in absentFor && value(absentFor[kind].field) === absentFor[kind].value;
  const depth = Number(value("depth"));
  const [, kind, block] = /^([a-z]+)(\d+)$/.exec(value("joint")) ?? ["", "", "0"];
  if (isGone(value("shown"))) also.shown = "z";
  if (isGone(kind) || Number(block) > depth) also.joint = "";
  if (value("joint") === "sum1" && OF_INPUTS.some((name) => name in changes)) also.joint = "";
  if (Number(value("disturb_layer")) > depth) also.disturb_layer = String(Math.max(1, depth));
  return also;
}

function ofArchitecture({ architecture, ...changes }, state) {
  const fitting = Object.fromEntries(OF_ARCHITECTURE.map((name) => [name, state.fallback(name, { architecture })]));
  if (architecture !== "convolutional") return { ...fitting, ...changes };
  const source = changes.source ?? state.get("source");
  return { ...fitting, source: takesImages(source) ? source : "digits", ...changes };
}

const MOST_IMAGES = 64; // of a large upload, to begin with

// What changes with an upload: an array of images goes into a convolutional network.
export function ofUpload({ shape }, state) {
  const images = shape?.length === 4;
  if (images) return { architecture: "convolutional", batch_size: shape[0] > MOST_IMAGES ? String(MOST_IMAGES) : "auto" };
  return state.get("architecture") === "convolutional" ? { architecture: "fully_connected", batch_size: "auto" } : { batch_size: "auto" };
}
