// The texts of tensors: in the address while they are short together, else held here, each set with its step of the
// history, for as long as the page is open.

const MOST = 6000; // characters in the address, encoded
const NONE = new Map();

export class Pasted {
  #state;
  #names;
  #sets = new Map(); // by the mark of a step
  #typed = null; // the mark of texts that are still being typed
  #count = 0;

  constructor(state, names) {
    this.#state = state;
    this.#names = names;
  }

  get #held() {
    return this.#sets.get(this.#state.mark) ?? NONE;
  }

  get(name) {
    return this.#held.get(name) ?? this.#state.get(name);
  }

  // Whether all texts are in the address.
  get inAddress() {
    return this.#held.size === 0;
  }

  // `texts`: name to text; the other changes of the state go along as one step.
  set(texts, changes = {}, how = {}) {
    const all = Object.fromEntries(this.#names.map((name) => [name, texts[name] ?? this.get(name)]));
    const long = encodeURIComponent(Object.values(all).join("")).length > MOST;
    const mark = long ? `${performance.timeOrigin} ${(this.#count += 1)}` : null;
    this.#sets.delete(this.#typed);
    if (long) this.#sets.set(mark, new Map(Object.entries(all).filter(([name, text]) => text !== this.#state.fallback(name))));
    this.#typed = how.settle === false ? mark : null;
    const kept = long ? Object.fromEntries(this.#names.map((name) => [name, this.#state.fallback(name)])) : all;
    this.#state.set({ ...changes, ...kept }, { ...how, mark });
  }

  // What the view is asked with: the state, and what its address does not hold.
  body() {
    return { ...Object.fromEntries(new URLSearchParams(this.#state.query())), ...Object.fromEntries(this.#held) };
  }
}
