// What stands below an exported picture: what it is of, and the address that shows it again, in lines of its width.
const LETTERS = 118; // of a line of 640 pixels
export const LINE = 13; // pixels
export const SIZE = 9.5;
const MOST = 14; // lines; a longer address is not written

const COLOUR = "#59626e";

// `texts`: what is told of the batch, and the address. Returns the room that it takes and Plotly's annotation of it,
// below a plot with such margins.
export function captionOf(texts, { l, b }) {
  const lines = captionLines(texts);
  const text = lines.map(escaped).join("<br>");
  const place = { xref: "paper", yref: "paper", x: 0, y: 0, xanchor: "left", yanchor: "top", xshift: 8 - l, yshift: -b };
  return { room: lines.length * LINE + 8, annotation: { ...place, text, align: "left", showarrow: false, font: { size: SIZE, color: COLOUR } } };
}

export function captionLines([told, address]) {
  const link = pieces(address);
  return [...wrapped(told), ...(link.length > MOST ? ["The address is too long to stand here; copy the link from the page."] : link)];
}

function wrapped(text) {
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    if (lines.at(-1) && lines.at(-1).length + word.length >= LETTERS) lines.push(word);
    else lines[lines.length - 1] = `${lines.at(-1)} ${word}`.trim();
  }
  return lines.filter(Boolean);
}

function pieces(address) {
  return address.match(new RegExp(`.{1,${LETTERS}}`, "g")) ?? [];
}

// Plotly reads tags in a text.
function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
