// A row of the stage: its head, its bells, the numbers below them, and its strips.
import { drawBells } from "./bells.js";
import { drawStrip } from "./strips.js";
import { element } from "../../lib/figures/tables.js";
import { joined, tell, write } from "../../lib/stage/svg.js";

const MANY = 16; // blocks: their numbers would have no room

export function showRow(box, row, stage) {
  const { pulled, ruler, strips } = stage;
  const part = (name) => box.querySelector(`[data-part-of="${name}"]`);
  tell(part("title"), row.title);
  tell(part("told"), row.told);
  tell(part("beyond"), row.beyond);
  part("told").classList.toggle("notices", row.blocks.some((block) => block.notices));
  tell(part("bells-title"), ruler.title);
  showLines(part("lines"), row);
  drawBells(part("bells"), { blocks: row.blocks, ticks: ruler.ticks, pulled: pulled?.block });
  write(part("bells"), { "aria-label": `${row.title}, ${ruler.title}${row.told ? `: ${row.told}` : ""}` });
  showTicks(part("bells-ticks"), ruler.ticks);
  showNumbers(part("numbers"), row, pulled);
  tell(part("numbers-title"), pulled ? "moved by" : "");
  for (const name of ["spread", "gradient"]) {
    const lines = name === "gradient" ? linesOf(row) : {};
    drawStrip(part(name), { sizes: row.blocks.map((block) => block[name]), ticks: strips[name].ticks, lines });
    tell(part(`${name}-title`), strips[name].title);
    showTicks(part(`${name}-ticks`), outer(strips[name].ticks));
  }
}

const linesOf = ({ law, other }) => Object.fromEntries(Object.entries({ law, other }).filter(([, line]) => line).map(([name, { places }]) => [name, places]));

function showLines(list, { law, other }) {
  const lines = Object.entries({ law, other }).filter(([, line]) => line);
  joined(list, lines, () => element("span"), (item, [name, { text }]) => {
    item.className = `net-line-key line-key net-key-${name}`;
    tell(item, text);
  });
}

function showTicks(scale, ticks) {
  joined(scale, ticks, () => element("span"), (tick, [share, text]) => {
    tell(tick, text);
    tick.style.setProperty("--at", share);
  });
}

// A short strip has room for two.
const outer = (ticks) => [ticks[0], ...ticks.slice(1).slice(-1)];

function showNumbers(list, { blocks }, pulled) {
  const few = blocks.length <= MANY;
  joined(list, few ? blocks : [], newNumber, (cell, block) => {
    tell(cell.firstChild, pulled ? (block.moved ?? "") : block.spread[0]);
    cell.classList.toggle("notices", block.notices === true);
  });
}

function newNumber() {
  const cell = element("span");
  cell.append(element("span"));
  return cell;
}
