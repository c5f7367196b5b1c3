// Paper: one column of a page's width in light colours, without controls (static/css/base.css, `.paper`).
import { currentScheme } from "./scheme.js";

export function onPaper() {
  return document.documentElement.classList.contains("paper");
}

// `change(is)` is called when the page is laid out for paper, and when it is back.
export function bindPaper(change) {
  const root = document.documentElement;
  let screen = null;
  addEventListener("beforeprint", () => {
    screen = currentScheme();
    root.classList.add("paper");
    root.dataset.scheme = "light";
    change(true);
  });
  addEventListener("afterprint", () => {
    root.classList.remove("paper");
    root.dataset.scheme = screen;
    change(false);
  });
}
