// Paper: one column of a page's width in light colours, without controls (static/css/base.css, `.paper`), all sections open.
import { currentScheme } from "./scheme.js";

const CHANGED = "paper-changed";

export function onPaper() {
  return document.documentElement.classList.contains("paper");
}

// What is drawn for a width is drawn anew, before the print is taken.
export function onPaperChange(draw) {
  addEventListener(CHANGED, draw);
}

// `change(is)` is called when the page is laid out for paper, and when it is back.
export function bindPaper(change) {
  const root = document.documentElement;
  let screen = null;
  let closed = [];
  addEventListener("beforeprint", () => {
    screen = currentScheme();
    root.classList.add("paper");
    root.dataset.scheme = "light";
    closed = [...document.querySelectorAll("details.part:not([open])")];
    for (const part of closed) part.open = true;
    change(true);
    dispatchEvent(new Event(CHANGED));
  });
  addEventListener("afterprint", () => {
    root.classList.remove("paper");
    root.dataset.scheme = screen;
    for (const part of closed) part.open = false;
    change(false);
    dispatchEvent(new Event(CHANGED));
  });
}
