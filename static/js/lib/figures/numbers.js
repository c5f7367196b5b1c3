// Making a formatter takes longer than using it a hundred times; there is one for each number of decimals.
const formatters = [0, 1, 2, 3, 4, 5].map((decimals) => new Intl.NumberFormat("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }));

// Three significant digits, thousands set apart, a real minus sign: as the server writes numbers.
export function three(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) {
    const [mantissa, exponent] = value.toExponential(2).split("e");
    return `${mantissa.replace(/\.?0+$/, "")}e${Number(exponent)}`.replaceAll("-", "−");
  }
  const rounded = Number(value.toPrecision(3));
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(rounded))));
  return formatters[decimals].format(rounded).replace("-", "−");
}

// A whole number, thousands set apart.
export const count = (number) => number.toLocaleString("en");

// What a slider writes into its field and the address: short, and with a plain minus sign.
export function plain(value) {
  return String(Number(Number(value).toPrecision(4)));
}

// Whether a field's text is a number, and not a word such as "auto" or nothing.
export function isNumber(text) {
  return text.trim() !== "" && Number.isFinite(Number(text));
}
