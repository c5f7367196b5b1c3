// Every number at the playhead, as a table: a row a number, a column a variant.
import { MEASURES, parts } from "./measures.js";
import { textOf } from "./chart/chart.js";
import { three } from "../lib/figures/numbers.js";
import { fillTable } from "../lib/figures/tables.js";

const WHOLE = { loss: "loss", accuracy: "right in training, %", held_loss: "loss of the held-out", held: "right of the held-out, %", gradient: "size of the gradient", unit: "the unit’s 15, 50, 85 %", rate: "learning rate η" };
const OF_BLOCK = { block_gradient: "size of the gradient", weight: "‖W‖", update: "‖ΔW‖/‖W‖", effective_rate: "η/‖W‖²", gamma: "γ: 15, 50, 85 %", beta: "β: 15, 50, 85 %", running_mean: "running mean, off by", running_variance: "running variance ÷ batch’s" };
const OF_INPUTS = { mean: "mean of what enters f", sd: "deviation of what enters f" };

export function showNumbers(table, { rows, at, looks }, blocks) {
  const measured = (name, block) => (variant) => textOf(rows, at, variant, (record) => MEASURES[name].of(record, block));
  const lines = Object.entries(WHOLE).map(([name, title]) => [title, measured(name, 0)]);
  blocks.forEach((title, block) => {
    for (const [name, what] of Object.entries(OF_INPUTS)) lines.push([`${title}: ${what}`, (variant) => three(rows[at]?.variants[variant]?.blocks[block]?.[name])]);
    for (const [name, what] of Object.entries(OF_BLOCK)) if (isThere(rows[at], looks, name, block)) lines.push([`${title}: ${what}`, measured(name, block)]);
  });
  fillTable(table, "number", lines.map(([title]) => title), looks.map(({ name, title }) => [title, lines.map(([, text]) => text(name))]));
}

const isThere = (row, looks, name, block) => looks.some(({ name: variant }) => row?.variants[variant] && parts(MEASURES[name].of(row.variants[variant], block)).length);
