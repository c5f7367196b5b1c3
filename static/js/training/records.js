// The records of a run as they come, all of them kept, in the order of their steps.
export class Records {
  rows = []; // { step, variants: { NAME: record } }
  hasEnded = false;

  get last() {
    return this.rows.at(-1) ?? null;
  }

  // One that is there already is not taken again. Of `blocks` in all, a variant with fewer lacks some before its read-out.
  take(row, blocks) {
    if (this.last && row.step <= this.last.step) return;
    for (const record of Object.values(row.variants)) record.blocks.splice(-1, 0, ...Array(Math.max(0, blocks - record.blocks.length)).fill(null));
    this.rows.push(row);
  }

  // Those before a step stay, and a run goes on behind them.
  keepBefore(step) {
    this.rows = this.rows.slice(0, this.from(step));
    this.hasEnded = false;
  }

  // The number of the first row of at least that step; as many as there are, where it has not come.
  from(step) {
    let [low, high] = [0, this.rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.rows[middle].step < step) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

// The newest of a variant's records up to a row that has what `of` looks for; null where none has.
export function newest(rows, at, name, of) {
  for (let i = at; i >= 0; i -= 1) {
    const record = rows[i].variants[name];
    const value = record ? of(record) : null;
    if (value !== null && value !== undefined) return { step: rows[i].step, value };
  }
  return null;
}

// The step at which a variant diverged, if that is so at a row.
export function divergedAt(rows, at, name) {
  for (let i = at; i >= 0; i -= 1) {
    const record = rows[i].variants[name];
    if (record) return record.diverged ? rows[i].step : null;
  }
  return null;
}
