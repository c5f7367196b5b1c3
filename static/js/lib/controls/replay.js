// Replay: what is seen comes once more, part by part in the order in which it is computed. Where less motion is asked
// for, the button gives way to a sentence (controls.css).
const PARTS = "[data-figure]:not([hidden]) .plot, .net-stack, .cube-card:not([hidden]) .cube";
const WHOLE = 1600; // milliseconds until the last part begins to come
const LASTS = 450; // milliseconds that a part takes
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

export function replay() {
  if (STILL.matches) return;
  const parts = inOrder([...document.querySelectorAll(PARTS)].filter((part) => part.checkVisibility()));
  parts.forEach((part, i) => {
    for (const running of part.getAnimations()) running.cancel();
    const delay = (WHOLE * i) / parts.length;
    part.animate([{ opacity: 0 }, { opacity: 1 }], { id: "replay", delay, duration: LASTS, fill: "backwards", easing: "ease-out" });
  });
}

// As they lie on the page; where what is right comes first (data-leftwards), from right to left.
function inOrder(parts) {
  const leftwards = new Map();
  for (const part of parts) {
    const row = part.closest("[data-leftwards]");
    if (row) leftwards.set(row, [part, ...(leftwards.get(row) ?? [])]);
  }
  return parts.map((part) => (part.closest("[data-leftwards]") ? leftwards.get(part.closest("[data-leftwards]")).shift() : part));
}
