// Controls and state, bound both ways. Each control is made by the template from the field's description.
import { plain } from "./numbers.js";

const STEPS = 1000;

export class Controls {
  #state;
  #bound = [];

  constructor(root, state) {
    this.#state = state;
    for (const element of root.querySelectorAll(".control[data-field]")) {
      const bind = KINDS[element.dataset.kind];
      if (bind) this.#bound.push(bind(element, state));
      bindHelp(element);
      bindReset(element, state);
    }
    state.onChange(() => this.refresh());
    this.refresh();
  }

  refresh() {
    for (const control of this.#bound) control.refresh();
    const upload = /^[0-9a-f]{64}$/.test(this.#state.get("source"));
    for (const element of document.querySelectorAll("[data-shown-for]")) {
      const sources = element.dataset.shownFor.split(" ");
      element.hidden = !sources.includes(upload ? "upload" : this.#state.get("source"));
    }
  }
}

function bindHelp(element) {
  const button = element.querySelector(".help");
  button?.addEventListener("click", () => {
    const text = document.getElementById(button.getAttribute("aria-controls"));
    text.hidden = !text.hidden;
    button.setAttribute("aria-expanded", String(!text.hidden));
  });
}

function bindReset(element, state) {
  const name = element.dataset.field;
  const button = element.querySelector(".reset");
  if (!button) return;
  button.addEventListener("click", () => {
    state.reset([name]);
    element.querySelector(".value, select, textarea")?.focus();
  });
  const refresh = () => {
    button.hidden = !state.isChanged(name);
  };
  state.onChange(refresh);
  refresh();
}

// A field to type in: taken on Enter or when it is left, so that half a number is never sent.
function typed(element, state, toQuery = (text) => text.trim(), toText = (value) => value) {
  const name = element.dataset.field;
  const field = element.querySelector("input.value, textarea");
  field.addEventListener("change", () => state.set({ [name]: toQuery(field.value) }));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && field.tagName === "INPUT") {
      event.preventDefault();
      field.dispatchEvent(new Event("change"));
    }
  });
  return {
    refresh() {
      if (document.activeElement !== field || field.tagName === "INPUT") field.value = toText(state.get(name));
    },
  };
}

function select(element, state) {
  const name = element.dataset.field;
  const field = element.querySelector("select");
  field.addEventListener("change", () => state.set({ [name]: field.value }));
  return {
    refresh() {
      field.value = state.get(name);
    },
  };
}

// The two directions between a slider's place and its value; a logarithmic slider moves by equal factors. `upTo(most)` is
// where it ends from now on.
const scales = new WeakMap();

export function scaleOf(element) {
  if (!scales.has(element)) scales.set(element, makeScale(element));
  return scales.get(element);
}

function makeScale(element) {
  const range = element.querySelector(".slide");
  const low = Number(range.min);
  let [high, shown] = [Number(range.max), low];
  const step = Number(range.step) || null;
  if (element.dataset.scale !== "log") {
    if (!step) range.step = String((high - low) / STEPS);
    const upTo = (most) => {
      range.max = String(most);
      range.value = String(shown);
    };
    return { range, value: () => plain(range.value), place: (value) => (shown = Number(value)), upTo };
  }
  range.min = "0";
  range.max = String(STEPS);
  range.step = "1";
  const ratio = () => Math.log(high / low) || 1;
  const place = (value) => (Math.log(Math.max((shown = Number(value)), low) / low) / ratio()) * STEPS;
  const whole = step >= 1 || element.dataset.kind === "batch_size";
  const rounded = (value) => (whole ? String(Math.round(value)) : String(Number(value.toPrecision(2))));
  return {
    range,
    value: () => rounded(low * Math.exp((Number(range.value) / STEPS) * ratio())),
    place,
    upTo(most) {
      high = most;
      range.value = String(place(shown));
    },
  };
}

export function onSlide(range, change) {
  range.addEventListener("input", () => change({ settle: false }));
  range.addEventListener("change", () => change({ settle: true }));
}

function slider(element, state) {
  const name = element.dataset.field;
  const scale = scaleOf(element);
  const field = typed(element, state);
  onSlide(scale.range, (how) => state.set({ [name]: scale.value() }, how));
  return {
    refresh() {
      field.refresh();
      const place = scale.place(state.get(name));
      if (Number.isFinite(place)) scale.range.value = String(place);
      scale.range.setAttribute("aria-valuetext", state.get(name));
    },
  };
}

const KINDS = {
  slider,
  batch_size: slider,
  select,
  source: select,
  number: typed,
  seed: typed,
  text: typed,
  table: (element, state) =>
    typed(
      element,
      state,
      (text) => text.trim().split(/\s*[\n;]+\s*/).map((row) => row.trim().split(/\s*[,\t]\s*|\s+/).join(",")).join(";"),
      (value) => value.replaceAll(";", "\n"),
    ),
};
