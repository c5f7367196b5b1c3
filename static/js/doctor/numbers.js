// The sections below: every norm in numbers, and every finding.
import { severityMark } from "./severity.js";
import { element, fillTable } from "../lib/figures/tables.js";

const DASH = "–";
const MOST = 500; // rows
const COLUMNS = [
  ["kind", ({ kind }) => kind],
  ["channels", ({ channels }) => String(channels)],
  ["ε", ({ eps }) => told(eps)],
  ["momentum", ({ momentum }) => told(momentum)],
  ["batches", ({ batches }) => (batches === null ? DASH : batches.toLocaleString("en"))],
  ["running mean", ({ ranges }) => ranges.mean?.text ?? DASH],
  ["running variance", ({ ranges }) => ranges.variance?.text ?? DASH],
  ["scale γ", ({ ranges }) => ranges.gamma?.text ?? DASH],
  ["shift β", ({ ranges }) => ranges.beta?.text ?? DASH],
  ["behind", ({ front }) => front?.name ?? DASH],
];

const told = (number) => (number === null ? DASH : String(number));

// In the order of the file.
export function showEvery(table, rows) {
  const norms = rows.filter(({ norm }) => norm).sort((a, b) => a.place - b.place).slice(0, MOST);
  fillTable(table, "layer", norms.map(({ norm }) => norm), COLUMNS.map(([title, of]) => [title, norms.map(of)]));
}

export function showFindings(list, rows) {
  list.replaceChildren(...rows.slice(0, MOST).flatMap(({ title, findings }) => findings.map(({ severity, sentence }) => {
    const item = element("li");
    item.append(severityMark(severity), " ", element("b", title), ` ${sentence}`);
    return item;
  })));
  if (!list.children.length) list.append(element("li", "There is nothing to tell."));
}

// What moved of each norm, where another checkpoint is beside it.
export function showCompared(compared) {
  document.getElementById("compared-part").hidden = !compared;
  if (!compared) return;
  document.getElementById("compared-told").textContent = compared.text;
  fillTable(document.getElementById("compared"), "layer", compared.norms.map(({ norm }) => norm), [["what changed", compared.norms.map(({ sentence }) => sentence)]]);
}
