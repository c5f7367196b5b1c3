// The texts of tensors: in the address while they are short together, else held here for as long as the page is open.

const MOST = 6000; // characters in the address, encoded

export class Pasted {
  #state;
  #names;
  #held = new Map();

  constructor(state, names) {
    this.#state = state;
    this.#names = names;
    state.onChange((changed) => changed === null && this.#held.clear());
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
    this.#held = new Map(long ? Object.entries(all).filter(([name, text]) => text !== this.#state.fallback(name)) : []);
    const kept = long ? Object.fromEntries(this.#names.map((name) => [name, this.#state.fallback(name)])) : all;
    this.#state.set({ ...changes, ...kept }, how);
  }

  // What the view is asked with: the state, and what its address does not hold.
  body() {
    return { ...Object.fromEntries(new URLSearchParams(this.#state.query())), ...Object.fromEntries(this.#held) };
  }
}
