// The tables of a small batch: an edit makes the table the source, and what belonged to the old source stays as typed
// numbers; a table of another size takes along what is said of it.
import { Grid } from "./grid.js";
import { namesOf } from "./view.js";
import { ofNewSource } from "../lib/controls/source.js";
import { clearProblems, showAt } from "../lib/server/problems.js";

const LAYER_STEP = 0.05; // of a dragged scale or shift
const DY_STEP = 0.05;
const MOST = { examples: 8, features: 6 };
const KEPT = new Set(["source", "values", "feature_names", "seed"]); // of the data's fields, when the table becomes the source
const $ = (id) => document.getElementById(id);

const RESIZE = {
  "more-examples": (texts) => [...texts, [...texts.at(-1)]],
  "less-examples": (texts) => texts.slice(0, -1),
  "more-features": (texts) => texts.map((row) => [...row, row.at(-1)]),
  "less-features": (texts) => texts.map((row) => row.slice(0, -1)),
};

export class Batch {
  #page;
  #state;
  #grids;
  #refusal = null; // of a text that was typed: { name, message, of }, which numbers it left as they were

  // `reading` as a grid takes it; `chosen(example, feature)` where the focus is.
  constructor(page, { reading, chosen }) {
    this.#page = page;
    this.#state = page.state;
    const { state } = page;
    this.#grids = {
      values: new Grid($("grid-values"), { ...reading, edited: (texts, how) => this.#edit(texts, how), refused: (message) => this.#refuse("values", message), chosen, most: MOST }),
      layer: new Grid($("grid-layer"), { ...reading, refused: (message) => this.#refuse("gamma", message), edited: ([gamma, beta], how) => state.set({ gamma: gamma.join(","), beta: beta.join(",") }, how) }),
      dy: new Grid($("grid-dy"), { ...reading, refused: (message) => this.#refuse("dy", message), edited: (texts, how) => state.set({ dy: stated(texts), upstream: "auto" }, how), chosen }),
    };
    for (const button of document.querySelectorAll("[data-resize]")) {
      button.addEventListener("click", () => {
        if (button.getAttribute("aria-disabled") !== "true") this.#edit(RESIZE[button.dataset.resize](this.#grids.values.texts));
      });
    }
  }

  // The tables that have a value for each example.
  static of = ["values", "dy"];

  show(answer) {
    const { examples, features, lecture } = namesOf(answer);
    const shape = { examples, features, lecture };
    const same = (step) => features.map(() => step);
    this.#grids.values.show(answer.batch.values, { ...shape, steps: answer.batch.drag_steps });
    this.#grids.layer.show([answer.gamma, answer.beta], { ...shape, examples: [answer.symbols.gamma, answer.symbols.beta], steps: same(LAYER_STEP) });
    this.#grids.dy.show(answer.dy, { ...shape, steps: same(DY_STEP) });
    showSizes(answer.batch.shape);
    if (this.#refusal?.of === numbersOf(answer)) showAt(this.#refusal.name, this.#refusal.message);
    else this.#refusal = null;
  }

  // It is told for as long as the numbers stay: going on to the next cell asks the server, too.
  #refuse(name, message) {
    this.#refusal = { name, message, of: numbersOf(this.#page.answer) };
    clearProblems();
    showAt(name, message);
  }

  // Numbers of the batch, from elsewhere than its table.
  move(cells, how) {
    this.#grids.values.change(cells, how);
  }

  #edit(texts, how) {
    const said = Object.keys(ofNewSource({ source: "inline" }, this.#state)).map((name) => [name, this.#state.get(name)]);
    const changes = { ...Object.fromEntries(said), source: "inline", values: stated(texts), ...this.#ofOldSource() };
    const [examples, features] = [texts.length, texts[0].length];
    changes.feature_names = this.#names(features);
    const [before, columns] = this.#page.answer.batch.shape;
    if (examples !== before || features !== columns) Object.assign(changes, this.#fitting(examples, features));
    this.#state.set(changes, how);
  }

  // The columns' names as a typed table says them; none where they are the ones that it has anyway.
  #names(features) {
    const own = Array.from({ length: features }, (_, i) => `x${i}`);
    const names = own.map((name, i) => this.#page.answer.batch.feature_names[i]?.replaceAll(",", " ") ?? name);
    return names.every((name, i) => name === own[i]) ? "" : names.join(",");
  }

  #ofOldSource() {
    const [{ answer, embedded }, state] = [this.#page, this.#state];
    if (state.get("source") === "inline" && state.get("layer_width") === "0") return { batch_size: "auto", selected: "" };
    const groups = new Set(["data", "upload", "layer_before"]);
    const names = Object.keys(embedded.schema).filter((name) => groups.has(embedded.schema[name].control.group) && !KEPT.has(name));
    const given = answer.batch.given.length ? { gamma: answer.gamma.join(","), beta: answer.beta.join(","), dy: stated(answer.dy) } : {};
    return { ...Object.fromEntries(names.map((name) => [name, state.fallback(name)])), ...given };
  }

  // What was said of the old size, for a table of another size.
  #fitting(examples, features) {
    const { example, feature, output } = this.#page.answer.cell;
    const layer = (name) => {
      const values = this.#state.get(name).split(",").slice(0, features);
      return values.length === 1 || values.length === features ? values.join(",") : [...values, ...Array(features - values.length).fill(values.at(-1))].join(",");
    };
    return {
      cell: `${Math.min(example, examples - 1)},${Math.min(feature, features - 1)}`,
      output: Math.min(output, examples - 1),
      upstream_example: Math.min(Number(this.#state.get("upstream_example")), examples - 1),
      gamma: layer("gamma"),
      beta: layer("beta"),
      dy: "",
    };
  }
}

function numbersOf({ batch, gamma, beta, dy }) {
  return JSON.stringify([batch.values, gamma, beta, dy]);
}

function stated(texts) {
  return texts.map((row) => row.join(",")).join(";");
}

function showSizes([examples, features]) {
  const ends = { "more-examples": examples >= MOST.examples, "less-examples": examples <= 1, "more-features": features >= MOST.features, "less-features": features <= 1 };
  for (const [name, end] of Object.entries(ends)) document.querySelector(`[data-resize="${name}"]`).setAttribute("aria-disabled", String(end));
}
