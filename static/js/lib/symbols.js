// A formula is one stop of the Tab key; in it, the left and right arrow keys go from symbol to symbol.

export function bindSymbols() {
  document.addEventListener("keydown", move, { capture: true });
}

function move(event) {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const formula = event.target.closest?.(".term")?.closest(".formula-line, math:not(.piece *)");
  if (!by || !formula || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  event.stopPropagation();
  const symbols = [...formula.querySelectorAll(".term")];
  const next = symbols[symbols.indexOf(event.target.closest(".term")) + by];
  if (!next) return;
  for (const symbol of symbols) symbol.tabIndex = symbol === next ? 0 : -1;
  next.focus();
}
