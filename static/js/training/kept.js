// The playhead of a page that is reloaded while it plays: the address has the step of half a second ago at most, the tab the
// step that was seen.
const KEY = "training-step";

export function keepStep(run, step) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ run, step }));
  } catch {
    // The address has to do.
  }
}

// The step of the same run before a reload; null where the page is opened in another way.
export function keptStep(run) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY));
    const isReload = performance.getEntriesByType("navigation")[0]?.type === "reload";
    return isReload && kept?.run === run ? kept.step : null;
  } catch {
    return null;
  }
}
