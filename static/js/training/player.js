// The playhead: the step that is shown, apart from the steps that have come. It plays, pauses, steps and is sought; the step
// stands in the address. A step that has not come yet, or that lies between two records, is waited for, at the newest one
// before it.
const WRITTEN = 500; // milliseconds between two addresses while it plays
const LEAP = 20; // records that a frame may leap over, after which what is missed is not made up for

export class Player {
  plays = false;
  #records;
  #state;
  #told;
  #wanted = 0;
  #due = 0; // when the next record is
  #frame = 0;
  #writtenAt = 0;

  // `moved()`: another step is shown, or it plays or not; `said()`: it has come to rest by a hand, or at the end.
  constructor(records, state, told) {
    this.#records = records;
    this.#state = state;
    this.#told = told;
  }

  // The number of the row that is shown; -1 where none has come.
  get at() {
    const { rows } = this.#records;
    const at = this.#records.from(this.#wanted);
    return rows[at]?.step === this.#wanted || at === 0 ? Math.min(at, rows.length - 1) : at - 1;
  }

  // The step that is shown.
  get step() {
    return this.#records.rows[this.at]?.step ?? 0;
  }

  // The step that is wanted, shown or on its way.
  get wanted() {
    return this.#wanted;
  }

  // The step that is wanted, where it has not come yet.
  get awaited() {
    const { newest, hasEnded } = this.#records;
    return !hasEnded && this.#wanted > newest ? this.#wanted : null;
  }

  // The step that is wanted, where it lies between two records; null elsewhere.
  get between() {
    const { rows, newest, standIn } = this.#records;
    const at = this.#records.from(this.#wanted);
    const isThere = rows[at]?.step === this.#wanted && rows[at] !== standIn;
    return at > 0 && at < rows.length && newest >= this.#wanted && !isThere ? this.#wanted : null;
  }

  get isAtEnd() {
    return this.#records.hasEnded && this.at === this.#records.rows.length - 1;
  }

  // It stands at a step of the address.
  stand(step) {
    this.#halt();
    this.#wanted = step;
    this.#told.moved();
  }

  play() {
    if (this.isAtEnd) this.#wanted = 0;
    else this.#wanted = this.step;
    this.plays = true;
    this.#due = performance.now();
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame((now) => this.#go(now));
    this.#told.moved();
  }

  pause() {
    this.#halt();
    this.#wanted = this.step;
    this.#rest();
  }

  toggle() {
    if (this.plays) this.pause();
    else this.play();
  }

  // To a step, by a hand; `how` goes to the state.
  seek(step, how = {}) {
    this.#halt();
    this.#wanted = Math.max(0, Math.round(step));
    this.#state.set({ step: this.#wanted }, how);
    this.#told.moved();
    if (how.settle !== false) this.#told.said();
  }

  // So many records on; Infinity is the newest.
  by(records, how = {}) {
    const { rows } = this.#records;
    const row = rows[Math.min(rows.length - 1, Math.max(0, this.at + records))];
    this.seek(row?.step ?? 0, how);
  }

  close() {
    cancelAnimationFrame(this.#frame);
  }

  #halt() {
    this.plays = false;
    cancelAnimationFrame(this.#frame);
  }

  #rest() {
    this.#state.set({ step: this.#wanted });
    this.#told.moved();
    this.#told.said();
  }

  #go(now) {
    const each = 1000 / Number(this.#state.get("speed"));
    const due = Math.min(LEAP, Math.floor((now - this.#due) / each));
    if (due > 0) {
      this.#due = Math.max(this.#due + due * each, now - each);
      if (this.#advance(due)) return;
    }
    this.#frame = requestAnimationFrame((next) => this.#go(next));
  }

  // Whether it has come to its end.
  #advance(records) {
    const { rows } = this.#records;
    const before = this.step;
    this.#wanted = rows[Math.min(rows.length - 1, this.at + records)]?.step ?? this.#wanted;
    if (this.isAtEnd) {
      this.#halt();
      this.#rest();
      return true;
    }
    if (this.step !== before) this.#told.moved();
    if (performance.now() - this.#writtenAt > WRITTEN) this.#write();
    return false;
  }

  #write() {
    this.#writtenAt = performance.now();
    if (String(this.#wanted) !== this.#state.get("step")) this.#state.set({ step: this.#wanted }, { settle: false });
  }
}
