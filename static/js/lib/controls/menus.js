// The menu of a figure: its numbers as a table, its picture as a file. Menus close by Escape and by a click elsewhere.
import { download, picture } from "../figures/figures.js";

// `tableOf(name)` makes the table behind a figure, `fileOf(name)` is the address of its numbers as CSV, null where there
// is none, and `told(figure)` what a picture says of itself. Returns a function that writes the open tables anew.
export function bindMenus(figures, template, { tableOf, fileOf, told }) {
  const write = (element) => element.querySelector(".behind .scroll").replaceChildren(tableOf(element.dataset.figure));
  for (const panel of figures.all()) bindMenu(panel, template, { write, fileOf, told });
  return () => {
    for (const { element } of figures.all()) if (!element.hidden && !element.querySelector(".behind").hidden) write(element);
  };
}

function bindMenu(panel, template, { write, fileOf, told }) {
  const { element } = panel;
  const menu = element.querySelector(".menu");
  const file = element.querySelector("[data-figure-csv]");
  if (file) {
    menu.addEventListener("toggle", () => {
      const address = fileOf(element.dataset.figure);
      file.hidden = address === null;
      file.href = address ?? "#";
    });
  }
  element.querySelector("[data-show-table]").addEventListener("click", () => {
    const behind = element.querySelector(".behind");
    behind.hidden = !behind.hidden;
    menu.open = false;
    if (behind.hidden) return;
    write(element);
    behind.querySelector(".scroll").focus();
  });
  for (const button of element.querySelectorAll("[data-export]")) {
    button.addEventListener("click", async () => {
      menu.open = false;
      const format = button.dataset.export;
      download(await picture(panel.figure, format, template, told(panel.figure)), `bnscope-${element.dataset.figure}.${format}`);
    });
  }
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector(".menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
