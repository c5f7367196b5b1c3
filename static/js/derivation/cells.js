// A pasted block of numbers, read as the server reads one (app/views/gradient_check/text/cells.py): rows of texts.

const PAIR = /^[-+]?\d+,\d+$/; // 1,5: one number or two
const THOUSANDS = /^[-+]?[1-9]\d{0,2}(?:,\d{3})+$/;
const ONE = /^[-+]?\d*,\d+$/;

// What can be read in two ways; the message says in which, and what to write instead.
export class TwoReadings extends Error {}

// Whether a text is more than what one cell holds. A number with a decimal comma is one cell's, as when it is typed.
export function isBlock(text) {
  return /[\t\n;,]/.test(text) && !ONE.test(text.replace("−", "-"));
}

// What one cell holds: a decimal comma is a point there, and nothing that would part two cells stays.
export function inOneCell(typed) {
  const text = typed.trim().replace("−", "-");
  return ONE.test(text) ? text.replace(",", ".") : text.replace(/[,;\s]+/g, " ");
}

// Rows of cells. Tabs, or semicolons within lines, part a spreadsheet's cells, and a comma in them is a decimal point;
// else commas and gaps part numbers. On a single line semicolons part rows. Throws TwoReadings.
export function rowsOf(text) {
  const plain = text.replaceAll("−", "-").replaceAll("\r", "");
  const lines = (plain.includes("\n") ? plain : plain.replaceAll(";", "\n")).split("\n").filter((line) => line.trim());
  return lines.some((line) => /[\t;]/.test(line)) ? ofSpreadsheet(lines) : ofCsv(lines);
}

function ofSpreadsheet(lines) {
  const rows = lines.map((line) => line.split(/[\t;]/).map((cell) => cell.trim()));
  const commas = rows.flat().filter((cell) => cell.includes(","));
  const thousands = commas.filter((cell) => THOUSANDS.test(cell));
  if (thousands.length && (thousands.length === commas.length || rows.flat().some((cell) => cell.includes(".")))) {
    const [point, whole] = [thousands[0].replace(",", "."), thousands[0].replaceAll(",", "")];
    throw new TwoReadings(`“${thousands[0]}” may be ${point} or ${whole}. Write “${point}” or “${whole}”.`);
  }
  return rows.map((row) => row.map(inOneCell));
}

function ofCsv(lines) {
  const chunks = lines.flatMap((line) => line.trim().split(/\s+/)).filter((chunk) => chunk.includes(","));
  if (chunks.length && chunks.every((chunk) => PAIR.test(chunk))) {
    const [point, apart] = [chunks[0].replace(",", "."), chunks[0].replace(",", ", ")];
    throw new TwoReadings(`“${chunks[0]}” may be ${point} or the numbers ${apart}. Write “${point}”, or “${apart}” with a space.`);
  }
  return lines.map((line) => line.split(",").flatMap((cell) => cell.trim().split(/\s+/)));
}
