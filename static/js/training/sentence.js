// The one sentence that follows the playhead: the first of these whose condition holds. What each says stands in
// app/views/training/words/sentences.py.
import { divergedAt, newest } from "./records.js";
import { count, three } from "../lib/figures/numbers.js";

// `shown`: { rows, at, looks, guess }, the loss of guessing; `limits`: from how many percent, and how often ahead, something is said.
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
function toldOf({ name, short: title, called }, { rows, at }, { share }) {
  const last = newest(rows, at, name, (record) => record.loss);
  const reached = rows.find((row, i) => i <= at && 100 * (row.variants[name]?.held?.accuracy ?? 0) >= share);
  const held = newest(rows, at, name, (record) => record.held?.accuracy);
  return { name, title, called, loss: last?.value ?? null, diverged: divergedAt(rows, at, name), reached: reached?.step ?? null, held: held && 100 * held.value };
}

const RULES = [diverged, started, alone, reached, hopeless, ahead, even];

// Two variants by their names, where they begin a sentence and within it.
const named = (first, second) => ({ first: first.title, the_first: first.called, second: second?.title, the_second: second?.called });
const lossesOf = (first, second) => ({ ...named(first, second), first_loss: three(first.loss), second_loss: three(second.loss) });

function diverged(told) {
  const [gone, left] = [told.filter((one) => one.diverged !== null), told.filter((one) => one.diverged === null)];
  if (!gone.length) return null;
  if (!left.length) return ["all_diverged", { last: count(Math.max(...gone.map((one) => one.diverged))) }];
  const best = left.toSorted(byLoss)[0];
  return ["one_diverged", { ...named(gone[0], best), at: count(gone[0].diverged), second_loss: three(best.loss) }];
}

function started(told, { step }) {
  if (step > 0) return null;
  const [first, second] = told;
  return second ? ["start", lossesOf(first, second)] : ["start_one", { first: first.title, first_loss: three(first.loss) }];
}

function alone(told, { step }) {
  return told.length > 1 ? null : ["alone", { first: told[0].title, first_loss: three(told[0].loss), step: count(step) }];
}

// A share of the held-out examples, reached by one variant or more, and not lost again.
function reached(told, { limits: { share, lost } }) {
  if (told.some((one) => one.reached !== null && one.held < share - lost)) return null;
  const there = told.filter((one) => one.reached !== null).toSorted((one, other) => one.reached - other.reached);
  if (there.length === told.length) return reachedByAll(there, share);
  return there.length ? reachedByOne(told, there, share) : null;
}

// Of more than two, one was there alone before the others, and one alone after them; or all at once.
function reachedByAll(there, share) {
  const [isMany, first, last] = [there.length > 2, there[0], there.at(-1)];
  const of = { ...named(first, last), share };
  if (first.reached === last.reached) return [isMany ? "all_reached_together" : "both_reached_together", { ...of, at: count(first.reached) }];
  if (isMany && (there[1].reached === first.reached || there.at(-2).reached === last.reached)) return null;
  return [isMany ? "all_reached" : "both_reached", { ...of, first_at: count(first.reached), second_at: count(last.reached) }];
}

// Some are not there yet. Of more than two, one was there alone before the others, and one is behind all of them.
function reachedByOne(told, [second, other], share) {
  const [isMany, behind] = [told.length > 2, told.filter((one) => one.reached === null && one.held !== null)];
  const [first] = behind.toSorted((one, another) => one.held - another.held);
  if (!first) return null;
  if (isMany && (other?.reached === second.reached || told.some((one) => one !== first && one.held <= first.held))) return null;
  return [isMany ? "some_reached" : "one_reached", { ...named(first, second), share, at: count(second.reached), held: three(first.held) }];
}

// The best is no better than the same probability for every class.
function hopeless(told, { step, shown: { guess } }) {
  const [best] = told.toSorted(byLoss);
  return best.loss >= guess ? ["hopeless", { the_first: best.called, first_loss: three(best.loss), guess: three(guess), step: count(step) }] : null;
}

// The best of now had a smaller loss than each other in nearly all of the last records.
function ahead(told, { step, shown, limits }) {
  const [best, ...others] = told.toSorted(byLoss);
  if (others.some(({ name }) => wins(best.name, name, shown, limits.looked_at) < limits.mostly)) return null;
  return [others.length > 1 ? "leads" : "ahead", { ...lossesOf(best, others[0]), step: count(step) }];
}

function even(told, { step }) {
  const [best, ...others] = told.toSorted(byLoss);
  return [others.length > 1 ? "range" : "even", { ...lossesOf(best, others.at(-1)), step: count(step) }];
}

function wins(one, other, { rows, at }, most) {
  const both = rows.slice(Math.max(0, at - most + 1), at + 1).map(({ variants }) => [variants[one]?.loss, variants[other]?.loss]);
  return both.filter(([mine, yours]) => mine < yours).length;
}

const byLoss = (one, other) => (one.loss ?? Infinity) - (other.loss ?? Infinity);

const filled = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
