// After a refusal what is seen is of an earlier state, and is marked so: dimmed as a whole, said in the box above it.
const $ = (id) => document.getElementById(id);

// What the view tells is of the state in force.
export function markCurrent() {
  $("view").classList.remove("empty", "stale");
}

// It is of an earlier one, if anything is there at all.
export function markEarlier(is) {
  $("view").classList.toggle("stale", is);
  if ($("drawn")) $("drawn").textContent = "";
}
