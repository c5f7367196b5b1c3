// The table of norms: sorted by any of its columns, and a row opens its layer.
import { element } from "../lib/figures/tables.js";
import { severityMark } from "./severity.js";

// What a column is sorted by; the server's own order is worst first.
const KEYS = {
  severity: (_, i) => i,
  norm: ({ title }) => title,
  channels: ({ channels }) => channels,
  sentence: ({ findings }) => findings.length,
};
const SHORT = 22; // characters of a name that stands on one line, where there is room
const MOST = 500; // rows; the report's files have all
const NONE = "A norm is known by its running mean and variance, or by a name such as bn1 or norm2 beside a weight of one axis.";
const MOST_FIRST = ["channels", "sentence"];
const byKey = ([a], [b]) => (typeof a === "string" ? a.localeCompare(b, "en", { numeric: true }) : a - b);

export class Norms {
  #table;
  #box;
  #count = 0;
  #state;
  #drawn = "";

  constructor(table, state) {
    this.#table = table;
    this.#state = state;
    table.tHead.addEventListener("click", ({ target }) => this.#sort(target.closest("[data-sort]")?.dataset.sort));
    table.tBodies[0].addEventListener("click", ({ target }) => this.#open(target.closest("tr")));
    this.#box = table.parentElement;
    this.#box.addEventListener("scroll", () => this.#hint(), { passive: true });
    const sized = new ResizeObserver(() => this.#hint());
    [this.#box, table].forEach((element) => sized.observe(element));
  }

  // `opened`: the name of the layer beside the table.
  show(rows, opened) {
    const [sort, down] = [this.#state.get("sort"), this.#state.get("down") === "1"];
    const stated = JSON.stringify([rows, sort, down]);
    if (stated !== this.#drawn) this.#draw(sorted(rows, sort, down));
    this.#count = rows.length;
    this.#hint();
    this.#drawn = stated;
    for (const heading of this.#table.tHead.querySelectorAll("[data-column]")) {
      if (heading.dataset.column === sort) heading.setAttribute("aria-sort", down ? "descending" : "ascending");
      else heading.removeAttribute("aria-sort");
    }
    for (const row of this.#table.tBodies[0].rows) {
      const is = row.dataset.norm === opened;
      row.toggleAttribute("data-opened", is);
      row.querySelector("button")?.setAttribute("aria-pressed", String(is));
    }
  }

  // Rows may end where the box does, and nobody would look for more: how many there are is said, and the lower edge fades.
  #hint() {
    const { scrollHeight, scrollTop, clientHeight } = this.#box;
    this.#box.toggleAttribute("data-more", scrollHeight - scrollTop - clientHeight > 4);
    document.getElementById("norms-left").textContent = leftOut(this.#count) || (scrollHeight - clientHeight > 4 ? `${this.#count} rows; the table scrolls.` : "");
  }

  #draw(rows) {
    const focused = document.activeElement?.closest?.("tr")?.dataset.norm;
    this.#table.tBodies[0].replaceChildren(...rows.slice(0, MOST).map(rowOf));
    if (focused) [...this.#table.tBodies[0].rows].find(({ dataset }) => dataset.norm === focused)?.querySelector("button")?.focus();
  }

  // The column that is in force is turned round; numbers begin with the largest.
  #sort(name) {
    if (!name) return;
    const again = this.#state.get("sort") === name;
    const down = again ? this.#state.get("down") !== "1" : MOST_FIRST.includes(name);
    this.#state.set({ sort: name, down: down ? "1" : "" });
  }

  #open(row) {
    if (row?.dataset.norm) this.#state.set({ norm: row.dataset.norm });
  }
}

function leftOut(count) {
  if (count === 0) return NONE;
  return count > MOST ? `${MOST} of ${count.toLocaleString("en")} rows are listed; the report's files have all.` : "";
}

function sorted(rows, sort, down) {
  const keyed = rows.map((row, i) => [(KEYS[sort] ?? KEYS.severity)(row, i), row]).sort(byKey).map(([, row]) => row);
  return down ? keyed.reverse() : keyed;
}

function rowOf({ norm, title, severity, channels, sentence, further }) {
  const row = element("tr", "", { "data-norm": norm, "data-severity": severity });
  const mark = element("td");
  mark.append(severityMark(severity));
  const name = element("th", "", { scope: "row" });
  name.append(norm ? named(title) : title);
  const told = element("td", sentence, { class: "doc-sentence" });
  if (further) told.append(" ", element("span", `+ ${further} more`, { class: "muted doc-further" }));
  row.append(mark, name, element("td", channels ? String(channels) : "–"), told);
  return row;
}

// A long name may break behind a dot or a slash.
function named(title) {
  const button = element("button", "", { type: "button", "aria-pressed": "false" });
  button.toggleAttribute("data-short", title.length <= SHORT);
  const parts = title.split(/(?<=[./])/);
  button.append(...parts.flatMap((part, i) => (i ? [element("wbr"), part] : [part])));
  return button;
}
