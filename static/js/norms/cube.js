// The block as cubes, one for each norm: a column is an example, a row a channel, and along it lie the positions.
// The cell that is looked at, by mouse, touch or keyboard, lights in every cube the cells that share its statistic.
import { three } from "../lib/figures/numbers.js";
import { element } from "../lib/figures/tables.js";

const KEYS = {
  ArrowLeft: [-1, 0, 0], ArrowRight: [1, 0, 0], ArrowUp: [0, -1, 0], ArrowDown: [0, 1, 0], PageUp: [0, 0, -1], PageDown: [0, 0, 1],
  Home: [-Infinity, 0, 0], End: [Infinity, 0, 0],
}; // by example, channel, position

export class Cubes {
  #root;
  #keep;
  #told;
  #said;
  #cards;
  #answer = null;
  #drawn = "";
  #kept = [0, 0, 0];
  #at = [0, 0, 0];

  // `keep(cell)` is called with the cell that is pressed; `told` and `said` are where the cell is told, to all and to screen readers.
  constructor(root, { keep, told, said }) {
    this.#root = root;
    this.#keep = keep;
    this.#told = told;
    this.#said = said;
    this.#cards = [...root.querySelectorAll("[data-cube]")];
    root.addEventListener("pointermove", (event) => this.#point(event));
    root.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && this.#look(this.#focused() ?? this.#kept));
    root.addEventListener("click", (event) => this.#press(event));
    root.addEventListener("focusin", ({ target }) => this.#focus(target));
    root.addEventListener("focusout", ({ relatedTarget }) => root.contains(relatedTarget) || this.#look(this.#kept));
    root.addEventListener("keydown", (event) => this.#key(event));
  }

  // The answer's cells; `kept` is the cell in the address.
  show(answer, kept) {
    this.#answer = answer;
    for (const card of this.#cards) card.hidden = card.dataset.cube !== "x" && !answer.cube.norms[card.dataset.cube];
    const drawn = JSON.stringify([answer.cube.shown, answer.batch.channel_names]);
    if (drawn !== this.#drawn) this.#cards.forEach((card) => this.#draw(card));
    this.#drawn = drawn;
    this.#cards.filter((card) => !card.hidden).forEach((card) => this.#paint(card));
    this.look(kept);
  }

  // The cell in the address is another one.
  look(kept) {
    this.#kept = kept.map((place, i) => Math.min(place, this.#answer.cube.shown[i] - 1));
    this.#look(this.#focused() ?? this.#kept);
    for (const card of this.#cards) this.#stopAt(card, this.#kept);
  }

  // ---- drawing ----

  #draw(card) {
    const [examples, channels] = this.#answer.cube.shown;
    const names = this.#answer.batch.channel_names;
    const box = card.querySelector(".cube");
    box.replaceChildren(
      ...Array.from({ length: channels }, (_, channel) => {
        const row = element("div", "", { class: "cube-row", role: "row" });
        for (let example = 0; example < examples; example += 1) {
          const label = `example ${example}, ${names[channel]}`;
          row.append(element("div", "", { class: "cube-box", role: "gridcell", tabindex: "-1", "aria-label": label, "data-example": example, "data-channel": channel }));
        }
        return row;
      }),
    );
  }

  // Positions as stripes of colour, the stronger the larger.
  #paint(card) {
    const { cube } = this.#answer;
    const name = card.dataset.cube;
    const values = name === "x" ? cube.x : cube.norms[name].x_hat;
    const limit = name === "x" ? cube.limit : cube.after_limit;
    const [, channels, positions] = cube.shown;
    for (const cell of card.querySelectorAll(".cube-box")) {
      const first = (Number(cell.dataset.example) * channels + Number(cell.dataset.channel)) * positions;
      const stripes = values.slice(first, first + positions).map((value, i) => `${shade(value, limit)} ${(100 * i) / positions}% ${(100 * (i + 1)) / positions}%`);
      cell.style.backgroundImage = `linear-gradient(to right, ${stripes.join(", ")})`;
    }
    if (name === "x") return;
    const { counted, text, learned } = this.#answer.norms.find((norm) => norm.name === name);
    card.querySelector(".cube-counted").textContent = counted;
    card.querySelector(".cube-text").textContent = text;
    card.querySelector(".cube-learned").textContent = `Learns ${learned}.`;
  }

  // ---- looking at a cell ----

  #point(event) {
    const cell = this.#cellOf(event);
    if (cell && event.pointerType === "mouse") this.#look(cell);
  }

  #press(event) {
    const cell = this.#cellOf(event);
    if (!cell) return;
    event.target.focus();
    this.#keep(cell);
  }

  // The cell under a pointer; undefined beside all boxes.
  #cellOf({ target, clientX }) {
    const box = target.closest?.(".cube-box");
    if (!box) return undefined;
    const { left, width } = box.getBoundingClientRect();
    const positions = this.#answer.cube.shown[2];
    const position = Math.floor(((clientX - left) / width) * positions);
    return [...placeOf(box), Math.max(0, Math.min(positions - 1, position))];
  }

  #focus(target) {
    const box = target.closest(".cube-box");
    if (box) this.#look([...placeOf(box), this.#at[2]]);
  }

  #focused() {
    const box = this.#root.contains(document.activeElement) ? document.activeElement.closest(".cube-box") : null;
    return box && box.matches(":focus-visible") ? [...placeOf(box), this.#at[2]] : null;
  }

  #key(event) {
    const box = event.target.closest(".cube-box");
    if (!box || event.altKey || event.ctrlKey || event.metaKey) return;
    const at = [...placeOf(box), this.#at[2]];
    if (event.key === "Enter" || event.key === " ") this.#keep(at);
    else if (!(event.key in KEYS)) return;
    else this.#walk(box.closest("[data-cube]"), at.map((place, i) => within(place + KEYS[event.key][i], this.#answer.cube.shown[i])));
    event.preventDefault();
  }

  #walk(card, cell) {
    this.#at = cell;
    this.#stopAt(card, cell);
    card.querySelector(".cube-box[tabindex='0']").focus();
    this.#look(cell);
    this.#said.textContent = `${this.#tellCell(cell)} ${this.#tell(card.dataset.cube, cell)}`;
  }

  #stopAt(card, [example, channel]) {
    for (const box of card.querySelectorAll(".cube-box")) {
      box.tabIndex = Number(box.dataset.example) === example && Number(box.dataset.channel) === channel ? 0 : -1;
    }
  }

