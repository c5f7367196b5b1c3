// The records of a run as they come, all of them kept, in the order of their steps.
export class Records {
  rows = []; // { step, variants: { NAME: record } }
  hasEnded = false;
  #between = null; // the row of a step between two of the run's records, which was asked for last
  #standIn = null; // the row at which the run goes another way, as it was before, until it comes anew

  get last() {
    return this.rows.at(-1) ?? null;
  }

  // The newest step that is of the run as it goes now; -1 where none is.
  get newest() {
    return (this.last === this.#standIn ? this.rows.at(-2) : this.last)?.step ?? -1;
  }

  // The row that stands for a step of the run that has not come anew yet; null where none does.
  get standIn() {
    return this.#standIn;
  }

  // One that is there already is not taken again. Of `blocks` in all, a variant with fewer lacks some before its read-out.
  take(row, blocks) {
    if (row.step === this.#standIn?.step) this.leaveStandIn();
    if (this.last && row.step <= this.last.step) return;
    this.rows.push(filled(row, blocks));
  }

  // A row between two others, in place of the one that was put there before.
  put(row, blocks) {
    if (row.step === this.#standIn?.step) this.leaveStandIn();
    const others = this.rows.filter((one) => one !== this.#between);
    const at = others.findIndex(({ step }) => step >= row.step);
    if (at < 0 || others[at].step === row.step) return;
    this.#between = filled(row, blocks);
    this.rows = others.toSpliced(at, 0, this.#between);
  }

  // Those before a step stay, and a run goes on behind them. The row of the step itself stays until it comes anew: it is of
  // the same network, whose next update will be another.
  keepBefore(step) {
    const at = this.from(step);
    this.#standIn = step > 0 && this.rows[at]?.step === step ? withoutRate(this.rows[at]) : null;
    this.rows = this.rows.slice(0, at).concat(this.#standIn ?? []);
    this.hasEnded = false;
  }

  leaveStandIn() {
    this.rows = this.rows.filter((one) => one !== this.#standIn);
    this.#standIn = null;
  }

  // The step of the row that is nearest to one; beyond the newest it is the step itself.
  nearest(step) {
    const at = this.from(step);
    const [before, behind] = [this.rows[at - 1], this.rows[at]];
    if (!behind) return step;
    return before && step - before.step < behind.step - step ? before.step : behind.step;
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

function withoutRate({ step, variants }) {
  const blocks = (record) => record.blocks.map((block) => block && { ...block, effective_rate: null });
  const changed = ([name, record]) => [name, { ...record, rate: null, blocks: blocks(record) }];
  return { step, variants: Object.fromEntries(Object.entries(variants).map(changed)) };
}

function filled(row, blocks) {
  for (const record of Object.values(row.variants)) record.blocks.splice(-1, 0, ...Array(Math.max(0, blocks - record.blocks.length)).fill(null));
  return row;
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
