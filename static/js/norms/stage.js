// The stage: nine cubes of one block. The cell that is pointed at, by mouse, by finger or by key, lights in each of them
// the cells that share its statistic. Where cells stand, who shares and what is said comes with the answer.
import { sayPointed } from "../lib/figures/linked.js";
import { joined, svg, write } from "../lib/stage/svg.js";

// Columns of cells, rows of cells; a whole channel, or example, at once.
const BY_CELL = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const BY_TILE = { PageUp: [0, -1], PageDown: [0, 1], Home: [-1, 0], End: [1, 0] };
const AROUND = 0.3; // units of a cell that are left free on each side

export class Stage {
  #root;
  #keep;
  #texts;
  #cards;
  #told = null; // the answer's part
  #cells = []; // example, channel and position in the window, and in the block
  #drawn = "";
  #kept = null;
  #at = null;
  #run = {};

  // `keep(cell, how)` is called with the cell that is pressed or walked to; `headline`, `place` and `said` are where it
  // is told, the last to screen readers.
  constructor(root, { keep, ...texts }) {
    this.#root = root;
    this.#keep = keep;
    this.#texts = texts;
    this.#cards = [...root.querySelectorAll("[data-stage-cube]")];
    root.addEventListener("pointermove", (event) => event.pointerType === "mouse" && this.#point(event));
    root.addEventListener("pointerleave", () => this.#told && this.#look(this.#kept));
    root.addEventListener("click", (event) => this.#press(event));
    root.addEventListener("keydown", (event) => this.#key(event));
    root.addEventListener("focus", () => root.matches(":focus-visible") && this.#at && this.#link(this.#at));
    root.addEventListener("blur", () => {
      this.#run = {};
      sayPointed({});
    });
  }

  show(told, kept) {
    this.#told = told;
    const drawn = JSON.stringify([told.drawing, told.start, told.shown]);
    if (drawn !== this.#drawn) this.#draw();
    this.#drawn = drawn;
    this.#frame();
    this.#cards.forEach((card) => this.#tell(card));
    this.#root.toggleAttribute("data-few", told.cubes.length < 3);
    this.#texts.part.textContent = told.drawn;
    this.#texts.others.textContent = told.legend;
    this.#texts.changed.textContent = told.changed?.legend ?? "";
    this.#texts.changed.parentElement.hidden = !told.changed;
    this.look(kept);
  }

  // Whether a cell is drawn, so that no other answer is needed to look at it.
  holds(cell) {
    return this.#told !== null && this.#numberOf(cell) >= 0;
  }

  // The cell in the address is another one.
  look(kept) {
    this.#kept = kept;
    this.#look(kept);
  }

  // ---- drawing ----

  #draw() {
    const { start, shown, of, drawing } = this.#told;
    const [examples, channels, rows, columns] = shown;
    this.#cells = [];
    for (let n = 0; n < examples; n += 1) {
      for (let c = 0; c < channels; c += 1) {
        for (let p = 0; p < rows * columns; p += 1) {
          const [row, column] = [Math.floor(p / columns), p % columns];
          const cell = [start[0] + n, start[1] + c, (start[2] + row) * of[3] + start[3] + column];
          this.#cells.push({ within: [n, c, p], cell, x: drawing.xs[n * columns + column], y: drawing.ys[c * rows + row] });
        }
      }
    }
    for (const card of this.#cards) this.#drawCard(card, drawing.cell - 2 * AROUND);
  }

  #drawCard(card, side) {
    const { cell } = this.#told.drawing;
    write(card.querySelector(".ring"), { width: cell, height: cell });
    write(card.querySelector(".halo"), { x: AROUND, y: AROUND, width: side, height: side });
    write(card.querySelector(".stage-at circle"), { cx: cell / 2, cy: cell / 2, r: cell / 6 });
    const group = card.querySelector(".stage-cells");
    joined(group, this.#cells, () => svg("rect"), (rect, { x, y, cell: [example, channel] }, i) => {
      write(rect, { x: x + AROUND, y: y + AROUND, width: side, height: side, "data-cell": i, "data-example": example, "data-channel": channel });
    });
  }

  // The channel that a situation changes, framed in every cube across all examples that are drawn.
  #frame() {
    const { changed, start, shown, drawing: { xs, ys, cell } } = this.#told;
    const first = changed ? (changed.channel - start[1]) * shown[2] : NaN;
    const top = ys[first];
    for (const card of this.#cards) {
      const frame = card.querySelector(".stage-changed");
      frame.toggleAttribute("hidden", top === undefined);
      if (top !== undefined) write(frame, { x: xs[0], y: top, width: xs.at(-1) + cell - xs[0], height: ys[first + shown[2] - 1] + cell - top });
    }
  }

  #tell(card) {
    const cube = this.#cubeOf(card);
    card.hidden = !cube;
    if (!cube) return;
    card.querySelector(".stage-counted").textContent = cube.cells;
    if (card.querySelector(".stage-over").textContent !== cube.over) card.querySelector(".stage-over").textContent = cube.over;
    card.dataset.looks = cube.looks ? "others" : "alone";
    card.querySelector("svg").setAttribute("aria-label", cube.spoken);
  }

  #cubeOf(card) {
    return this.#told.cubes.find(({ name }) => name === card.dataset.stageCube);
  }

  // ---- looking at a cell ----

  #point({ target }) {
    const at = this.#cells[target.dataset?.cell];
    if (at) this.#look(at.cell);
  }

