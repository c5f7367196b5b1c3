// An editable table of numbers: typing, dragging up and down, arrow keys, pasting a block.
import { isBlock, isPlain, rowsOf } from "./cells.js";
import { element } from "../lib/figures/tables.js";
import { Problem } from "../lib/server/api.js";
import { turned } from "./tensors.js";

const PIXELS = 4; // that a drag takes for a step
const LEAST = 4; // pixels before a press becomes a drag
const DECIMALS = 12; // significant digits that a dragged number keeps
const KEYS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class Grid {
  #table;
  #edited;
  #chosen;
  #refused;
  #busy;
  #standing;
  #reads = Promise.resolve();
  #asked = []; // what the server is reading, in order
  #texts = [];
  #shape = "";
  #turned = false;
  #steps = [];
  #most;
  #drag = null;
  #run = {}; // one for the keys that change a cell while it has the focus

  // `edited(texts, how)` receives all texts, examples by features; `chosen(example, feature)` where the focus is;
  // `refused(message)` why a text is not taken; `busy(is)` while the server reads one, which is dropped if what
  // `standing()` says is another then; `most`: the largest size that pasting may make of the table, none if it has to
  // keep its shape.
  constructor(table, { edited, refused, busy, standing, chosen = () => {}, most = null }) {
    this.#table = table;
    this.#edited = edited;
    this.#chosen = chosen;
    this.#refused = refused;
    this.#busy = busy;
    this.#standing = standing;
    this.#most = most;
    table.addEventListener("focusin", ({ target }) => this.#focused(target));
    table.addEventListener("focusout", ({ target }) => this.#left(target));
    table.addEventListener("input", ({ target }) => (target.dataset.typing = ""));
    table.addEventListener("change", ({ target }) => this.#take(target));
    table.addEventListener("keydown", (event) => this.#key(event));
    table.addEventListener("paste", (event) => this.#paste(event));
    table.addEventListener("pointerdown", (event) => this.#press(event));
    table.addEventListener("pointermove", (event) => this.#move(event));
    table.addEventListener("pointerup", () => this.#release());
    table.addEventListener("pointercancel", () => this.#release());
  }

  // `values` examples by features, with names for both; `lecture` makes a row of a unit; `steps` of a drag, a feature.
  show(values, { examples, features, lecture, steps }) {
    this.#texts = values.map((row) => row.map(String));
    this.#steps = steps;
    this.#turned = lecture;
    const shape = JSON.stringify([examples, features, lecture]);
    if (shape !== this.#shape) this.#build(examples, features);
    this.#shape = shape;
    for (const input of this.#inputs()) this.#write(input);
  }

  // Cells from elsewhere than this table, which are said as if they were edited here.
  change(cells, how) {
    for (const { example, feature, text } of cells) {
      this.#texts[example][feature] = text;
      this.#write(this.#at(example, feature));
    }
    this.#edited(this.texts, how);
  }

  get texts() {
    return this.#texts.map((row) => [...row]);
  }

  #build(examples, features) {
    const active = this.#table.contains(document.activeElement) ? { ...document.activeElement.dataset } : null;
    const cells = examples.map((example, j) => features.map((feature, i) => this.#cell(j, i, example, feature)));
    const [rows, columns, shown] = this.#turned ? [features, examples, turned(cells)] : [examples, features, cells];
    const head = element("tr");
    head.append(element("td", ""), ...columns.map((name) => element("th", name, { scope: "col", title: name })));
    const lines = shown.map((row, i) => {
      const line = element("tr");
      line.append(element("th", rows[i], { scope: "row", title: rows[i] }), ...row);
      return line;
    });
    const body = element("tbody");
    body.append(head, ...lines);
    this.#table.replaceChildren(body);
    const first = this.#inputs()[0];
    (active ? this.#at(active.example, active.feature) : null)?.focus();
    if (first && !this.#table.querySelector('input[tabindex="0"]')) first.tabIndex = 0;
  }

  #cell(example, feature, exampleName, featureName) {
    const made = element("td");
    const title = `${this.#table.getAttribute("aria-label")}: ${exampleName}, ${featureName}`;
    const input = element("input", "", { type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false", tabindex: "-1", "aria-label": title });
    Object.assign(input.dataset, { example, feature });
    made.append(input);
    return made;
  }

  #inputs() {
    return [...this.#table.querySelectorAll("input")];
  }

  #at(example, feature) {
    return this.#table.querySelector(`input[data-example="${example}"][data-feature="${feature}"]`);
  }

  // All digits where one is at work, four elsewhere.
  #write(input) {
    if ("typing" in input.dataset) return;
    const { example, feature } = input.dataset;
    const text = this.#texts[example][feature];
    const full = input === document.activeElement || text === "" || !Number.isFinite(Number(text));
    input.value = full ? text : String(Number(Number(text).toPrecision(4)));
    input.title = text;
  }

  #focused(input) {
    for (const other of this.#inputs()) other.tabIndex = other === input ? 0 : -1;
    this.#write(input);
    input.select();
    this.#chosen(Number(input.dataset.example), Number(input.dataset.feature));
  }

  #left(input) {
    this.#run = {};
    delete input.dataset.typing;
    if (this.#texts[input.dataset.example]?.[input.dataset.feature] !== undefined) this.#write(input);
  }

  #take(input, how) {
    delete input.dataset.typing;
    const { example, feature } = input.dataset;
    const text = input.value.trim();
    if (text === this.#texts[example][feature]) return;
    if (isPlain(text) && !this.#asked.length) this.#put(text, example, feature, how);
    else this.#readCell(text, example, feature, how);
  }

  #readCell(text, example, feature, how) {
    const asked = `${example},${feature}: ${text}`;
    if (this.#asked.at(-1) === asked) return; // Enter, and leaving the cell behind it
    this.#read(text, asked, ([[number]]) => this.#put(number, example, feature, how));
  }

  #put(text, example, feature, how) {
    if (text === this.#texts[example]?.[feature] || this.#texts[example]?.[feature] === undefined) return;
    this.#texts[example][feature] = text;
    this.#edited(this.texts, how);
  }

  #key(event) {
    const input = event.target;
    const typing = "typing" in input.dataset;
    if (event.key === "Escape" && typing) {
      delete input.dataset.typing;
      this.#write(input);
      input.select();
    } else if (event.key === "Enter") {
      this.#take(input);
      this.#go(input, 1, 0);
    } else if (event.key in KEYS && event.altKey) {
      this.#change(input, (event.key === "ArrowUp" || event.key === "ArrowRight" ? 1 : -1) * (event.shiftKey ? 10 : 1), { run: this.#run });
    } else if (event.key in KEYS && !(typing && event.key.match(/Left|Right/)) && !event.shiftKey && !event.ctrlKey && !event.metaKey) {
      this.#take(input);
      this.#go(input, ...KEYS[event.key]);
    } else return;
    event.preventDefault();
  }

  #go(input, down, right) {
    const [row, column] = [input.closest("tr").rowIndex + down, input.parentElement.cellIndex + right];
    this.#table.rows[row]?.cells[column]?.querySelector("input")?.focus();
  }

  #change(input, steps, how) {
    const { example, feature } = input.dataset;
    this.#step(input, Number(this.#texts[example][feature]), steps, how);
  }

  #step(input, from, steps, how) {
    const value = from + steps * this.#steps[input.dataset.feature];
    if (!Number.isFinite(value)) return;
    input.value = String(Number(value.toPrecision(DECIMALS)));
    this.#take(input, how);
  }

  // ---- dragging ----

  #press(event) {
    const input = event.target.closest("input");
    if (!input || event.button !== 0) return;
    if (event.pointerType === "touch" && input !== document.activeElement) return; // scrolls the page
    const { example, feature } = input.dataset;
    this.#drag = { input, y: event.clientY, from: Number(this.#texts[example][feature]), id: event.pointerId, on: false };
  }

  #move(event) {
    const drag = this.#drag;
    if (!drag || event.pointerId !== drag.id) return;
    const up = drag.y - event.clientY;
    if (!drag.on && Math.abs(up) < LEAST) return;
    if (!drag.on) {
      drag.on = true;
      drag.input.setPointerCapture(drag.id);
      this.#table.classList.add("dragging");
    }
    event.preventDefault();
    this.#step(drag.input, drag.from, Math.round(up / PIXELS), { settle: false });
  }

  #release() {
    const drag = this.#drag;
    this.#drag = null;
    this.#table.classList.remove("dragging");
    if (drag?.on) this.#edited(this.texts, { settle: true });
  }

  // ---- pasting ----

  #paste(event) {
    const text = event.clipboardData.getData("text").trim();
    if (!isBlock(text)) return;
    event.preventDefault();
    const { example, feature } = event.target.dataset;
    delete event.target.dataset.typing;
    this.#read(text, "", (rows) => {
      this.#place(this.#turned ? turned(rows) : rows, Number(example), Number(feature));
      this.#edited(this.texts);
    });
  }

  // ---- reading ----

  // The server reads one text after the other, in the order of the edits; `then(rows)` goes on with each.
  // `cell` is empty for a block.
  #read(text, cell, then) {
    this.#asked.push(cell);
    this.#busy(true);
    this.#reads = this.#reads.then(() => this.#readNow(text, cell !== "", then)).catch(reportError).finally(() => {
      this.#asked.shift();
      this.#busy(false);
    });
  }

  async #readNow(text, cell, then) {
    const standing = this.#standing();
    try {
      const rows = await rowsOf(text, cell);
      if (standing === this.#standing()) then(rows);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.#refused(problem.message);
    }
  }

  // A block pasted at the first cell is the new table; elsewhere it is laid over what is there.
  #place(block, example, feature) {
    if (this.#most && example === 0 && feature === 0) {
      this.#texts = block;
      return;
    }
    block.forEach((row, j) => row.forEach((text, i) => {
      if (this.#texts[example + j]?.[feature + i] !== undefined) this.#texts[example + j][feature + i] = text;
    }));
  }
}
