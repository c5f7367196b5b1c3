// The claims as buttons that set the stage: the claim's own network, every other field as it is left out, and back: by
// another press, or by the button of no claim.
const KEPT = "notation"; // how it is written

// `claims`: the fields that each sets; `isOfPage(name)`: what is no part of the network.
export function bindClaims(list, { state, claims, isOfPage }) {
  list.addEventListener("click", ({ target }) => {
    const name = target.closest("[data-claim]")?.dataset.claim;
    if (!name) return;
    const other = state.changed().filter((field) => !isOfPage(field) && field !== KEPT);
    const cleared = Object.fromEntries(other.map((field) => [field, state.fallback(field, { architecture: "fully_connected" })]));
    state.set(state.get("preset") === name ? cleared : { ...cleared, ...claims[name], preset: name });
  });
}

export function showClaims(list, chosen) {
  list.querySelector('[data-claim="none"]').hidden = chosen === "none";
  for (const button of list.querySelectorAll("[aria-pressed]")) button.setAttribute("aria-pressed", String(button.dataset.claim === chosen));
}
