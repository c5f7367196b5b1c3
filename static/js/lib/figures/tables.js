// Tables of numbers, made of the answer's own arrays.
import { three } from "./numbers.js";

export function element(tag, text = "", attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

// `columns`: [heading, values]; `names`: the heading of each row, text or an element; `things`: what a row stands for, a
// kind and a number or name each (figures/linked.js).
export function fillTable(table, corner, names, columns, things = null) {
  const head = element("tr");
  head.append(element("th", corner, { scope: "col" }), ...columns.map(([title]) => element("th", title, { scope: "col" })));
  const rows = names.map((name, i) => {
    const row = element("tr");
    const title = element("th", typeof name === "string" ? name : "", { scope: "row" });
    if (typeof name !== "string") title.append(name);
    if (things) row.dataset[things.kind] = things.numbers[i];
    row.append(title, ...columns.map(([, values]) => element("td", cell(values[i]))));
    return row;
  });
  const thead = element("thead");
  thead.append(head);
  const tbody = element("tbody");
  tbody.append(...rows);
  table.replaceChildren(thead, tbody);
}

function cell(value) {
  return typeof value === "string" ? value : three(value);
}

// The entries of a list, by its id.
export function fillList(id, texts) {
  document.getElementById(id).replaceChildren(...texts.map((text) => element("li", text)));
}
