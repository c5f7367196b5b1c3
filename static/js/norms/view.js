// The norms' texts and tables, written from an answer.
import { element, fillTable } from "../lib/figures/tables.js";

const $ = (id) => document.getElementById(id);

export function lineOf({ batch, situation }) {
  const of = situation.label === null ? "" : ` (${situation.label})`;
  return `${situation.title}${of}. ${batch.text}`;
}

// Of the section's cubes, which draw a part of their own.
export function summaryOf({ summary, cube }) {
  const isPart = cube.shown.some((shown, i) => shown < cube.of[i]);
  return isPart ? `${summary} The cubes of this section draw the first ${cube.shown.join(" × ")} of ${cube.of.join(" × ")} cells.` : summary;
}

export function showTable({ norms }) {
  const column = (key) => norms.map((norm) => norm[key]);
  fillTable($("norms-table"), "norm", column("title"), [
    ["a statistic is shared by", column("over")],
    ["here", column("counted")],
    ["learns", column("learned")],
    ["looks at other examples", norms.map(({ batch }) => (batch ? "yes" : "no"))],
    ["source", column("source")],
  ]);
}

// The choices that the batch leaves.
export function showDivisors({ divisors }, state) {
  for (const [name, { all, texts, auto }] of Object.entries(divisors)) {
    const field = $(`c-${name}`);
    const options = [["auto", `auto (${auto})`], ...all.map((number, i) => [String(number), texts[i]])];
    const stated = JSON.stringify(options);
    if (field.dataset.stated !== stated) field.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
    field.dataset.stated = stated;
    field.value = state.get(name);
  }
}

// The table behind a figure.
export function numbersBehind(name, answer) {
  const table = element("table", "", { class: "numbers" });
  if (name === "published") {
    const { batch_sizes: sizes, errors } = answer.reference;
    const title = (norm) => answer.figures.published.data.find(({ meta }) => meta.term === norm).name;
    fillTable(table, "batch size", sizes.map(String), Object.entries(errors).map(([norm, values]) => [title(norm), values]));
    return table;
  }
  const numbers = name === "before" ? answer.cube.before : answer.norms.find((norm) => `after_${norm.name}` === name).after;
  const columns = [["mean", "mean"], ["deviation", "sd"], ["smallest", "min"], ["largest", "max"]];
  fillTable(table, answer.rows, answer.cube.before.rows, columns.map(([title, key]) => [title, numbers[`${key}_text`] ?? numbers[key]]));
  return table;
}
