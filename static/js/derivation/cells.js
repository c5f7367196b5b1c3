// Texts of cells: the server alone reads numbers, so a block, or a cell with more than digits in it, is sent there first.
import { postJson } from "../lib/server/api.js";

// Whether a text is more than what one cell holds. A single comma without any other mark is one cell's, as when it is typed.
export function isBlock(text) {
  return /[\t\n;,]/.test(text) && !/^[^\s;,.]*,[^\s;,.]*$/.test(text);
}

// Whether a cell's text can stand in a table as it is: nothing in it would part two cells.
export function isPlain(text) {
  return !/[,;\s−]/.test(text);
}

// Rows of texts with points for decimals, of a block or of one cell; a Problem where there are none, or two readings.
export async function rowsOf(text, cell) {
  return (await postJson("/api/v1/tables", { text, cell })).rows;
}
