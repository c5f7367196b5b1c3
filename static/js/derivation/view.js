// The derivation's texts, formulas and tables, written from an answer.
import { element, fillList, fillTable } from "../lib/figures/tables.js";
import { fillTensor } from "./tensors.js";
import { pick } from "./slots.js";
import { three } from "../lib/figures/numbers.js";

const $ = (id) => document.getElementById(id);

const examplesOf = (rows) => ({ kind: "example", numbers: rows.map((_, j) => j) });

// How examples and features are called, and which way tables lie.
export function namesOf({ batch, query }) {
  const lecture = query.notation === "lecture";
  return {
    lecture,
    noun: lecture ? "unit" : "feature",
    examples: batch.values.map((_, j) => `${j}`),
    features: batch.feature_names,
  };
}

export function showTexts(answer) {
  for (const place of document.querySelectorAll("[data-symbol]")) place.textContent = answer.symbols[place.dataset.symbol];
  const { noun } = namesOf(answer);
  for (const place of document.querySelectorAll("[data-noun]")) place.textContent = noun;
  for (const place of document.querySelectorAll("[data-nouns]")) place.textContent = `${noun}s`;
}

// ---- the stage ----

export function showStage({ drag, hand_over: { address, text, help } }) {
  $("try-text").textContent = drag.text;
  Object.assign($("hand-over"), { href: address, textContent: text, title: help });
}

const nodeOf = (answer, name) => answer.nodes.find((one) => one.name === name);

// `stage` has the formula of its own step as it is now; another one's stands in the full answer.
export function showFormula(answer, stage, name, numbers, cell) {
  const node = nodeOf(answer, name);
  const formula = stage.step === name ? stage.formula : { symbols: node.mathml, numbers: node.numbers };
  const at = answer.nodes.indexOf(node);
  $("step").style.setProperty("--meaning", node.colour);
  $("step-side").textContent = `${node.side}, step ${at + 1} of ${answer.nodes.length}`;
  $("step-title").textContent = `${node.symbol}: ${node.title}`;
  $("step-meaning").textContent = node.meaning;
  setFormula("step-symbols", formula.symbols);
  setFormula("step-numbers", formula.numbers, numbers, cell);
  showNone(node, cell);
  $("step-place").textContent = placeText(answer, node, cell);
}

// The step's whole value, and its local derivatives.
export function showStep(answer, name, cell) {
  const node = nodeOf(answer, name);
  $("step-of").textContent = Array.isArray(node.value) ? `All of ${node.symbol}:` : "";
  fillTensor($("step-value"), node.value, namesOf(answer));
  markCell($("step-value"), cell);
  $("step-locals").replaceChildren(...locals(answer, node, cell));
}

// A number that does not exist, since it would be divided by 0: that it is none, and why it counts as 0.
function noneAt(none, cell) {
  return none?.features.includes(cell.feature) ? none : null;
}

function showNone(node, cell) {
  const none = noneAt(node.none, cell);
  if (none) [...$("step-numbers").querySelectorAll(`.slot[data-term="${node.name}"]`)].at(-1).firstElementChild.textContent = none.value;
  const missing = none ?? node.local.map((local) => noneAt(local.none, cell)).find(Boolean);
  $("step-none").textContent = missing?.why[cell.feature] ?? "";
}

function placeText(answer, node, cell) {
  const name = answer.batch.feature_names[cell.feature];
  if (!Array.isArray(node.value)) return "With numbers below: one for the whole batch.";
  return Array.isArray(node.value[0]) ? `With numbers below: at example ${cell.example} of ${name}.` : `With numbers below: for ${name}.`;
}

// Setting MathML anew costs a layout, so what stands there already stays.
function setFormula(id, mathml, numbers = null, cell = null) {
  const box = $(id);
  if (box.dataset.shown !== mathml) {
    box.innerHTML = mathml;
    box.dataset.shown = mathml;
  }
  numbers?.fill(box, cell);
}

function locals(answer, node, cell) {
  const rows = node.local.map((local) => {
    const value = pick(local.value, cell.example, cell.feature);
    const row = element("div", "", { class: "local" });
    const formula = element("span", "", { class: "formula-line" });
    formula.innerHTML = local.mathml;
    const shown = noneAt(local.none, cell)?.value ?? three(value);
    row.append(element("span", `by ${local.symbol}:`), formula, element("span", `= ${shown}`, { class: "value-of" }));
    return row;
  });
  const made = rows.length ? [element("h3", node.side === "forward" ? "Local derivative" : "What it is multiplied with"), ...rows] : [];
  if (node.upstream !== null) {
    made.push(element("p", `${node.arriving}: ${three(pick(node.upstream, cell.example, cell.feature))}`, { class: "muted small" }));
  }
  return made;
}

