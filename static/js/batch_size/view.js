// The texts and tables of the batch size view, written from an answer.
import { three } from "../lib/figures/numbers.js";
import { element, fillTable } from "../lib/figures/tables.js";

const $ = (id) => document.getElementById(id);

export function showTexts(answer) {
  const { batch, estimates, running, noise, dependence, classes, size } = answer;
  const texts = {
    "estimates-text": estimates.headline, "x-hat-text": estimates.x_hat.text, "population-text": estimates.population_text, "theory-text": estimates.text, "running-text": running.text,
    "biased-text": running.biased_text, "noise-text": noise.text, "match-text": noise.match_text, "pairs-text": noise.pairs_text,
    "outlier-text": dependence.outlier_text, "classes-text": classes.text,
    "between-text": dependence.between_text, "classifier-text": classes.about,
  };
  for (const [id, text] of Object.entries(texts)) if ($(id).textContent !== text) $(id).textContent = text;
  showMarks(batch, size);
}

function showMarks({ sizes, total }, size) {
  const largest = sizes.at(-1);
  document.querySelector('[data-size="all"]').textContent = total === largest ? "all" : String(largest);
  for (const button of document.querySelectorAll("[data-size]")) {
    const wanted = button.dataset.size === "all" ? largest : Number(button.dataset.size);
    button.setAttribute("aria-pressed", String(wanted === size));
    button.setAttribute("aria-disabled", String(wanted > largest));
  }
}

// The menus that name what the batch has.
export function showChoices({ batch, dependence }, state) {
  fill($("c-feature"), batch.features.map(({ feature, name }) => [name, feature]), state.get("feature"));
  const examples = dependence.x.before.map((_, j) => [batch.labels[j] ? `${j}: ${batch.labels[j]}` : String(j), j]);
  fill($("c-example"), examples, String(dependence.example));
  $("c-example").dataset.example = dependence.example;
}

function fill(select, choices, value) {
  const same = select.options.length === choices.length && choices.every(([title, key], i) => select.options[i].text === title && select.options[i].value === String(key));
  if (!same) select.replaceChildren(...choices.map(([title, key]) => new Option(title, String(key))));
  select.value = value;
}

export function showTables({ estimates, noise, classes, size, symbols }) {
  const row = estimates.sizes.indexOf(size);
  const features = estimates.features;
  fillTable($("features"), `at K = ${size}`, features.map(({ name }) => name), [
    ["μ", features.map(({ population }) => population.mean)],
    ["σ", features.map(({ population }) => population.sd)],
    ["ρ", features.map(({ population }) => population.excess)],
    [`${symbols.x_hat} strays by`, features.map(({ x_hat: strays }) => strays.whole[row])],
    ["through the mean", features.map(({ x_hat: strays }) => strays.shift[row])],
    ["through the deviation", features.map(({ x_hat: strays }) => strays.scale[row])],
  ]);
  fillTable($("off"), "K", estimates.off.map(({ size: k }) => String(k)), offColumns(estimates));
  fillTable($("kinds"), "noise", noise.kinds.map(({ title }) => title), [
    ["strength", noise.kinds.map(({ strength }) => strength)],
    ["mean", noise.kinds.map(({ mean }) => mean)],
    ["variance", noise.kinds.map(({ variance }) => variance)],
    ["skewness", noise.kinds.map(({ skewness }) => skewness)],
    ["excess kurtosis", noise.kinds.map(({ excess }) => excess)],
    ["variance, average of the batch", noise.kinds.map(({ average_variance: average }) => average)],
  ]);
  const cards = classes.batches.map(({ text, answer }) => {
    const card = element("article", "", { class: "card", ...(answer === classes.inference.answer ? {} : { "data-other": "" }) });
    card.append(element("p", text));
    return card;
  });
  $("class-batches").replaceChildren(...cards);
}

function offColumns({ features, feature, off }) {
  const { deviation } = features.find((one) => one.feature === feature);
  return [
    ["spread of the deviation", deviation.sd], ["theory", deviation.expected_sd], ["off by", off.map(({ text }) => text)],
    ["its average", deviation.average], ["theory", deviation.expected_average],
  ];
}

// The table behind a figure.
export function numbersBehind(name, answer) {
  const table = element("table", "", { class: "numbers" });
  const [part, which] = name.split("_");
  const { data } = answer.figures[name];
  if (part === "estimates" && which !== "noise") fillSpread(table, answer.estimates, which);
  else if (part === "jacobian") fillJacobian(table, answer, data);
  else if (name === "noise_pairs") fillPairs(table, data);
  else if (name === "classes") fillTable(table, "class", [...data[0].x], [["% of the batches", data[0].y]]);
  else fillTraces(table, answer.figures[name]);
  return table;
}

function fillSpread(table, { features, feature, sizes }, which) {
  const estimate = features.find((one) => one.feature === feature)[which];
  const shares = ["5 %", "25 %", "50 %", "75 %", "95 %"].map((title, q) => [title, estimate.quantiles[q]]);
  fillTable(table, "K", sizes.map(String), [
    ["average", estimate.average], ["theory", estimate.expected_average], ["deviation", estimate.sd], ["± (1 se)", estimate.sd_error],
    ["theory", estimate.expected_sd], ...shares,
  ]);
}

const examplesOf = (rows) => ({ kind: "example", numbers: rows.map((_, j) => j) });

function fillJacobian(table, { symbols: s }, [{ z }]) {
  fillTable(table, "output of", z.map((_, k) => String(k)), z.map((_, j) => [`${s.x} of ${j}`, z.map((row) => row[j])]), examplesOf(z));
}

function fillPairs(table, data) {
  const [first] = data;
  fillTable(table, "pair", first.customdata.map(([a, b]) => `${a} and ${b}`), [["product", first.x], ...data.map(({ name, y }) => [name, y])]);
}

// Lines that share their places.
function fillTraces(table, { data, layout }) {
  const places = data.reduce((longest, { x }) => (x.length > longest.length ? x : longest), []);
  const lines = data.filter(({ x }) => x.length === places.length);
  fillTable(table, layout.xaxis.title.text, [...places].map(three), lines.map(({ name, y }) => [name, [...y]]));
}
