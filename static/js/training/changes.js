// Changes of the learning rate in mid-run, as they stand in the address: "0.01@300;0.1@600".
export const read = (text) => text.split(";").filter(Boolean).map((part) => part.split("@")).map(([rate, step]) => ({ rate, step: Number(step) }));

const written = (changes) => changes.map(({ rate, step }) => `${rate}@${step}`).join(";");

// With a new rate from a step on; what was to change later does not.
export function changed(text, rate, step) {
  return written([...read(text).filter((one) => one.step < step), { rate, step }]);
}

// Without the last one.
export const undone = (text) => written(read(text).slice(0, -1));

// The step from which on two queries' runs differ, where nothing but changes of the rate parts them; else 0.
export function partingOf(before, now) {
  const [one, other] = [before, now].map((query) => new URLSearchParams(query));
  const changes = [one, other].map((query) => read(query.get("changes") ?? ""));
  for (const query of [one, other]) query.delete("changes");
  if (String(one) !== String(other)) return 0;
  const [mine, yours] = changes;
  const same = (i) => i < mine.length && i < yours.length && mine[i].step === yours[i].step && Number(mine[i].rate) === Number(yours[i].rate);
  let i = 0;
  while (same(i)) i += 1;
  const steps = [mine[i], yours[i]].filter(Boolean).map(({ step }) => step);
  return steps.length ? Math.min(...steps) : Infinity;
}
