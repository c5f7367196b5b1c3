// What a gradient check found, written from its answer.
import { element, fillTable } from "../lib/figures/tables.js";
import { three } from "../lib/figures/numbers.js";

const $ = (id) => document.getElementById(id);

export function showFound(answer, takeProbe) {
  $("batch-line").textContent = answer.checked;
  $("headline").textContent = answer.headline;
  $("jump").textContent = answer.headline;
  $("batch").textContent = answer.batch;
  showVerdicts(answer);
  showFaults(answer, takeProbe);
  showFactors(answer);
  showNumeric(answer);
  const warnings = $("warnings");
  warnings.replaceChildren(...answer.warnings.map((text) => element("li", text)));
  warnings.hidden = answer.warnings.length === 0;
}

function showVerdicts({ tensors, refused, first_wrong: first }) {
  const names = [...Object.keys(tensors), ...Object.keys(refused)].map((name) => {
    const title = element("span", name, { class: "name" });
    const whole = element("span");
    whole.append(title);
    if (name === first) whole.append(element("span", "start here", { class: "first" }));
    return whole;
  });
  const rows = Object.values(tensors);
  const none = Object.keys(refused).map(() => "–");
  const table = $("verdicts");
  $("verdicts-section").hidden = names.length === 0;
  fillTable(table, "tensor", names, [
    ["verdict", [...rows.map(({ verdict }) => verdict), ...none.map(() => "not checked")]],
    ["largest error", [...rows.map((row) => row.max_abs_error), ...none]],
    ["of its largest number", [...rows.map((row) => (row.max_rel_error === null ? "–" : `${three(100 * row.max_rel_error)} %`)), ...none]],
  ], { kind: "tensor", numbers: [...Object.keys(tensors), ...Object.keys(refused)] });
  table.querySelectorAll("tbody td:nth-child(2)").forEach((cell) => {
    cell.replaceChildren(element("span", cell.textContent, { class: `verdict ${cell.textContent.replace(" ", "-")}` }));
  });
}

// Faults that may each explain the same tensor stand together; a probe (`takeProbe`) helps where the batch is another.
function showFaults({ faults, diagnoses, reasons }, takeProbe) {
  $("diagnoses-section").hidden = faults.length === 0;
  const groups = Map.groupBy(faults, ({ tensors, id, alternatives }) => (alternatives > 1 ? tensors[0] : `${tensors} ${id}`));
  $("diagnoses").replaceChildren(...[...groups.values()].map((group) => groupOf(group, diagnoses, reasons.length > 0, takeProbe)));
}

function groupOf(faults, diagnoses, explained, takeProbe) {
  const group = element("div", "", { class: "group" });
  const cards = element("div", "", { class: "cards" });
  cards.append(...faults.map((fault) => cardOf(fault, diagnoses)));
  if (faults.length > 1) {
    const why = explained ? " Why stands below." : "";
    const words = element("p", `${faults[0].tensors[0]}: these ${faults.length} cannot be told apart by these numbers.${why} `);
    if (takeProbe) words.append(probeButton(takeProbe));
    group.append(words);
  }
  group.append(cards);
  return group;
}

function probeButton(takeProbe) {
  const button = element("button", "Take a probe, which tells them apart", { type: "button" });
  button.addEventListener("click", takeProbe);
  return button;
}

// One sentence and its lines of code; why, and the algebra, are a gesture away.
function cardOf({ id, tensors, sentence, lines }, diagnoses) {
  const { explanation, look_at_math: math, agreement } = diagnoses.find((one) => one.id === id && tensors.includes(one.tensor));
  const card = element("article", "", { class: "diagnosis", "data-diagnosis": id, "data-tensor": tensors.join(" ") });
  const look = element("pre", "", { class: "look", tabindex: "0", "aria-label": "Look at" });
  look.append(element("code", lines.join("\n")));
  const why = element("details", "", { class: "fold" });
  const algebra = element("div", "", { class: "algebra", tabindex: "0", role: "group", "aria-label": "The same as algebra" });
  algebra.innerHTML = math; // made by the server from its own catalogue
  why.append(element("summary", "Why, and the algebra"), element("p", explanation), algebra, element("p", agreement, { class: "small" }));
  card.append(element("h3", sentence), look, why);
  return card;
}

function showFactors({ coefficients, figures, factors }) {
  $("factors-section").hidden = !coefficients && !figures.against;
  const words = coefficients ? factors.map(({ name, title, meaning }) => [title, meaning, coefficients.words[name]]) : [];
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
  ], { kind: "tensor", numbers: rows.map(({ tensor }) => tensor) });
}

// The batch's numbers: a row an example (or a position of one), a column a unit.
export function showBatch({ table: { rows, count, units: all, x, dy, per_unit: perUnit } }) {
  const units = x[0].map((_, unit) => unit);
  const columns = (name, matrix) => units.map((unit) => [`${name} ${unit}`, [...matrix.map((row) => row[unit])]]);
  const names = [...rows, ...Object.keys(perUnit)];
  const filled = columns("x", x).map(([title, values], unit) => [title, [...values, ...Object.values(perUnit).map((each) => each[unit])]]);
  const upstream = columns("dy", dy).map(([title, values]) => [title, [...values, ...Object.keys(perUnit).map(() => "")]]);
  const first = count > rows.length ? `first ${rows.length} of ${count}` : "example";
  fillTable($("batch-table"), all > units.length ? `${first}, ${units.length} of ${all} units` : first, names, [...filled, ...upstream]);
  for (const row of $("batch-table").rows) [...row.cells].slice(1).forEach((cell, i) => (cell.dataset.feature = i % units.length));
}

export function numbersBehind(name, { coefficients, figures, factors }) {
  const table = element("table", "", { class: "numbers" });
  if (name === "factors") {
    const noun = figures.factors.data[0].meta.of === "feature" ? "unit" : "statistic"; // of another norm a statistic is no unit's
    const units = coefficients.per_unit.overall.slice(0, figures.factors.layout.meta.units).map((_, unit) => `${noun} ${unit}`);
    const linked = noun === "unit" ? { kind: "feature", numbers: units.map((_, unit) => unit) } : undefined;
    fillTable(table, noun, units, factors.map((factor) => [factor.title, coefficients.per_unit[factor.name]]), linked);
    return table;
  }
  const points = figures.against.data.flatMap(({ name: unit, customdata }) => customdata.map(([row, truth, yours]) => [`${unit}, ${row}`, truth, yours]));
  fillTable(table, "number", points.map(([title]) => title), [["correct", points.map((row) => row[1])], ["yours", points.map((row) => row[2])]]);
  return table;
}
