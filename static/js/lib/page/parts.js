// The sections below the stage: each opens and closes, and those that a person opened stand in the address. What is
// looked for, by a link's anchor or by the browser's search, opens of itself.
const ALL = "all";

const parts = () => [...document.querySelectorAll("details.part")];
const nameOf = (part) => part.dataset.part;

export function bindParts(state) {
  if (state.get("open") !== ALL) state.amend({ open: state.get("open").split(",").filter((name) => parts().some((part) => nameOf(part) === name)).join(",") });
  let before = state.get("open");
  document.addEventListener("click", ({ target }) => {
    const part = target.closest("details.part > summary")?.parentElement;
    if (part) setTimeout(() => write(state)); // when it has opened or closed
  });
  state.onChange((names) => {
    const now = state.get("open");
    if (now === before) return;
    if (names === null) for (const part of parts()) if (holds(now, part) !== holds(before, part)) part.open = holds(now, part);
    before = now;
  });
  const named = () => openAt(location.hash.slice(1));
  addEventListener("hashchange", named);
  document.addEventListener("click", ({ target }) => {
    const anchor = target.closest("a[href^='#']");
    if (anchor) openAt(anchor.hash.slice(1));
  }, { capture: true });
  named();
}

function write(state) {
  const seen = parts().filter((part) => !part.hidden);
  const open = seen.filter((part) => part.open).map(nameOf);
  state.set({ open: open.length > 0 && open.length === seen.length ? ALL : open.join(",") });
}

const holds = (open, part) => open === ALL || open.split(",").includes(nameOf(part));

// The section that holds an element, opened.
function openAt(id) {
  const part = id && document.getElementById(id)?.closest("details.part");
  if (part) part.open = true;
}
