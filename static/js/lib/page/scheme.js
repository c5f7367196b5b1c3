// The colour scheme in force, and a word to whoever must redraw when it changes. Until one is chosen, the page follows
// the system's, also while it stands open.
const listeners = new Set();
let chosenHere = false;

export function currentScheme() {
  return document.documentElement.dataset.scheme;
}

export function setScheme(scheme) {
  chosenHere = true;
  try {
    localStorage.setItem("scheme", scheme);
  } catch {
    // Storage may be refused; the choice then lasts as long as the page.
  }
  change(scheme);
}

export function onScheme(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function change(scheme) {
  document.documentElement.dataset.scheme = scheme;
  listeners.forEach((listener) => listener(scheme));
}

function isChosen() {
  try {
    return chosenHere || localStorage.getItem("scheme") !== null;
  } catch {
    return false;
  }
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", ({ matches }) => {
  const printing = document.documentElement.classList.contains("paper");
  if (!printing && !isChosen()) change(matches ? "dark" : "light");
});
