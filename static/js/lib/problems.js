// Errors stand beside the control that caused them; what has no control stands above the view.

export function clearProblems() {
  for (const text of document.querySelectorAll(".error")) text.hidden = true;
  for (const field of document.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  document.getElementById("problem").hidden = true;
}

export function showProblem(detail, errors = []) {
  const homeless = errors.filter((row) => !showAt(row.field, errors.length > 1 ? `${row.given ?? ""} is not allowed: ${row.allowed}` : detail));
  if (errors.length && !homeless.length) return;
  const box = document.getElementById("problem");
  box.textContent = detail;
  box.hidden = false;
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
