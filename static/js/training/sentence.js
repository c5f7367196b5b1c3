// The one sentence that follows the playhead: the first of these whose condition holds. What each says stands in
// app/views/training/words/sentences.py.
import { divergedAt, newest } from "./records.js";
import { count, three } from "../lib/figures/numbers.js";

// `shown`: { rows, at, looks }; `limits`: from how many percent, and how often ahead, something is said.
export function sentenceOf(shown, sentences, limits) {
  const { rows, at, looks } = shown;
  if (at < 0 || !rows.length) return sentences.waits;
  const told = looks.map((look) => toldOf(look, shown, limits));
  for (const rule of RULES) {
    const said = rule(told, { step: rows[at].step, shown, limits });
    if (said) return filled(sentences[said[0]], said[1]);
  }
  return sentences.waits;
}

// What of a variant a sentence may be about.
function toldOf({ name, short: title }, { rows, at }, { share }) {
  const last = newest(rows, at, name, (record) => record.loss);
  const reached = rows.find((row, i) => i <= at && 100 * (row.variants[name]?.held?.accuracy ?? 0) >= share);
  const held = newest(rows, at, name, (record) => record.held?.accuracy);
  return { name, title, loss: last?.value ?? null, diverged: divergedAt(rows, at, name), reached: reached?.step ?? null, held: held && 100 * held.value };
}

const RULES = [diverged, started, alone, reached, ahead, even];

function diverged(told) {
  const [gone, left] = [told.filter((one) => one.diverged !== null), told.filter((one) => one.diverged === null)];
  if (!gone.length) return null;
  if (!left.length) return ["all_diverged", { last: count(Math.max(...gone.map((one) => one.diverged))) }];
  const best = left.toSorted(byLoss)[0];
  return ["one_diverged", { first: gone[0].title, at: count(gone[0].diverged), second: best.title, second_loss: three(best.loss) }];
}

function started(told, { step }) {
  if (step > 0) return null;
  const [first, second] = told;
  const losses = { first: first.title, first_loss: three(first.loss) };
  return second ? ["start", { ...losses, second: second.title, second_loss: three(second.loss) }] : ["start_one", losses];
}

function alone(told, { step }) {
  return told.length > 1 ? null : ["alone", { first: told[0].title, first_loss: three(told[0].loss), step: count(step) }];
}

// A share of the held-out examples, reached by one variant or two, and not lost again.
function reached(told, { limits: { share, lost } }) {
  if (told.some((one) => one.reached !== null && one.held < share - lost)) return null;
  const there = told.filter((one) => one.reached !== null).toSorted((one, other) => one.reached - other.reached);
  const behind = told.filter((one) => one.reached === null && one.held !== null).toSorted((one, other) => one.held - other.held);
  const [first, second] = there;
  if (first && behind.length) return ["one_reached", { share, at: count(first.reached), second: first.title, first: behind[0].title, held: three(behind[0].held) }];
  if (!second) return null;
  const last = there.at(-1);
  if (first.reached === last.reached) return ["both_reached_together", { share, at: count(first.reached), first: first.title, second: last.title }];
  return ["both_reached", { share, first: first.title, first_at: count(first.reached), second: last.title, second_at: count(last.reached) }];
}

// Of the best and the worst of now, the same one had the smaller loss in nearly all of the last records.
function ahead(told, { step, shown, limits }) {
  const [best, worst] = bestAndWorst(told);
  if (wins(best.name, worst.name, shown, limits.looked_at) < limits.mostly) return null;
  return ["ahead", { first: best.title, second: worst.title, step: count(step), first_loss: three(best.loss), second_loss: three(worst.loss) }];
}

function even(told, { step }) {
  const [best, worst] = bestAndWorst(told);
  return ["even", { first: best.title, second: worst.title, step: count(step), first_loss: three(best.loss), second_loss: three(worst.loss) }];
}

function wins(one, other, { rows, at }, most) {
  const both = rows.slice(Math.max(0, at - most + 1), at + 1).map(({ variants }) => [variants[one]?.loss, variants[other]?.loss]);
  return both.filter(([mine, yours]) => mine < yours).length;
}

function bestAndWorst(told) {
  const all = told.toSorted(byLoss);
  return [all[0], all.at(-1)];
}

const byLoss = (one, other) => (one.loss ?? Infinity) - (other.loss ?? Infinity);

const filled = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
