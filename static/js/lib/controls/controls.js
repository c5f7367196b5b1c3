// Controls and state, bound both ways. Each control is made by the template from the field's description.
import { isNumber } from "../figures/numbers.js";
import { Scale } from "./scale.js";
import { isUpload } from "./upload.js";

export class Controls {
  #state;
  #bound = [];
  #ofSources = [...document.querySelectorAll("[data-shown-for]")];

  constructor(root, state) {
    this.#state = state;
    for (const element of root.querySelectorAll(".control[data-field]")) {
      const bind = KINDS[element.dataset.kind];
      if (bind) this.#bound.push(bind(element, state));
      bindHelp(element);
      bindReset(element, state);
    }
    state.onChange((names) => this.refresh(names));
    this.refresh();
  }

  // `names`: the fields that changed; null for all, as with Back and Forward, which take back what is being typed, too.
  refresh(names = null) {
    for (const control of this.#bound) control.refresh(names);
    const kind = kindOf(this.#state.get("source"));
    for (const element of this.#ofSources) {
      const sources = element.dataset.shownFor.split(" ");
      put(element, "hidden", !sources.includes(kind));
    }
  }
}

// What decides which controls mean something: an upload, a large array of the server's, or a source by its name.
function kindOf(source) {
  return isUpload(source) ? "upload" : source.startsWith("large:") ? "large" : source;
}

// What is written anew is laid out anew, even where it stays as it is: nothing that a move of a hand leaves alone.
function put(element, name, value) {
  if (element[name] !== value) element[name] = value;
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
  const refresh = () => put(button, "hidden", !state.isChanged(name));
  state.onChange(refresh);
  refresh();
}

// A field to type in: taken on Enter or when it is left, so that half a number is never sent.
function typed(element, state, toQuery = (text) => text.trim(), toText = (value) => value) {
  const name = element.dataset.field;
  const field = element.querySelector("input.value, textarea");
  let entered = null; // a text that Enter has told: the field, when it is left, does not tell it again, nor anybody else
  field.addEventListener("input", () => (entered = null));
  field.addEventListener("change", (event) => field.value === entered && event.stopImmediatePropagation(), { capture: true });
  field.addEventListener("change", () => state.set({ [name]: toQuery(field.value) }));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && field.tagName === "INPUT") {
      event.preventDefault();
      entered = null;
      field.dispatchEvent(new Event("change"));
      entered = field.value;
    }
  });
  return {
    refresh(names) {
      const isOwn = field.tagName === "INPUT" && names?.includes(name); // what else changes leaves what is being typed
      if (names === null || document.activeElement !== field || isOwn) put(field, "value", toText(state.get(name)));
    },
  };
}

function select(element, state) {
  const name = element.dataset.field;
  const field = element.querySelector("select");
  field.addEventListener("change", () => state.set({ [name]: field.value }));
  return {
    refresh() {
      const value = state.get(name);
      nameUnknown(field, value);
      put(field, "value", value);
    },
  };
}

// A value that the menu does not have, as an address may bring one, stands in it while it is in force; what is sent to the
// server, and menus that are filled later, get their entries elsewhere.
function nameUnknown({ options }, value) {
  const unknown = [...options].find(({ dataset }) => "unknown" in dataset);
  if (unknown && unknown.value !== value) unknown.remove();
  if (!options.length || isUpload(value) || [...options].some((option) => option.value === value)) return;
  const option = new Option(value, value);
  option.disabled = true;
  option.dataset.unknown = "";
  options.add(option);
}

const scales = new WeakMap();

// The scale of a control's slider.
export function scaleOf(element) {
  if (!scales.has(element)) scales.set(element, new Scale(element.querySelector(".slide"), { log: element.dataset.scale === "log", whole: "whole" in element.dataset }));
  return scales.get(element);
}

function slider(element, state) {
  const name = element.dataset.field;
  const scale = scaleOf(element);
  const field = typed(element, state);
  scale.onSlide((how) => state.set({ [name]: scale.value }, how));
  const choices = [...element.querySelectorAll("[data-choice]")];
  for (const choice of choices) choice.addEventListener("click", () => (state.get(name) === choice.dataset.choice ? state.reset([name]) : state.set({ [name]: choice.dataset.choice })));
  return {
    refresh(names) {
      field.refresh(names);
      const value = state.get(name);
      if (isNumber(value)) scale.show(value);
      put(scale.range, "ariaValueText", value);
      for (const choice of choices) put(choice, "ariaPressed", String(value === choice.dataset.choice));
      if (choices.length) element.classList.toggle("chosen", !isNumber(value));
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
