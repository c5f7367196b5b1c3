// A formula, or a text with several symbols in it, is one stop of the Tab key; in it, the left and right arrow keys go
// from symbol to symbol.
const TEXT = "[data-one-stop]"; // a formula is made so by the server (app/web/pages/formulas.py)

export function bindSymbols() {
  for (const text of document.querySelectorAll(TEXT)) stopAt(symbolsOf(text)[0], text);
  document.addEventListener("keydown", move, { capture: true });
}

function move(event) {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const within = event.target.closest?.(".term")?.closest(`${TEXT}, .formula-line, math:not(.piece *)`);
  if (!by || !within || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  event.stopPropagation();
  const symbols = symbolsOf(within).filter((symbol) => symbol.checkVisibility({ visibilityProperty: true }));
  const next = symbols[symbols.indexOf(event.target.closest(".term")) + by];
  if (!next) return;
  stopAt(next, within);
  next.focus();
}

export const symbolsOf = (text) => [...text.querySelectorAll(".term")];

export function stopAt(stop, within) {
  for (const symbol of symbolsOf(within)) symbol.tabIndex = symbol === stop ? 0 : -1;
}
