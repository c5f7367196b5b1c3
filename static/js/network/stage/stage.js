// The network's stage: two rows of blocks, a knob on each block's weights between them, and who notices.
import { Knobs } from "./knobs.js";
import { showRow } from "./rows.js";
import { element } from "../../lib/figures/tables.js";
import { joined, tell } from "../../lib/stage/svg.js";

const VERDICTS = { true: "The claim holds here.", false: "The claim does not hold here.", null: "The claim is not measured here." };
const NAMES = ["without", "with"];
const $ = (id) => document.getElementById(id);

export class Stage {
  #knobs;
  #rows;
  #stage = null;
  #lit = 0;
  #verdict = "";

  constructor(root, { state, stops }) {
    this.#rows = Object.fromEntries(NAMES.map((name) => [name, root.querySelector(`[data-row="${name}"]`)]));
    this.#knobs = new Knobs($("net-knobs"), $("net-biases"), { state, stops });
    $("net-calm").addEventListener("click", () => this.#knobs.reset());
    const board = $("net-board");
    board.addEventListener("pointermove", ({ target, clientX }) => this.#light(blockAt(target, clientX, this.#stage?.depth ?? 0)));
    board.addEventListener("pointerleave", () => this.#light(0));
    board.addEventListener("focusin", ({ target }) => this.#light(Number(target.dataset.block ?? 0)));
    board.addEventListener("focusout", () => this.#light(0));
  }

  show(stage) {
    if (stage.look !== this.#stage?.look) this.#verdict = "";
    this.#stage = stage;
    $("net-board").style.setProperty("--depth", stage.depth);
    for (const name of NAMES) {
      const row = stage.rows.find((of) => of.name === name);
      this.#rows[name].hidden = !row;
      if (row) showRow(this.#rows[name], row, stage);
    }
    this.#knobs.show(stage);
    $("net-calm").setAttribute("aria-disabled", String(stage.pulled === null));
    this.#mark(stage.marks);
    this.#tell();
  }

  // A knob follows its hand before the answer comes.
  follow() {
    if (this.#stage) this.#knobs.show(this.#stage);
  }

  // For who cannot see it, a block a line; whether the claim in force holds. Not while a hand moves.
  rest(holds) {
    this.#verdict = VERDICTS[holds] ?? "";
    this.#tell();
    for (const row of this.#stage.rows) joined($(`net-blocks-${row.name}`), row.blocks, () => element("li"), (item, { text }) => (item.textContent = text));
  }

  // Where the claim in force is seen.
  #mark(marks) {
    for (const name of NAMES) {
      const row = this.#rows[name];
      row.classList.toggle("net-lit", marks.includes(name));
      row.querySelector(".net-gradient").classList.toggle("net-lit", marks.includes("gradient") || marks.includes(`gradient.${name}`));
    }
  }

  // The block that is pointed at, in both rows.
  #light(block) {
    if (block === this.#lit) return;
    this.#lit = block;
    this.#tell();
  }

  #looked() {
    return this.#stage?.look && `${this.#stage.look} ${this.#verdict}`;
  }

  #tell() {
    const block = this.#lit <= (this.#stage?.depth ?? 0) ? this.#lit : 0;
    for (const cell of $("net-board").querySelectorAll("[data-block]")) cell.classList.toggle("net-pointed", Number(cell.dataset.block) === block);
    const told = block ? this.#stage.rows.map((row) => row.blocks[block - 1].text).join(" ") : this.#looked();
    tell($("net-told"), told || $("net-told").dataset.hint);
  }
}

function blockAt(target, x, depth) {
  const knob = target.closest("[data-block]");
  if (knob) return Number(knob.dataset.block);
  const plot = target.closest(".net-plot")?.querySelector("svg");
  if (!plot) return 0;
  const { left, width } = plot.getBoundingClientRect();
  const share = (x - left) / width;
  return share >= 0 && share < 1 ? 1 + Math.floor(share * depth) : 0;
}