  #press({ target }) {
    const at = this.#cells[target.dataset?.cell];
    if (!at) return;
    this.#root.focus({ preventScroll: true });
    this.#keep(at.cell, {});
  }

  #key(event) {
    if (!this.#told || event.target !== this.#root || event.altKey || event.ctrlKey || event.metaKey) return;
    const { of } = this.#told;
    const [, , rows, columns] = of;
    const [by, step] = event.key in BY_TILE ? [BY_TILE[event.key], [columns, rows]] : [BY_CELL[event.key], [1, 1]];
    if (!by) return;
    event.preventDefault();
    const [example, channel, position] = this.#at;
    const x = within(example * columns + (position % columns) + by[0] * step[0], of[0] * columns, step[0]);
    const y = within(channel * rows + Math.floor(position / columns) + by[1] * step[1], of[1] * rows, step[1]);
    const cell = [Math.floor(x / columns), Math.floor(y / rows), (y % rows) * columns + (x % columns)];
    this.#keep(cell, { run: this.#run });
    this.#link(cell);
    this.#texts.said.textContent = this.#placeOf(cell);
  }

  #look(cell) {
    const at = this.#cells[this.#numberOf(cell)];
    this.#at = cell;
    if (!at) return; // it comes with the next answer
    for (const card of this.#cards.filter(({ hidden }) => !hidden)) this.#light(card, at);
    const [example, channel] = cell;
    this.#texts.headline.textContent = this.#told.headline.replace("{example}", example).replace("{channel}", channel);
    this.#texts.place.textContent = `${this.#placeOf(cell)}.`;
  }

  #light(card, { within: own, x, y }) {
    const { share } = this.#cubeOf(card);
    const wanted = share?.map((numbers, axis) => numbers[own[axis]]);
    [...card.querySelector(".stage-cells").children].forEach((rect, i) => {
      const shares = share !== null && this.#cells[i].within.every((place, axis) => share[axis][place] === wanted[axis]);
      rect.classList.toggle("lit", shares);
    });
    write(card.querySelector(".stage-at"), { transform: `translate(${x} ${y})` });
  }

  // The example and the channel of the cell that a key led to are lit on the whole page.
  #link([example, channel]) {
    sayPointed({ example, channel });
  }

  #numberOf(cell) {
    return this.#cells.findIndex((one) => one.cell.every((place, axis) => place === cell[axis]));
  }

  #placeOf([example, channel, position]) {
    const { of, start, changed, channel_names: names } = this.#told;
    const word = changed?.channel === channel ? ` (${changed.word})` : "";
    const name = `${names[channel - start[1]] ?? `channel ${channel}`}${word}`;
    const [, , rows, columns] = of;
    if (rows * columns === 1) return `Example ${example}, ${name}`;
    const row = rows > 1 ? `row ${Math.floor(position / columns)}, column ` : "position ";
    return `Example ${example}, ${name}, ${row}${position % columns}`;
  }
}

// The place itself, where the step would lead out: the nearest of those that are so many steps away.
function within(place, of, step) {
  if (place < 0) return place + step;
  return place >= of ? place - step : place;
}
