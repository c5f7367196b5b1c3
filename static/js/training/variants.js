// How a variant is told from the others, wherever it is drawn: a colour and a line. Without and with batch norm have the
// colours that they have on every page.
const OWN = { none: "without-bn", batch: "with-bn" };
const FURTHER = ["third", "fourth", "with-bn", "without-bn"];
const SHORT = /^\D{1,24}$/; // what a sentence calls a variant by its title
const LINES = ["5 3", null, "1.5 2.5", "9 3 2 3"];

// `plan.variants` with a name, a colour and a dash each.
export function looksOf(variants) {
  const rows = Object.entries(variants);
  const taken = new Map();
  for (const [name, { norm }] of rows) if (OWN[norm] && ![...taken.values()].includes(OWN[norm])) taken.set(name, OWN[norm]);
  const left = FURTHER.filter((colour) => ![...taken.values()].includes(colour));
  const lines = LINES.filter((line) => line !== null);
  return rows.map(([name, { title, called, norm }]) => {
    const colour = taken.get(name) ?? left.shift();
    const dash = colour === "with-bn" ? null : colour === "without-bn" ? LINES[0] : lines[1 + (FURTHER.indexOf(colour) % 2)];
    const [short, inside] = SHORT.test(title) ? [title, called] : [`Variant ${name}`, `variant ${name}`];
    return { name, title, short, called: inside, norm, colour: `var(--${colour})`, dash };
  });
}
