// The numbers of formulas: each slot names a tensor of the answer and a place in it, and is filled with what stands there.
import { three } from "../lib/figures/numbers.js";

export class Numbers {
  #answer;
  #stage;
  #tensors;

  // `stage` has the latest numbers of its cell's feature; what it has not stands in the full answer.
  constructor(answer, stage = answer.stage) {
    this.#answer = answer;
    this.#stage = stage;
    this.#tensors = new Map(answer.nodes.map(({ name, value }) => [name, value]));
  }

  // The number at a place of a tensor; the cell decides where "cell", "unit" and "output" are.
  at(name, place, cell) {
    if (place === "entry") return this.#answer.jacobian.entry[name];
    const index = Number(place.slice(1));
    if (place.startsWith("n")) return (this.#tensors.get(name) ?? this.#answer.summed[name])[index];
    const example = /^k\d+$/.test(place) ? index : place === "output" ? cell.output : cell.example;
    const column = cell.feature === this.#stage.cell.feature ? this.#stage.values[name] : undefined;
    if (column !== undefined) return Array.isArray(column) ? column[example] : column;
    return pick(this.#tensors.get(name) ?? this.#answer.summed[name], example, cell.feature);
  }

  fill(root, cell) {
    for (const slot of root.querySelectorAll(".slot")) {
      const text = three(this.at(slot.dataset.term, slot.dataset.at, cell));
      const wrapped = slot.classList.contains("later") && text.startsWith("−");
      slot.firstElementChild.textContent = wrapped ? `(${text})` : text;
    }
  }
}

// A tensor holds a number, one a feature, or one for each example and feature.
export function pick(value, example, feature) {
  if (!Array.isArray(value)) return value;
  return Array.isArray(value[0]) ? value[example][feature] : value[feature];
}
