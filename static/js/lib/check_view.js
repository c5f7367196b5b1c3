// What a gradient check found, written from its answer.
import { element, fillTable } from "./tables.js";
import { three } from "./numbers.js";

const FACTORS = [
  ["overall", "the whole gradient", "gradient"],
  ["mean_path", "its path through the mean", "mean"],
  ["variance_path", "its path through the variance", "variance"],
];
const $ = (id) => document.getElementById(id);

export function showFound(answer, takeProbe) {
  $("batch-line").textContent = answer.checked;
  $("headline").textContent = answer.headline;
  $("jump").textContent = answer.headline;
  $("batch").textContent = answer.batch;
  showVerdicts(answer);
  showDiagnoses(answer, takeProbe);
  showFactors(answer);
  showNumeric(answer);
  const warnings = $("warnings");
  warnings.replaceChildren(...answer.warnings.map((text) => element("li", text)));
  warnings.hidden = answer.warnings.length === 0;
}

function showVerdicts({ tensors, first_wrong: first }) {
  const names = Object.keys(tensors).map((name) => {
    const title = element("span", name, { class: "name" });
    const whole = element("span");
    whole.append(title);
    if (name === first) whole.append(element("span", "start here", { class: "first" }));
    return whole;
  });
  const found = Object.values(tensors);
  const table = $("verdicts");
  fillTable(table, "tensor", names, [
    ["verdict", found.map(({ verdict }) => verdict)],
    ["largest error", found.map((row) => row.max_abs_error)],
    ["of its largest number", found.map((row) => (row.max_rel_error === null ? "–" : `${three(100 * row.max_rel_error)} %`))],
  ]);
  table.querySelectorAll("tbody td:nth-child(2)").forEach((cell) => {
    cell.replaceChildren(element("span", cell.textContent, { class: `verdict ${cell.textContent}` }));
  });
}

function showDiagnoses({ tensors, diagnoses }, takeProbe) {
  $("diagnoses-section").hidden = diagnoses.length === 0;
  const groups = Object.keys(tensors).map((name) => diagnoses.filter(({ tensor }) => tensor === name));
  $("diagnoses").replaceChildren(...groups.filter((group) => group.length).map((group) => groupOf(group, takeProbe)));
}

// Several mistakes that give the same tensor stand together.
function groupOf(diagnoses, takeProbe) {
  const group = element("div", "", { class: "group", "data-tensor": diagnoses[0].tensor });
  const cards = element("div", "", { class: "cards" });
  cards.append(...diagnoses.map(cardOf));
  if (diagnoses.length > 1) {
    const words = element("p", `${diagnoses[0].tensor}: these ${diagnoses.length} cannot be told apart on these data. Why stands below. `);
    const button = element("button", "Take a probe, which tells them apart", { type: "button" });
    button.addEventListener("click", takeProbe);
    words.append(button);
    group.append(words);
  }
  group.append(cards);
  return group;
}

function cardOf({ id, tensor, title, explanation, look_at_math: math, residual }) {
  const card = element("article", "", { class: "diagnosis", "data-diagnosis": id });
  const algebra = element("div", "", { class: "algebra", tabindex: "0", role: "group", "aria-label": "The line of algebra to look at" });
  algebra.innerHTML = math; // made by the server from its own catalogue
  card.append(element("h3", `${tensor}: ${title}`), element("p", explanation), algebra);
  card.append(element("p", `Your ${tensor} is what this mistake gives, up to ${three(residual)} of its largest number.`, { class: "small" }));
  return card;
}

function showFactors({ coefficients, figures }) {
  $("factors-section").hidden = !coefficients && !figures.against;
  const words = coefficients ? FACTORS.map(([name, title, meaning]) => [title, meaning, coefficients.words[name]]) : [];
  const same = words.length > 0 && words.every(([, , text]) => text === words[0][2]);
  const rows = (same ? [["all three", "gradient", words[0][2]]] : words).map(([title, meaning, text]) => {
    const row = element("div", "", { style: `--meaning: var(--${meaning})` });
    row.append(element("dt", title), element("dd", text));
    return row;
  });
  $("factors").replaceChildren(...rows);
}

function showNumeric({ numeric: rows, numeric_note: note }) {
  const table = $("numeric");
  table.replaceChildren();
  $("numeric-note").textContent = note;
  $("numeric-note").hidden = note === "";
  if (!rows) return;
  fillTable(table, "tensor", rows.map(({ tensor }) => tensor), [
    ["formula − differences", rows.map((row) => row.difference)],
    ["differences are sure to", rows.map((row) => row.bound)],
    ["yours − differences", rows.map((row) => row.yours)],
    ["steps h", rows.map((row) => (row.smallest_step === row.largest_step ? three(row.largest_step) : `${three(row.smallest_step)} to ${three(row.largest_step)}`))],
  ]);
}

// The batch's numbers: a row an example (or a position of one), a column a unit.
export function showBatch({ table: { rows, count, x, dy, per_unit: perUnit } }) {
  const units = x[0].map((_, unit) => unit);
  const columns = (name, matrix) => units.map((unit) => [`${name} ${unit}`, [...matrix.map((row) => row[unit])]]);
  const names = [...rows, ...Object.keys(perUnit)];
  const filled = columns("x", x).map(([title, values], unit) => [title, [...values, ...Object.values(perUnit).map((all) => all[unit])]]);
  const upstream = columns("dy", dy).map(([title, values]) => [title, [...values, ...Object.keys(perUnit).map(() => "")]]);
  fillTable($("batch-table"), count > rows.length ? `first ${rows.length} of ${count}` : "example", names, [...filled, ...upstream]);
}

export function numbersBehind(name, { coefficients, figures }) {
  const table = element("table", "", { class: "numbers" });
  if (name === "factors") {
    const units = coefficients.per_unit.overall.map((_, unit) => `unit ${unit}`);
    fillTable(table, "unit", units, FACTORS.map(([key, title]) => [title, coefficients.per_unit[key]]));
    return table;
  }
  const points = figures.against.data.flatMap((trace) => trace.x.map((x, i) => [`${trace.name}, example ${trace.customdata[i]}`, x, trace.y[i]]));
  fillTable(table, "number", points.map(([title]) => title), [["correct", points.map((row) => row[1])], ["yours", points.map((row) => row[2])]]);
  return table;
}