export function markCell(table, cell) {
  for (const marked of table.querySelectorAll(".chosen")) marked.classList.remove("chosen");
  for (const one of table.querySelectorAll(`[data-feature="${cell.feature}"]`)) {
    if (one.dataset.example === "*" || Number(one.dataset.example) === cell.example) one.closest("td").classList.add("chosen");
  }
}

// ---- what stands below ----

export function showSummed({ summed, printed, symbols: s, cell }, numbers, place) {
  setFormula("summed-symbols", summed.mathml);
  setFormula("summed-numbers", summed.numbers, numbers, place);
  const examples = summed.dy.map((_, k) => (k === cell.example ? `${k} = j` : String(k)));
  const blank = (rows, last) => [...rows, last];
  fillTable($("summed"), "k", [...examples, "sum"], [
    ["δ", blank(summed.delta.map(String), "")],
    ["mean", blank(summed.bracket.mean, "")],
    ["variance", blank(summed.bracket.variance, "")],
    ["these three", blank(summed.bracket.total, "")],
    [`∂${s.y}/∂${s.x}, ${s.gamma}/s times that`, blank(summed.slope, "")],
    [s.dy, blank(summed.dy, "")],
    ["product", blank(summed.product, summed.total)],
  ]);
  setFormula("printed-symbols", printed.mathml);
  $("printed-text").textContent = printed.text;
}

export function showLaws({ laws }) {
  $("laws").replaceChildren(...laws.map(({ title, text }) => {
    const group = element("div");
    group.append(element("dt", title), element("dd", text));
    return group;
  }));
}

export function showNaive({ naive, paths, symbols: s, cell }) {
  $("naive").setAttribute("aria-pressed", String(naive.on));
  fillList("naive-text", naive.text);
  const own = paths.dx.map((_, j) => naive.dx[j][cell.feature]);
  fillTable($("naive-table"), "example", paths.dx.map((_, j) => String(j)), [
    [s.dx, paths.dx],
    ["naive", own],
    ["forgotten: mean", paths.dx_mean],
    ["forgotten: variance", paths.dx_variance],
  ], examplesOf(own));
  $("naive-table").parentElement.hidden = !naive.on;
}

export function showRoutes({ routes, symbols: s, cell }) {
  const here = (value) => pick(value, cell.example, cell.feature);
  const names = Object.keys(routes);
  const column = (title, of) => [title, names.map((name) => of(routes[name]))];
  fillTable($("routes"), "gradient", names.map((name) => s[name]), [
    column("formula", ({ analytic }) => here(analytic)),
    column("staged", ({ staged }) => here(staged)),
    column("central differences", ({ numeric }) => here(numeric)),
    column("|staged − formula|", ({ largest }) => largest.staged_error),
    column("|central − formula|", ({ largest }) => largest.numeric_error),
    column("bound of that", ({ largest }) => largest.numeric_bound),
  ]);
}

export function showJacobian(answer, numbers, place) {
  const { jacobian, moved, batch, cell } = answer;
  const { entry, between_features: between } = jacobian;
  for (const [id, chosen] of [["c-cell", cell.example], ["c-output", cell.output]]) {
    $(id).replaceChildren(...batch.values.map((_, j) => new Option(String(j), String(j))));
    $(id).value = String(chosen);
  }
  setFormula("entry-symbols", entry.mathml);
  setFormula("entry-numbers", entry.numbers, numbers, place);
  $("entry-text").textContent = entry.text;
  $("moved-text").textContent = moved.text;
  $("between-text").textContent = between.text;
  fillTable($("between"), namesOf(answer).noun, batch.feature_names, batch.feature_names.map((name, i) => [name, between.largest.map((row) => row[i])]));
}

// The table behind a figure.
export function numbersBehind(name, { paths, jacobian, moved, symbols: s }) {
  const table = element("table", "", { class: "numbers" });
  const examples = paths.dx.map((_, j) => `${j}`);
  const columns = {
    paths: () => [["direct", paths.dx_direct], [s.dx_mean, paths.dx_mean], [s.dx_variance, paths.dx_variance], [s.dx, paths.dx]],
    jacobian: () => examples.map((title, j) => [`${s.x} of ${title}`, jacobian.total.map((row) => row[j])]),
    moved: () => [["before", moved.before], ["after", moved.after], ["predicted", moved.predicted]],
  }[name]();
  fillTable(table, "example", examples, columns, examplesOf(examples));
  return table;
}