  #look(cell) {
    this.#at = cell;
    const [example, channel, position] = cell;
    const { cube } = this.#answer;
    const [, channels, positions] = cube.shown;
    for (const card of this.#cards.filter(({ hidden }) => !hidden)) {
      const owner = cube.norms[card.dataset.cube]?.owner;
      const own = example * channels + channel;
      card.querySelectorAll(".cube-box").forEach((box) => {
        const [n, c] = placeOf(box);
        const here = n * channels + c;
        box.classList.toggle("shared", owner ? owner[here] === owner[own] : here === own);
        box.classList.toggle("at", here === own);
        if (here === own) box.style.setProperty("--at", `${(100 * (position + 0.5)) / positions}%`);
      });
      card.querySelector(".cube-cell").textContent = this.#tell(card.dataset.cube, cell);
    }
    this.#told.textContent = this.#tellCell(cell);
  }

  #tellCell([example, channel, position]) {
    const { cube, batch, symbols: s } = this.#answer;
    const place = cube.of[2] > 1 ? `, position ${position}` : "";
    return `Example ${example}, ${batch.channel_names[channel]}${place}: ${s.x} = ${three(this.#value(cube.x, [example, channel, position]))}.`;
  }

  // What a norm makes of the cell.
  #tell(name, cell) {
    const { cube, norms, symbols: s } = this.#answer;
    if (name === "x") return `${s.x} = ${three(this.#value(cube.x, cell))}`;
    const { owner, counts, mean, sd, x_hat: values } = cube.norms[name];
    const { count: usual, r, d } = norms.find((norm) => norm.name === name);
    const of = owner[cell[0] * cube.shown[1] + cell[1]];
    const count = counts?.[of] ?? usual;
    const taken = mean === null ? `root mean square ${three(sd[of])}` : `mean ${three(mean[of])}, deviation ${three(sd[of])}`;
    const corrected = r === null ? "" : `, r ${three(r[cell[1]])}, d ${three(d[cell[1]])}`;
    return `${s.x_hat} = ${three(this.#value(values, cell))}; ${count === 1 ? "a cell alone:" : `${count.toLocaleString("en")} cells share`} ${taken}${corrected}`;
  }

  #value(values, [example, channel, position]) {
    const [, channels, positions] = this.#answer.cube.shown;
    return values[(example * channels + channel) * positions + position];
  }
}

function placeOf({ dataset: { example, channel } }) {
  return [Number(example), Number(channel)];
}

function within(place, of) {
  return Math.max(0, Math.min(of - 1, place));
}

function shade(value, limit) {
  const strength = Math.round(100 * Math.min(1, Math.abs(value) / limit));
  return `color-mix(in srgb, var(--cell-${value < 0 ? "below" : "above"}) ${strength}%, var(--surface))`;
}
