// What the checker says of a student's tensors, written into the page.
import { three } from "./numbers.js";
import { element, fillTable } from "./tables.js";

const MARKS = { exact: "✓ exact", close: "≈ close", wrong: "✗ wrong" };
const $ = (id) => document.getElementById(id);

export function showReport(report) {
  for (const id of ["verdicts", "diagnoses", "check-warnings", "coefficients"]) $(id).replaceChildren();
  $("coefficients-fold").hidden = !report?.coefficients;
  if (!report) {
    $("headline").textContent = "Paste a gradient, or run the code in your notebook.";
    return;
  }
  $("headline").textContent = headline(report);
  showVerdicts(report);
  $("diagnoses").append(...diagnoses(report));
  $("check-warnings").append(...report.warnings.map((text) => element("li", text)));
  if (report.coefficients) showCoefficients(report.coefficients);
}

function headline({ correct, first_wrong: first, diagnoses: found, warnings }) {
  if (correct) return warnings.length ? "Nothing is wrong, as far as these data can tell." : "Correct.";
  const of = found.filter(({ tensor }) => tensor === first);
  return of.length === 1 ? `${first} is wrong: ${of[0].title[0].toLowerCase()}${of[0].title.slice(1)}.` : `${first} is the first that is wrong.`;
}

function showVerdicts({ tensors }) {
  const names = Object.keys(tensors);
  const of = (key) => names.map((name) => tensors[name][key]);
  const columns = [["verdict", of("verdict").map((verdict) => MARKS[verdict])], ["largest error", of("max_abs_error")]];
  columns.push(["relative to the largest value", of("max_rel_error").map((value) => (value === null ? "–" : three(value)))]);
  fillTable($("verdicts"), "tensor", names, columns);
}

// What cannot be told apart for one tensor stands together.
function diagnoses({ diagnoses: found }) {
  const made = [];
  for (const tensor of new Set(found.map((row) => row.tensor))) {
    const rows = found.filter((row) => row.tensor === tensor);
    if (rows.length > 1) made.push(element("p", `These data cannot tell apart, for ${tensor}:`, { class: "together" }));
    made.push(...rows.map(card));
  }
  return made;
}

function card({ id, tensor, title, explanation, look_at_math: math, residual }) {
  const made = element("article", "", { class: "diagnosis", "data-diagnosis": id });
  const look = element("p", "", { class: "look" });
  look.innerHTML = math; // the server's own catalogue, typeset there
  const near = residual === 0 ? "exactly your numbers" : `your numbers to within ${three(residual)} of their size`;
  const left = element("p", `Made on this batch, this mistake gives ${near} for ${tensor}.`, { class: "muted" });
  made.append(element("h3", title), element("p", explanation), look, left);
  return made;
}

function showCoefficients({ per_unit: units, pooled }) {
  const titles = { overall: "p, overall", mean_path: "a, mean path", variance_path: "c, variance path" };
  const said = (value) => (value === null ? "not told" : three(value));
  const names = [...units.overall.map((_, i) => `unit ${i}`), "together"];
  const columns = Object.entries(titles).map(([key, title]) => [title, [...units[key], pooled[key]].map(said)]);
  fillTable($("coefficients"), "", names, columns);
  $("coefficients").querySelector("th").textContent = "unit";
}
