// Drawing: a figure from the server, dressed in the page's colour scheme, drawn when it has changed: at once where it is
// on screen, elsewhere when nothing moves (unseen.js).
import { bindPaper, onPaper } from "../page/paper.js";
import { currentScheme, onScheme } from "../page/scheme.js";
import { enlarged, enlargement } from "../page/wall.js";
import { captionOf } from "./caption.js";
import { fitted, shortened } from "./ticks.js";
import { Unseen } from "./unseen.js";

const CONFIG = { displayModeBar: false, responsive: false, doubleClick: false, showTips: false };
const NARROW = matchMedia("(max-width: 899px)");
const NAMES = 100; // pixels for the names of rows where two panels share a narrow screen, and of that beside them
const BESIDE = 26;

function plotly() {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  if (document.documentElement.dataset.plotly === "missing") return Promise.reject(new Error("plotly.js did not load"));
  const script = document.getElementById("plotly");
  return new Promise((resolve, reject) => {
    script.addEventListener("load", () => resolve(window.Plotly));
    script.addEventListener("error", () => reject(new Error("plotly.js did not load")));
  });
}

export class Figures {
  #panels = new Map();
  #templates;
  #drawing = null;
  #unseen = new Unseen(() => this.#drawUnseen());

  constructor(root, templates) {
    this.#templates = templates;
    const seen = new IntersectionObserver((entries) => this.#seen(entries), { rootMargin: "120px" });
    const sized = new ResizeObserver((entries) => this.#sized(entries));
    for (const element of root.querySelectorAll("[data-figure]")) {
      const panel = new Panel(element);
      this.#panels.set(element.dataset.figure, panel);
      seen.observe(element);
      sized.observe(panel.plot);
    }
    onScheme(() => this.#redraw());
    NARROW.addEventListener("change", () => this.#redraw());
    bindPaper((is) => this.#paper(is));
  }

  panel(name) {
    return this.#panels.get(name);
  }

  all() {
    return [...this.#panels.values()];
  }

  // `act(plot, name)` for each figure, once it can be pointed at.
  onReady(act) {
    for (const [name, { element, plot }] of this.#panels) element.addEventListener("figure-ready", () => act(plot, name));
  }

  // While a hand moves, nothing is drawn that is not seen.
  hold(is) {
    this.#unseen.hold("move", is);
  }

  // Figures that the answer does not have are hidden; the others are drawn, those on screen first.
  show(figures) {
    for (const [name, panel] of this.#panels) panel.offer(figures[name] ?? null);
    return this.#draw();
  }

  #redraw() {
    if (onPaper()) return this.#drawing;
    this.all().forEach((panel) => panel.stale());
    return this.#draw();
  }

  // Paper shows all figures, seen or not, at its own width; afterwards they are drawn for the screen again.
  #paper(is) {
    if (!window.Plotly) return;
    this.all().forEach((panel) => panel.stale());
    if (is) this.#drawDue(window.Plotly); // at once: the print is taken when this returns
    else this.#draw();
  }

  #seen(entries) {
    for (const { target, isIntersecting } of entries) this.#panels.get(target.dataset.figure).onScreen = isIntersecting;
    this.#draw();
  }

  #sized(entries) {
    if (onPaper()) return;
    for (const { target, contentRect } of entries) {
      const panel = this.#panels.get(target.closest("[data-figure]").dataset.figure);
      if (Math.abs(panel.drawnWidth - contentRect.width) >= 1) panel.stale();
    }
    this.#draw();
  }

  #draw() {
    this.#drawing ??= this.#drawAll().finally(() => {
      this.#drawing = null;
      this.#unseen.soon();
    });
    return this.#drawing;
  }

  async #drawAll() {
    if (!this.#panels.size) return;
    const Plotly = await plotly().catch(() => null);
    if (!Plotly) {
      window.dispatchEvent(new CustomEvent("figures-missing"));
      return;
    }
    this.#drawDue(Plotly);
    window.dispatchEvent(new CustomEvent("figures-drawn"));
  }

  // One figure of an open section that is not on screen; whether there was one.
  #drawUnseen() {
    const panel = this.all().find((one) => one.isDue({ unseen: true }));
    if (!panel || !window.Plotly || onPaper()) return false;
    this.#draws(window.Plotly, [panel]);
    window.dispatchEvent(new CustomEvent("figures-drawn"));
    return true;
  }

