// A symbol and what it stands for light up together, from either side, by mouse, touch or keyboard.
import { bindSymbols } from "./symbols.js";

let pressed = null; // the button that was pressed last, until the pointer or the focus leaves it

// The sentence of a symbol, beside it. A button that was pressed has its say: what the press changed is not covered.
export function showTip(at, text) {
  if (pressed?.contains(at)) return;
  const tip = document.getElementById("term-tip");
  at.setAttribute("aria-describedby", tip.id);
  tip.textContent = text;
  tip.hidden = false;
  const { left, bottom } = at.getBoundingClientRect();
  tip.style.left = `${Math.max(8, Math.min(left, innerWidth - tip.offsetWidth - 8))}px`;
  tip.style.top = `${Math.min(bottom + 6, innerHeight - tip.offsetHeight - 8)}px`;
}

export function hideTip() {
  document.getElementById("term-tip").hidden = true;
  for (const described of document.querySelectorAll('[aria-describedby="term-tip"]')) described.removeAttribute("aria-describedby");
}

export function bindTips() {
  document.addEventListener("click", ({ target }) => {
    pressed = target.closest?.("button, a, summary") ?? null;
    if (pressed) hideTip();
  });
  const leave = ({ target, relatedTarget }) => {
    if (pressed?.contains(target) && !pressed.contains(relatedTarget)) pressed = null;
  };
  for (const left of ["pointerout", "focusout"]) document.addEventListener(left, leave);
  document.addEventListener("keydown", (event) => event.key === "Escape" && hideTip());
}

// `terms`: the sentence of each, or a function that gives them as the answer in force has them.
export function bindTerms(terms, figures) {
  const said = (term) => (typeof terms === "function" ? terms() : terms)[term];
  const light = (term, at) => {
    dim();
    for (const element of document.querySelectorAll(`[data-term="${term}"]`)) element.classList.add("lit");
    const panel = document.getElementById(`figure-${term}`);
    panel?.classList.add("lit");
    for (const shown of figures.all()) emphasize(shown, term);
    if (at && said(term)) showTip(at, said(term));
  };

  const dim = () => {
    hideTip();
    for (const element of document.querySelectorAll(".lit")) element.classList.remove("lit");
    for (const shown of figures.all()) emphasize(shown, null);
  };

  bindSymbols();
  bindTips();
  const termAt = (event) => event.target.closest?.(".term");
  document.addEventListener("pointerover", (event) => termAt(event) && light(termAt(event).dataset.term, termAt(event)));
  document.addEventListener("pointerout", (event) => termAt(event) && dim());
  document.addEventListener("focusin", (event) => termAt(event) && light(termAt(event).dataset.term, termAt(event)));
  document.addEventListener("focusout", (event) => termAt(event) && dim());
  document.addEventListener("keydown", (event) => event.key === "Escape" && dim());

  figures.onReady((plot) => {
    plot.on("plotly_hover", ({ points }) => points[0]?.data.meta?.term && light(points[0].data.meta.term, null));
    plot.on("plotly_unhover", dim);
  });
}

// The marks of a term at full strength, the others of that plot faded; without a term all as they were.
function emphasize({ plot, figure }, term) {
  const traces = plot.querySelectorAll(".scatterlayer .trace");
  if (!figure || !traces.length) return;
  const meant = figure.data.map((trace) => trace.meta?.term === term);
  const any = meant.some(Boolean);
  traces.forEach((trace, i) => {
    trace.style.opacity = !any || meant[i] ? "" : "0.25";
  });
}
