// Batch size beside its source: the slider ends where the source does, and more than all is all.
import { scaleOf } from "./controls.js";
import { isNumber } from "../figures/numbers.js";
import { isLarge } from "./source.js";

const READ_BY = ["source", "values", "array", "header", "missing"]; // decide how many examples there are
const $ = (id) => document.getElementById(id);

export class Examples {
  #state;
  #scale;
  #longest;
  #known = null; // of the answer: its query, and how many examples its source has

  // `field`: the description of the field, with the slider's range.
  constructor(state, { control: { slider, finite } }) {
    this.#state = state;
    this.#scale = scaleOf(document.querySelector('.control[data-field="batch_size"]'));
    this.#longest = { endless: slider[1], finite: finite ?? slider[1] };
  }

  // `examples` that the batch has, of `total` (null: no end), in the answer to `query`.
  show({ examples, total }, query) {
    const asked = this.#state.get("batch_size");
    this.#known = { query, total };
    this.#scale.upTo(total === null ? this.#longest.endless : Math.min(total, this.#longest.finite));
    if (!isNumber(asked)) this.#scale.show(examples);
    this.#scale.range.setAttribute("aria-valuetext", `${examples} example${examples === 1 ? "" : "s"}`);
    const what = isLarge(this.#state.get("source")) ? "sample" : "source";
    $("source-size").textContent = total === null ? "The source has no end." : `The ${what} has ${total.toLocaleString("en")} example${total === 1 ? "" : "s"}.`;
    if ($("take-all")) $("take-all").hidden = total === null || asked === "all";
  }

  // What a size beyond the source becomes.
  within(changes) {
    if (!("batch_size" in changes) || !this.#isKnown(changes)) return {};
    const { total } = this.#known;
    return total !== null && Number(changes.batch_size) > total ? { batch_size: String(total) } : {};
  }

  // Whether the source that the state and the changes name is the answer's.
  #isKnown(changes) {
    const query = this.#known?.query;
    return query && READ_BY.every((name) => String(changes[name] ?? this.#state.get(name)) === String(query[name] ?? this.#state.fallback(name)));
  }
}
