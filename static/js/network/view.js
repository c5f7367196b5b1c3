// The network's texts, lists and tables, written from an answer.
import { showTitles } from "../lib/figures/captions.js";
import { element, fillTable } from "../lib/figures/tables.js";

const NAMES = { without: "without BN", with: "with BN" };
const VERDICTS = { true: ["holds here", "holds"], false: ["does not hold here", "fails"], null: ["not measured here", "open"] };
const FORWARD = [["mean", "mean"], ["deviation", "sd"], ["smallest", "min"], ["largest", "max"]];
const BACKWARD = [["mean", "gradient_mean"], ["deviation", "gradient_sd"], ["norm", "gradient_norm"]];
const $ = (id) => document.getElementById(id);

export function showTexts(answer) {
  $("run").textContent = answer.run;
  $("shown-symbol").textContent = answer.symbol;
  for (const part of document.querySelectorAll("[data-when]")) part.hidden = !answer.may_stand[part.dataset.when];
  const findings = answer.findings.map(({ id, severity, column, text }) => element("li", text, { "data-finding": id, "data-severity": severity, "data-of": column }));
  $("network-findings").replaceChildren(...findings);
  showTitles(answer);
}

// The claim in force above the view, and its card among the others.
export function showClaim({ preset, presets }) {
  $("claim").hidden = preset === null;
  for (const card of document.querySelectorAll("[data-preset]")) {
    if (card.dataset.preset === preset?.id) card.setAttribute("aria-current", "true");
    else card.removeAttribute("aria-current");
  }
  if (preset === null) return;
  const { fails_when: failsWhen } = presets.find(({ id }) => id === preset.id);
  const [text, name] = VERDICTS[preset.holds];
  $("claim-title").textContent = preset.title;
  $("claim-claim").textContent = preset.claim;
  $("claim-verdict").textContent = text;
  $("claim-verdict").dataset.verdict = name;
  $("claim-text").textContent = preset.text;
  $("claim-holds").textContent = preset.holds_if;
  $("claim-fails").textContent = failsWhen;
  $("claim-set").hidden = preset.as_set;
}

// ---- the disturbance ----

export function showDisturbance({ disturb }) {
  $("undo-disturbance").setAttribute("aria-disabled", String(disturb === null));
  for (const name of ["without", "with"]) {
    const disturbed = disturb?.columns[name];
    $(`disturb-text-${name}`).textContent = disturbed ? disturbed.text : "";
    $(`disturb-text-${name}`).parentElement.hidden = !disturbed;
  }
  $("disturb-headline").textContent = disturb?.headline ?? "";
}

// ---- the joints that are shown ----

export function showKinds({ network, shown, shown_in: shownIn, joint }, names) {
  const of = network.symbols.with ?? network.symbols.without;
  for (const button of document.querySelectorAll("[data-kind-of]")) {
    const kind = button.dataset.kindOf;
    button.hidden = !network.joint_kinds.includes(kind);
    button.setAttribute("aria-pressed", String(kind === shown));
    button.querySelector("b").textContent = of[kind] ?? names[kind];
  }
  const stands = shownIn.without === shown ? "" : `${shown === "norm" ? "Without batch norm there is no such joint; that column" : "This network has no such joint; it"} shows ${network.symbols.without[shownIn.without]} instead.`;
  $("kind-note").textContent = stands;
  const own = of[joint.kind] ?? names[joint.kind];
  $("t-joint").textContent = `The opened joint: ${own} of block ${joint.block}`;
}

// ---- the tables behind the figures ----

export function numbersBehind(name, answer) {
  const table = element("table", "", { class: "numbers" });
  const [side, column] = name.split("_");
  if (name === "joint" || name === "joint_gradient") fillJoint(table, answer, name === "joint" ? FORWARD : BACKWARD);
  else if (name === "disturb_without" || name === "disturb_with") fillDisturbed(table, answer, column);
  else if (side === "activations" || side === "gradients") fillRows(table, answer, column, side === "activations" ? FORWARD : BACKWARD);
  else fillCurves(table, answer.figures[name]);
  return table;
}

// A number in the server's words, where it has any: what is rounding is told to be so.
const told = (row, key) => row[`${key}_text`] ?? row[key];
const blocksOf = (numbers) => ({ kind: "block", numbers });
const ofKind = (joints, kind) => joints.filter((row) => row.kind === kind);

function fillRows(table, { columns, shown_in: shownIn }, column, numbers) {
  const rows = ofKind(columns[column].joints, shownIn[column]);
  fillTable(table, "block", rows.map(({ block }) => String(block)), numbers.map(([title, key]) => [title, rows.map((row) => told(row, key))]), blocksOf(rows.map(({ block }) => block)));
}

function fillJoint(table, { joint }, numbers) {
  const rows = Object.entries(joint.columns).filter(([, passes]) => passes).flatMap(([name, { before, after }]) => (after ? [[`${NAMES[name]}, before`, before], [`${NAMES[name]}, after`, after]] : [[NAMES[name], before]]));
  fillTable(table, "column", rows.map(([name]) => name), numbers.map(([title, key]) => [title, rows.map(([, row]) => told(row, key))]));
}

function fillDisturbed(table, { disturb, shown_in: shownIn }, column) {
  const rows = ofKind(disturb.columns[column].joints, shownIn[column]);
  const of = (part, key) => rows.map((row) => told(row[part], key));
  fillTable(table, "block", rows.map(({ block }) => String(block)), [
    ["mean before", of("before", "mean")], ["mean after", of("after", "mean")],
    ["deviation before", of("before", "sd")], ["deviation after", of("after", "sd")],
    ["distribution moved", rows.map((row) => told(row, "moved"))], ["values moved", rows.map((row) => told(row, "values_moved"))],
  ], blocksOf(rows.map(({ block }) => block)));
}

function fillCurves(table, { data }) {
  const blocks = data[0].ids ?? data[0].x.map(String);
  fillTable(table, "block", blocks, data.map((trace) => [trace.name, trace.text ?? trace.customdata ?? trace.y]), blocksOf(blocks));
}
