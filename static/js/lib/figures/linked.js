// A feature, an example, a block, a channel or a tensor that is pointed at, by mouse, touch or focus, is lit wherever the page has
// it: elements that carry its number (`data-feature="3"`) or name, one or several, and rows, columns and points of figures (linked_marks.js).
import { KINDS, LinkedMarks, named } from "./linked_marks.js";

const CARRIES = KINDS.map((kind) => `[data-${kind}]`).join(", ");
const NAME = /^\w+$/; // a number, or what a tensor is called
const POINTED = "pointed";

// What a key led to within an element that has the focus is pointed at: a number a kind; {} is nothing.
export function sayPointed(things) {
  const detail = Object.entries(things).map(([kind, number]) => named(kind, number));
  document.dispatchEvent(new CustomEvent(POINTED, { detail }));
}

export function bindLinked(figures) {
  const panels = new Map(figures.all().map((panel) => [panel.element, new LinkedMarks(panel)]));
  let elements = [];
  let lit = "";
  let dimmed = ""; // by Escape, until something else is pointed at

  const show = (things) => {
    for (const one of elements) one.removeAttribute("data-linked");
    elements = things.flatMap(carriers);
    for (const one of elements) one.setAttribute("data-linked", "");
    for (const marks of panels.values()) marks.show(things);
  };
  const light = (things) => {
    const stated = things.join(" ");
    if (stated !== dimmed) dimmed = "";
    else if (dimmed) return;
    if (stated !== lit) show(things);
    lit = stated;
  };
  const pointed = (event) => {
    const inFigure = panels.get(event.target.closest?.("[data-figure]"))?.under(event) ?? [];
    light([...new Set([...carried(event.target), ...inFigure])]);
  };
  const escape = () => {
    const held = lit;
    light([]);
    dimmed = held;
  };

  for (const name of ["pointermove", "pointerdown"]) document.addEventListener(name, pointed, { passive: true });
  document.documentElement.addEventListener("pointerleave", ({ pointerType }) => pointerType === "mouse" && light([]));
  document.addEventListener("focusin", ({ target }) => target.matches(":focus-visible") && light(carried(target)));
  document.addEventListener(POINTED, ({ detail }) => light(detail));
  document.addEventListener("focusout", ({ target }) => carried(target).length && light([]));
  document.addEventListener("keydown", ({ key }) => key === "Escape" && lit && escape());
  addEventListener("figures-drawn", () => lit && show(lit.split(" ")));
  figures.onReady((plot) => {
    const marks = panels.get(plot.closest("[data-figure]"));
    plot.on("plotly_hover", ({ points, event }) => {
      marks.hover(points[0]);
      pointed(event);
    });
    plot.on("plotly_unhover", () => marks.hover(null));
  });
}

// What an element, and what it lies in, carries.
function carried(target) {
  const things = [];
  for (let at = target.closest?.(CARRIES); at; at = at.parentElement?.closest(CARRIES)) {
    for (const kind of KINDS) things.push(...(at.dataset[kind] ?? "").split(" ").filter((name) => NAME.test(name)).map((name) => named(kind, name)));
  }
  return things;
}

function carriers(thing) {
  const [kind, name] = thing.split(":");
  return [...document.querySelectorAll(`[data-${kind}~="${name}"]`)];
}
