// Small tensors as tables, a row an example or, in the lecture's orientation, a row a unit.
import { element } from "../lib/figures/tables.js";
import { three } from "../lib/figures/numbers.js";

// The rows of a matrix as columns.
export function turned(matrix) {
  return matrix[0].map((_, i) => matrix.map((row) => row[i]));
}

// A number, one number a feature, or a matrix of examples and features, written into a table.
export function fillTensor(table, value, { examples, features, lecture }) {
  if (!Array.isArray(value)) {
    write(table, [[three(value)]], [], [], () => ({}));
    return;
  }
  const matrix = Array.isArray(value[0]) ? value : [value];
  const rows = Array.isArray(value[0]) ? examples : [""];
  const place = (row, column) => ({ example: Array.isArray(value[0]) ? row : "*", feature: column });
  const texts = matrix.map((row) => row.map(three));
  if (lecture) write(table, turned(texts), features, rows, (row, column) => place(column, row));
  else write(table, texts, rows, features, place);
}

function write(table, texts, rows, columns, place) {
  const head = element("tr");
  head.append(element("td", ""), ...columns.map((name) => element("th", name, { scope: "col" })));
  const body = texts.map((row, i) => {
    const line = element("tr");
    if (rows.length) line.append(rows[i] ? element("th", rows[i], { scope: "row" }) : element("td", ""));
    line.append(...row.map((text, j) => cell(text, place(i, j))));
    return line;
  });
  const tbody = element("tbody");
  tbody.append(...(columns.some(Boolean) ? [head] : []), ...body);
  table.replaceChildren(tbody);
}

function cell(text, { example, feature }) {
  const made = element("td", text);
  if (feature !== undefined) Object.assign(made.dataset, { example, feature });
  return made;
}
