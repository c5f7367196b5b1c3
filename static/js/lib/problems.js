// Errors stand beside the control that caused them; what has no control stands above the view.

export function clearProblems() {
  for (const text of document.querySelectorAll(".error")) text.hidden = true;
  for (const field of document.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  document.getElementById("problem").hidden = true;
}

// `shownInstead`: what the view still shows, if anything.
export function showProblem(detail, errors = [], shownInstead = "") {
  const homeless = errors.filter((row) => !showAt(row.field, messageOf(row, detail, errors.length)));
  const box = document.getElementById("problem");
  const stale = shownInstead ? `Not computed; below is still ${shownInstead}.` : "";
  box.textContent = [homeless.length || !errors.length ? detail : "", stale].filter(Boolean).join(" ");
  box.hidden = box.textContent === "";
}

// A sentence of its own stands as it is; what only names the field (which the control does) is said in words.
function messageOf({ field, given, allowed }, detail, count) {
  if (count === 1 && !detail.startsWith(`${field}: `)) return detail;
  return `${given === "" || given === null ? "Nothing" : `“${given}”`} is not allowed here; allowed: ${allowed}.`;
}

export function showAt(name, message) {
  const text = document.getElementById(`e-${name}`);
  if (!text) return false;
  text.closest("details")?.setAttribute("open", "");
  for (let parent = text.parentElement; parent; parent = parent.parentElement) parent.hidden = false;
  text.textContent = message;
  text.hidden = false;
  document.getElementById(`c-${name}`)?.setAttribute("aria-invalid", "true");
  return true;
}

addEventListener("figures-missing", () => {
  const box = document.getElementById("problem");
  box.textContent = "The drawing library did not load, so there are no plots; the numbers stand in the tables. Reload to try again.";
  box.hidden = false;
});
