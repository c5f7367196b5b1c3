// The opened layer: what the file says of it, and its numbers, a dot a channel.
import { Strip } from "./strip.js";
import { three } from "../lib/figures/numbers.js";
import { tell } from "../lib/stage/svg.js";

const $ = (id) => document.getElementById(id);

export class Layer {
  #root;
  #state;
  #layer = null;
  #strips = [];
  #drawn = "";

  constructor(root, state) {
    this.#root = root;
    this.#state = state;
    $("c-channel").addEventListener("input", () => $("c-channel").value !== "" && this.#keep(Number($("c-channel").value)));
    new ResizeObserver(() => this.#place()).observe($("strips"));
  }

  show(layer) {
    this.#root.hidden = !layer;
    this.#layer = layer;
    if (!layer) return;
    const stated = JSON.stringify(layer);
    if (stated !== this.#drawn) this.#draw(layer);
    this.#drawn = stated;
    this.#look(this.#kept());
  }

  #draw(layer) {
    tell($("layer-name"), layer.norm);
    tell($("layer-facts"), layer.facts);
    this.#strips = layer.strips.map((strip) => new Strip(strip, layer.flagged, { look: (at) => this.#look(at ?? this.#kept()), keep: (at) => this.#keep(at) }));
    $("strips").replaceChildren(...this.#strips.map(({ figure }) => figure));
    $("c-channel").max = String(layer.drawn - 1);
    $("to-playground").hidden = layer.playground === "";
    $("to-playground").href = layer.playground || "#";
    tell($("kept-back"), layer.kept_back);
    this.#place();
  }

  #place() {
    for (const strip of this.#strips) strip.place();
    if (this.#layer) this.#look(this.#kept());
  }

  // The channel in the address, as far as the layer has it; unasked, the first that a finding names.
  #kept() {
    const asked = this.#state.isChanged("channel") ? Number(this.#state.get("channel")) : (this.#layer.flagged[0] ?? 0);
    return Math.min(asked, this.#layer.drawn - 1);
  }

  #keep(channel) {
    const within = Math.max(0, Math.min(this.#layer.drawn - 1, Math.round(channel)));
    this.#state.set({ channel: within });
  }

  #look(channel) {
    for (const strip of this.#strips) strip.look(channel);
    if (document.activeElement !== $("c-channel")) $("c-channel").value = String(channel);
    const told = this.#layer.strips.map(({ symbol, values }) => `${symbol} ${values[channel] === null ? "not finite" : three(values[channel])}`);
    tell($("channel-told"), told.join(", "));
  }
}
