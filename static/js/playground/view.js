// The playground's text, tables and findings, written from an answer.
import { element, fillList, fillTable } from "../lib/figures/tables.js";
import { three } from "../lib/figures/numbers.js";

const SUMMARY = ["mean", "sd", "min", "q05", "q25", "median", "q75", "q95", "max", "outside"];
const HEADINGS = { sd: "deviation", q05: "5 %", q25: "25 %", q75: "75 %", q95: "95 %", outside: "outside the axis" };

export function showTexts(answer) {
  showVanished(answer);
  showLaws(answer);
  showOrigin(answer.batch);
}

// The way back to the doctor, which handed this layer over.
function showOrigin({ origin }) {
  const line = document.getElementById("from-doctor");
  line.hidden = !origin;
  if (!origin) return;
  const link = line.querySelector("a");
  link.href = origin.href;
  link.textContent = `${origin.norm} in the Doctor`;
}

function showVanished({ why: text }) {
  const why = document.getElementById("why");
  why.hidden = text === "";
  why.textContent = text;
}

function showLaws({ laws }) {
  const box = document.getElementById("laws");
  box.replaceChildren(
    ...laws.map(({ title, text }) => {
      const group = element("div");
      group.append(element("dt", title), element("dd", text));
      return group;
    }),
  );
}

// An engineer's own layer leads with what was found; elsewhere the chain stays where it is while findings come and go.
export function showFindings({ findings, batch }) {
  const warnings = findings.filter(({ severity }) => severity === "warning");
  const box = document.getElementById("findings");
  box.hidden = warnings.length === 0;
  box.replaceChildren(element("h2", "Findings", { class: "visually-hidden" }), ...warnings.map(finding));
  const place = batch.given.length ? "findings-lead" : "findings-follow";
  document.getElementById(place).after(box);
  fillList("notes", findings.filter(({ severity }) => severity === "note").map(({ title, explanation }) => `${title}: ${explanation}`));
}

function finding({ id, title, explanation, measure, count, features }) {
  const card = element("article", "", { class: "finding", "data-finding": id });
  card.append(element("h3", title), element("p", explanation));
  const items = features.slice(0, 8).map((row) => {
    const item = element("li", "", { "data-feature": row.feature });
    const link = element("a", row.name, { href: `#feature-${row.feature}` });
    item.append(link, ` ${row.text ?? `${measure} ${three(row.value)}`}`);
    return item;
  });
  if (count > items.length) items.push(element("li", `and ${count - items.length} more`));
  const rows = element("ul");
  rows.append(...items);
  card.append(rows);
  return card;
}

// The table of features; each row's box shows or leaves out the feature.
export function showFeatures(answer, shown, onPick) {
  const { batch, forward, backward, symbols: s } = answer;
  const columns = [
    [`${s.x} mean`, forward.x.mean_text],
    [`${s.x} deviation`, forward.x.sd],
    [`${s.x_hat} mean`, forward.x_hat.mean_text],
    [`${s.x_hat} deviation`, forward.x_hat.sd],
    [s.gamma, forward.gamma],
    [s.beta, forward.beta],
    [`${s.y} mean`, forward.y.mean_text],
    [`${s.y} deviation`, forward.y.sd],
    ["saturated", forward.saturation_text],
    [s.dgamma, backward.dgamma],
    [s.dbeta, backward.dbeta],
    [`Σ ${s.dx}`, backward.conservation.sum_dx_text],
    [`Σ ${s.dx}·${s.x_hat}`, backward.conservation.sum_dx_x_hat_text],
  ];
  const table = document.getElementById("features");
  const focused = table.contains(document.activeElement) ? document.activeElement.dataset.feature : undefined;
  fillTable(table, "feature", batch.features.map((feature, i) => pick(feature, batch.feature_names[i], shown, onPick)), columns, featuresOf(batch));
  table.querySelectorAll("tbody tr").forEach((row, i) => {
    row.id = `feature-${batch.features[i]}`;
  });
  if (focused) table.querySelector(`.pick[data-feature="${focused}"]`)?.focus();
  const left = batch.feature_count - batch.features.length;
  document.getElementById("features-note").textContent =
    left > 0 ? `${batch.features.length} of ${batch.feature_count} features are listed; the files below have all.` : "";
}

function pick(feature, title, shown, onPick) {
  const label = element("label");
  const box = element("input", "", { type: "checkbox", class: "pick", "data-feature": feature });
  box.checked = shown.has(feature);
  box.addEventListener("change", () => onPick(feature, box.checked));
  label.append(box, title);
  return label;
}

const featuresOf = ({ features }) => ({ kind: "feature", numbers: features });

// The table behind a figure.
export function numbersBehind(name, answer) {
  const table = element("table", "", { class: "numbers" });
  if (name === "pair" || name === "parameters") {
    fillTable(table, "feature", answer.batch.feature_names, behindOther(name, answer), featuresOf(answer.batch));
    return table;
  }
  const summary = name === "everything" ? answer.everything : answer.forward[name] ?? answer.backward[name];
  const readout = name.endsWith("readout");
  const names = readout ? answer.class_names : answer.batch.feature_names;
  fillTable(table, answer.figures[name].layout.meta.rows, names, SUMMARY.filter((key) => key in summary).map((key) => [HEADINGS[key] ?? key, summary[`${key}_text`] ?? summary[key]]), readout ? null : featuresOf(answer.batch));
  return table;
}

function behindOther(name, { forward, backward, symbols: s }) {
  return name === "parameters"
    ? [[s.dgamma, backward.dgamma], [s.dbeta, backward.dbeta]]
    : [["mean before", forward.x.mean_text], ["deviation before", forward.x.sd], ["mean after", forward.x_hat.mean_text], ["deviation after", forward.x_hat.sd]];
}
