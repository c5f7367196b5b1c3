// The tabs of a stage, as the practices for ARIA have them: arrows go to a neighbour, and the tab that is chosen stands in
// the address, under `field`. Panels are `[data-panel=NAME]`.
const STEPS = { ArrowRight: 1, ArrowLeft: -1 };

export function bindTabs(list, { state, field, shown = () => {} }) {
  const tabs = [...list.querySelectorAll("[role=tab]")];
  const nameOf = (tab) => tab.dataset.tab;
  const show = () => {
    const chosen = state.get(field);
    for (const tab of tabs) {
      const is = nameOf(tab) === chosen;
      tab.setAttribute("aria-selected", String(is));
      tab.tabIndex = is ? 0 : -1;
      document.querySelector(`[data-panel="${nameOf(tab)}"]`).hidden = !is;
    }
    shown(chosen);
  };
  const to = (tab) => {
    state.set({ [field]: nameOf(tab) });
    tab.focus();
  };
  list.addEventListener("click", ({ target }) => target.closest("[role=tab]") && to(target.closest("[role=tab]")));
  list.addEventListener("keydown", (event) => {
    const by = STEPS[event.key];
    const at = tabs.indexOf(event.target.closest("[role=tab]"));
    if (!by || at < 0) return;
    event.preventDefault();
    to(tabs[(at + by + tabs.length) % tabs.length]);
  });
  state.onChange((names) => (names === null || names.includes(field)) && show());
  show();
}
