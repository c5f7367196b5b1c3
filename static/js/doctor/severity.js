// A severity as a mark and a word, so that colour is not all that tells them apart.
import { element } from "../lib/figures/tables.js";

const MARKS = { error: "✕", warning: "▲", note: "●", sound: "✓" };

export function severityMark(severity) {
  const made = element("span", "", { class: "doc-severity", "data-severity": severity });
  made.append(element("span", MARKS[severity], { "aria-hidden": "true" }), ` ${severity}`);
  return made;
}
