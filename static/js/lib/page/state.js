// One table of state that reads and writes the address. Values are strings as they stand in the query;
// a field that has its default is not in the address. A mark stands with each step of the history, for what is not in
// the address and yet comes back with the step.

// What the server takes for yes and no, in any case of letters.
const YES = ["true", "1", "on", "t", "y", "yes"];
const NO = ["false", "0", "off", "f", "n", "no"];
const PAUSE = 100; // milliseconds without a change, after which the address of what moves is written

export class State {
  #schema;
  #shown;
  #values;
  #settled;
  #mark = null;
  #settledMark = null;
  #listeners = new Set();
  #inBar = null; // the address that stands in the bar, and its mark; null where the state did not write it
  #timer = 0;
  #changedAt = 0;
  #run = null;
  #isStep = false; // whether the run stands in the history already
  #moves = false;
  #follow;
  #closing = new AbortController();

  // `shown` are fields of the page itself: in the address, and nothing that the server computes with. `follow(changes,
  // state)` names what must change with these changes in the same step.
  constructor(schema, shown = {}, follow = () => ({})) {
    this.#schema = { ...schema, ...shown };
    this.#shown = shown;
    this.#follow = follow;
    this.#read();
    window.addEventListener("popstate", () => {
      this.#read();
      this.#tell(null);
    }, { signal: this.#closing.signal });
  }

  // Neither the history nor a change is told any more.
  close() {
    this.#closing.abort();
    this.#listeners.clear();
    this.#stopTimer();
  }

  get mark() {
    return this.#mark;
  }

  get(name) {
    return this.#values.get(name) ?? this.fallback(name);
  }

  // What a field is where the address does not say; `at` are other fields' values, if not those in force.
  fallback(name, at = {}) {
    const { default: usual, control } = this.#schema[name] ?? {};
    const [other, own] = Object.entries(control?.default_for ?? {})[0] ?? [];
    const value = (other ? own[at[other] ?? this.get(other)] : undefined) ?? usual;
    return value === null || value === undefined ? "" : String(value);
  }

  // Where a field's slider ends: elsewhere, where another field has a value that says so.
  endOf(name) {
    const { slider, end_for: ends } = this.#schema[name].control;
    const [other, own] = Object.entries(ends ?? {})[0] ?? [];
    return (other ? own[this.get(other)] : undefined) ?? slider[1];
  }

  // A field of numbers with commas between, as numbers.
  indices(name) {
    return this.get(name).split(",").filter(Boolean).map(Number);
  }

  // Whether nothing but the page itself has changed.
  isOfPage(names) {
    return names !== null && names.every((name) => name in this.#shown);
  }

  // While something is dragged, or keys move it.
  get moves() {
    return this.#moves;
  }

  has(name) {
    return name in this.#schema;
  }

  isChanged(name) {
    return this.#values.has(name);
  }

  // `settle` makes the change one step of Back and Forward; while something is dragged the step is replaced, and changes
  // of one `run`, with nothing between them, are one step together. What moves is in the address at its next pause, but at
  // once where keys move what nobody is asked for.
  set(wanted, { settle = true, mark = this.#mark, run = null } = {}) {
    this.#goOnWith(run);
    this.#moves = !settle || run !== null;
    const changes = { ...wanted, ...this.#follow(wanted, this) };
    this.#mark = mark;
    this.#put(Object.entries(changes).map(([name, value]) => [name, String(value ?? "")]));
    const names = Object.keys(changes);
    if (!this.#moves) this.settle();
    else if (settle && this.isOfPage(names)) this.#write();
    else this.#writeAtPause();
    this.#tell(names);
  }

  settle() {
    const address = this.address();
    if (address === this.#settled && this.#mark === this.#settledMark) return this.#replace(address, this.#mark);
    this.#replace(this.#settled, this.#settledMark);
    history.pushState(this.#mark, "", address);
    this.#inBar = { address, mark: this.#mark };
    this.#settledHere();
  }

  reset(names) {
    this.set(Object.fromEntries(names.map((name) => [name, this.fallback(name)])));
  }

  // What the address has wrong stands in none that is written from now on.
  amend(values) {
    this.#put(Object.entries(values));
    this.#settledHere();
  }

  changed() {
    return [...this.#values.keys()];
  }

  // What the server is asked.
  query() {
    return this.#written(([name]) => !(name in this.#shown));
  }

  address() {
    const query = this.#written(() => true);
    return query ? `${location.pathname}?${query}` : location.pathname;
  }

  onChange(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #written(which) {
    const fields = [...this.#values].filter(which).sort(([a], [b]) => a.localeCompare(b));
    return new URLSearchParams(fields).toString();
  }

  #settledHere() {
    this.#settled = this.address();
    this.#settledMark = this.#mark;
  }

  // What another run has left to write is a step of its own.
  #goOnWith(run) {
    if (run === this.#run) return;
    if (this.#timer && this.#run) this.#write();
    this.#run = run;
    this.#isStep = false;
  }

  // An address that is written costs the browser ten milliseconds, as it draws the tab's icon anew: none while a hand moves.
  #writeAtPause() {
    this.#changedAt = performance.now();
    if (this.#timer) return;
    this.#timer = setTimeout(() => this.#writeUnlessItMoves(), PAUSE);
    document.documentElement.dataset.address = "behind"; // for who looks from outside, as the tests do
  }

  #writeUnlessItMoves() {
    const rest = this.#changedAt + PAUSE - performance.now();
    if (rest > 0) this.#timer = setTimeout(() => this.#writeUnlessItMoves(), rest);
    else this.#write();
  }

  // A run's first pause makes it a step, its others go on with that.
  #write() {
    this.#stopTimer();
    if (this.#run && !this.#isStep) this.settle();
    else this.#replace(this.address(), this.#mark);
    if (this.#run) this.#settledHere();
    this.#isStep = this.#run !== null;
  }

  #stopTimer() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    delete document.documentElement.dataset.address;
  }

  #replace(address, mark) {
    if (this.#inBar?.address === address && this.#inBar.mark === mark) return;
    history.replaceState(mark, "", address);
    this.#inBar = { address, mark };
  }

  // All of them first: a default may depend on another field.
  #put(pairs) {
    for (const [name, value] of pairs) this.#values.set(name, this.#schema[name]?.type === "boolean" ? yesOrNo(value) : value);
    for (const [name, value] of [...this.#values]) if (value === this.fallback(name)) this.#values.delete(name);
  }

  #read() {
    this.#values = new Map();
    this.#put([...new URLSearchParams(location.search)].filter(([name, value]) => !(name in this.#shown) || isAllowed(this.#shown[name], value)));
    this.#settled = this.address();
    this.#mark = this.#settledMark = history.state;
    this.#run = this.#inBar = null;
    this.#stopTimer();
  }

  #tell(names) {
    this.#listeners.forEach((listener) => listener(names));
  }
}

function yesOrNo(given) {
  const word = given.toLowerCase();
  return YES.includes(word) ? "true" : NO.includes(word) ? "false" : given;
}

// Whether a field takes a value: the server names a wrong one of the page itself, and the page shows what is usual instead.
function isAllowed({ choices, type, low = -Infinity, high = Infinity }, value) {
  if (choices) return choices.includes(value);
  return type !== "integer" || (/^[+-]?\d+$/.test(value) && value >= low && value <= high);
}
