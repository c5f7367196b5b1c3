// Data, seed and batch size go along to the next page: the navigation's links carry what says which batch is looked at,
// as far as the page behind them takes it (app/web/pages/door.py).
import { isNumber } from "../figures/numbers.js";

const TABLE = ["values", "feature_names"]; // of a typed table; each page has one of its own to begin with

export function bindCarry(state) {
  const links = [...document.querySelectorAll("[data-takes]")].map((link) => ({ link, path: link.pathname, takes: JSON.parse(link.dataset.takes) }));
  const write = () => {
    const named = new Set(state.changed());
    if (state.get("source") === "inline") for (const name of ["source", ...TABLE]) named.add(name);
    for (const { link, path, takes } of links) {
      const fields = [...named].filter((name) => name in takes && fits(state.get(name), takes[name]));
      const query = new URLSearchParams(fields.sort().map((name) => [name, state.get(name)])).toString();
      link.href = query ? `${path}?${query}` : path;
    }
  };
  state.onChange(write);
  write();
}

// A word such as "all" fits where the field takes it; a number, between the least and the most; a text that has a form, in it.
function fits(text, [low, high, form]) {
  if (form !== null && !new RegExp(form, "u").test(text)) return false;
  if (!isNumber(text)) return text !== "";
  return (low === null || Number(text) >= low) && (high === null || Number(text) <= high);
}
