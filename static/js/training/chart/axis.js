// Axes of what grows: where values lie between two ends, linearly or by factors, and which ticks stand there.
import { three } from "../../lib/figures/numbers.js";

const FACTORS = [1, 2, 5];
const DECADES = [1, 2, 3, 5, 10, 20]; // that two ticks are apart
const HAIR = 1e-9; // of a tick's distance

// A number beside a tick, as short as it is.
export function tickText(value) {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || size < 1e-3)) return three(value);
  return Number(value.toPrecision(6)).toLocaleString("en", { maximumFractionDigits: 6 }).replace("-", "−");
}

export const linear = { of: (value) => value, back: (at) => at, ticks: linearTicks, ends: linearEnds };
export const log = { of: (value) => Math.log10(value), back: (at) => 10 ** at, ticks: logTicks, ends: logEnds };
// Steps by factors, and step 0 among them.
export const steps = { of: (step) => Math.log10(step + 1), back: (at) => 10 ** at - 1, ticks: stepTicks };

// A 1, 2 or 5 and a power of ten, so that about so many of them make up a length.
export function distance(length, about) {
  const least = length / about;
  const decade = 10 ** Math.floor(Math.log10(least));
  return (FACTORS.find((factor) => factor * decade >= least * (1 - HAIR)) ?? 10) * decade;
}

function linearTicks(low, high, about) {
  const apart = distance(high - low, about + 1);
  const first = Math.ceil(low / apart - HAIR);
  const count = Math.floor(high / apart + HAIR) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => Number(((first + i) * apart).toPrecision(12)));
}

// Two ends around what is to be seen, at ticks, so that an axis seldom moves.
function linearEnds(low, high, about) {
  const [least, most] = low === high ? [low - (Math.abs(low) || 1) / 2, high + (Math.abs(high) || 1) / 2] : [low, high];
  const apart = distance(most - least, about);
  return [Math.floor(least / apart + HAIR) * apart, Math.ceil(most / apart - HAIR) * apart];
}

function logTicks(low, high, about) {
  const [first, last] = [Math.ceil(Math.log10(low) - HAIR), Math.floor(Math.log10(high) + HAIR)];
  const decades = Math.log10(high / low);
  if (last - first < 1) return linearTicks(low, high, about).filter((value) => value > 0);
  const apart = DECADES.find((each) => decades / each <= about) ?? Math.ceil(decades / about);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i).filter((power) => power % apart === 0).map((power) => 10 ** power);
}

function logEnds(low, high) {
  if (high / low < 10) {
    const [least, most] = linearEnds(low, high, 3);
    if (least > 0) return [least, most];
  }
  return [10 ** Math.floor(Math.log10(low) + HAIR), 10 ** Math.ceil(Math.log10(high) - HAIR)].map((end, i, ends) => (ends[0] === ends[1] && i ? 10 * end : end));
}

function stepTicks(low, high, about) {
  const all = [0, 1];
  for (let decade = 1; decade <= high; decade *= 10) for (const factor of [3, 10]) if (factor * decade <= high) all.push(factor * decade);
  const every = Math.ceil(all.length / about);
  return all.filter((_, i) => (i - 1) % every === 0 || i === 0).filter((step, i) => i !== 0 || every === 1 || all.length <= about + 1);
}