  #drawDue(Plotly) {
    this.#draws(Plotly, this.all().filter((panel) => panel.isDue()));
  }

  // All widths, and how large letters are, are read before anything is drawn: a reading between two drawings lays the
  // whole page out again.
  #draws(Plotly, panels) {
    const times = onPaper() ? 1 : enlargement();
    const template = enlarged(this.#templates[currentScheme()], times);
    for (const panel of panels) panel.draw(Plotly, template, times);
  }
}

class Panel {
  onScreen = false;
  drawnWidth = 0;
  #figure = null;
  #stated = "";
  #due = false;
  #width = 0;

  constructor(element) {
    this.element = element;
    this.plot = element.querySelector(".plot");
    this.note = element.querySelector(".note");
  }

  get figure() {
    return this.#figure;
  }

  offer(figure) {
    this.element.hidden = figure === null;
    const stated = JSON.stringify(figure);
    if (stated === this.#stated) return;
    this.#stated = stated;
    this.#figure = figure;
    this.#due = figure !== null;
    if (figure) this.#describe(figure.layout.meta);
  }

  stale() {
    this.#due = this.#figure !== null;
  }

  // Whether it is to be drawn now; notes the room that there is.
  isDue({ unseen = false } = {}) {
    if (!this.#due || !(this.onScreen || unseen || onPaper()) || this.element.hidden) return false;
    this.#width = this.plot.clientWidth;
    return this.#width > 0;
  }

  // So many `times` as large as the server has it.
  draw(Plotly, template, times) {
    this.#due = false;
    this.drawnWidth = this.#width;
    const sized = enlarged(this.#figure.layout, times);
    this.plot.style.minHeight = `${sized.height - 30}px`;
    const first = !this.plot.classList.contains("js-plotly-plot");
    Plotly.react(this.plot, this.#figure.data, this.#dressed(sized, template), CONFIG);
    if (first) this.element.dispatchEvent(new CustomEvent("figure-ready"));
  }

  // The page has the title above the plot; a panel whose neighbour on the left has the names of the features leaves them
  // to it: the first has them for all of a chain, on a narrow screen every other one for two.
  #dressed(sized, template) {
    const { title, height, margin, ...layout } = sized;
    const rows = this.element.closest(".chain") !== null;
    const narrow = rows && NARROW.matches && !onPaper();
    const place = rows ? [...this.element.parentElement.children].indexOf(this.element) : 0;
    const named = place % (narrow ? 2 : Infinity) === 0 || onPaper() || (layout.meta.rows ?? "feature") !== "feature";
    const left = narrow ? Math.min(margin.l, NAMES) : margin.l;
    const yaxis = !named ? { ...layout.yaxis, showticklabels: false, title: { text: "" } } : narrow ? shortened(layout.yaxis, template, left - BESIDE) : layout.yaxis;
    const around = { ...margin, t: rows ? 6 : 20, l: named ? left : 10 };
    const xaxis = fitted(layout.xaxis, template, this.drawnWidth - around.l - around.r, around);
    return { ...layout, xaxis, yaxis, template, width: this.drawnWidth, height: height - 30, margin: around };
  }

  #describe({ summary, note }) {
    this.plot.setAttribute("aria-label", summary);
    this.note.textContent = note;
  }
}

const LEGEND_HEIGHT = 26; // pixels
const TITLE = { size: 17, room: 1050 }; // pixels; a letter is a good half as wide as high

// A picture of a figure as it stands, in the light scheme, with its title, and a legend above the plot below that; below
// it what it is of and where, `told`.
export async function picture(figure, format, template, told) {
  const Plotly = await plotly();
  const { margin, title, showlegend } = figure.layout;
  const more = showlegend ? LEGEND_HEIGHT : 0;
  const { room, annotation } = captionOf(told, margin);
  const height = (figure.layout.height ?? 400) + more + room;
  const annotations = [...(figure.layout.annotations ?? []), annotation];
  const above = { title: { ...title, font: { size: Math.min(TITLE.size, TITLE.room / title.text.length) }, yref: "container", y: 1, yanchor: "top", pad: { t: 9 } }, margin: { ...margin, t: margin.t + more, b: margin.b + room } };
  const layout = { ...figure.layout, ...above, annotations, height, template, paper_bgcolor: "#ffffff", plot_bgcolor: "#ffffff" };
  const scale = format === "png" ? 2 : 1;
  return Plotly.toImage({ data: figure.data, layout }, { format, width: 640, height, scale });
}

export function download(address, name) {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}
