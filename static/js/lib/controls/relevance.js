// What the state decides of the controls and the formulas: a control without effect is not seen.

export const controlOf = (name) => document.querySelector(`.control[data-field="${name}"]`);

// `shown`: each field's name, and whether its control is seen.
export function showControls(shown) {
  for (const [name, is] of Object.entries(shown)) {
    const control = controlOf(name);
    if (control) control.hidden = !is;
  }
}

// The formulas of the notation, the placement of epsilon and the mode in force.
export function showVariants(state) {
  const setting = [state.get("notation"), state.get("eps_placement"), state.get("mode") || "train"].join("/");
  for (const variant of document.querySelectorAll("[data-holds-for]")) {
    variant.hidden = !variant.dataset.holdsFor.split(" ").includes(setting);
  }
}

// Weights and bias are those of the layer in front, if there is one.
export function showLayer(state) {
  const fold = document.getElementById("fold-layer");
  if (!fold) return;
  const is = state.get("layer_width") !== "0";
  fold.open ||= is;
  showControls({ weight_scale: is, layer_bias: is });
}
