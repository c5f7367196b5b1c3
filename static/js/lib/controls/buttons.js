// What every page of controls has: its form, the sheet that a phone folds it into, and the buttons that set several fields.

const $ = (id) => document.getElementById(id);

export function bindButtons(state) {
  $("controls").addEventListener("submit", (event) => event.preventDefault());
  $("sheet").addEventListener("click", () => {
    const open = $("sheet").getAttribute("aria-expanded") === "true";
    $("sheet").setAttribute("aria-expanded", String(!open));
    if (!open) showAbove();
  });
  $("reset-all").addEventListener("click", () => state.reset(state.changed()));
  const showReset = () => $("reset-all").setAttribute("aria-disabled", String(state.changed().length === 0));
  state.onChange(showReset);
  showReset();
  $("new-draw")?.addEventListener("click", () => state.set({ seed: (Number(state.get("seed")) + 1) % 2 ** 32 }));
}

// What the stage draws stands above the sheet: what a control does is seen.
function showAbove() {
  const drawings = [...document.querySelectorAll(".stage [data-essential], .stage .drawing")];
  (drawings.find((one) => one.checkVisibility()) ?? document.querySelector(".stage"))?.scrollIntoView({ block: "start" });
}

// The button that undoes the normalization.
export function bindUndo(state) {
  $("undo").addEventListener("click", () => state.set(isUndone(state) ? { gamma: "auto", beta: "auto" } : { gamma: "sigma", beta: "mean" }));
}

export function showUndone(state) {
  $("undo").setAttribute("aria-pressed", String(isUndone(state)));
}

// Whether scale and shift are those that undo the normalization.
function isUndone(state) {
  return state.get("gamma") === "sigma" && state.get("beta") === "mean";
}
