// The colour scheme in force, and a word to whoever must redraw when it changes.
const listeners = new Set();

export function currentScheme() {
  return document.documentElement.dataset.scheme;
}

export function setScheme(scheme) {
  document.documentElement.dataset.scheme = scheme;
  try {
    localStorage.setItem("scheme", scheme);
  } catch {
    // Storage may be refused; the choice then lasts as long as the page.
  }
  listeners.forEach((listener) => listener(scheme));
}

export function onScheme(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
