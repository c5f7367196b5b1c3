// The model mended: what that changes, and the file.
import { element } from "../lib/figures/tables.js";
import { three } from "../lib/figures/numbers.js";
import { getJson } from "../lib/server/api.js";
import { CAPTURE } from "./models.js";

const API = "/api/v1/doctor/repaired";
const USUAL = "In the format in which it came; every other tensor stays as it is, byte by byte.";
const OF_CAPTURE = "A capture holds no weights to mend: open the model that it was taken of, and drop the capture beside it.";
const OF_NOTHING = "The model has no norm that is read, so there is nothing to mend.";
const WANTED = "This takes a capture of a few training steps: drop one on the page, from bnscope_capture.py.";
const $ = (id) => document.getElementById(id);

export class Mend {
  #state;
  #asked = ""; // what is told, or on its way
  #model = null; // what the answer says of the model; null until it has come

  constructor(state) {
    this.#state = state;
    $("mend-tell").addEventListener("click", () => this.#tell());
    $("mend-how").addEventListener("change", () => state.set({ mend: $("mend-how").value }));
  }

  // Another model, or another way: nothing is told of it yet. `model`: what the page's answer says of it, if it is the model's.
  show(model) {
    this.#model = model ?? null;
    $("mend-how").value = this.#state.get("mend");
    const address = this.#address("file");
    if (address !== $("mend-file").getAttribute("href")) {
      $("mend-file").href = address;
      this.#write(USUAL);
    }
    const why = this.#wanting();
    $("mend-tell").disabled = why !== "";
    $("mend-file").hidden = why !== "";
    if (why) this.#write(why);
  }

  #wanting() {
    if (this.#model?.format === CAPTURE) return OF_CAPTURE;
    if (this.#model?.norms === 0) return OF_NOTHING;
    return this.#state.get("mend") === "reestimate" && this.#state.get("capture") === "" ? WANTED : "";
  }

  #address(told) {
    const fields = new URLSearchParams({ how: this.#state.get("mend"), ...(told === "only" ? { told } : {}) });
    for (const name of ["model", "capture"]) if (this.#state.isChanged(name)) fields.set(name, this.#state.get(name));
    return `${API}?${fields}`;
  }

  async #tell() {
    const address = (this.#asked = this.#address("only"));
    try {
      const told = await getJson(address);
      if (address === this.#asked) this.#write(sentence(told), Object.values(told.left));
    } catch (problem) {
      if (address === this.#asked) this.#write(problem.message);
    }
  }

  #write(text, left = []) {
    this.#asked = "";
    $("mend-told").textContent = text;
    $("mend-left").hidden = left.length === 0;
    $("mend-left").replaceChildren(...left.map((why) => element("li", why)));
  }
}

function sentence({ mended, left, changed, largest, notes }) {
  const total = mended.length + Object.keys(left).length;
  const moved = largest ? [`The largest change of an output on the capture is ${three(largest.change)}, of ${largest.norm}, whose outputs go up to ${three(largest.size)}.`] : [];
  const others = Object.keys(left).length ? ["Left as they are:"] : [];
  return [`${mended.length} of ${total} norms are mended, in ${changed.length} tensors.`, ...moved, ...notes, ...others].join(" ");
}
