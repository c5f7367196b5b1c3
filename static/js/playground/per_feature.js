// Gamma and beta: a slider each, for one feature, those shown, or all.
import { scaleOf } from "../lib/controls/controls.js";
import { isNumber, plain } from "../lib/figures/numbers.js";

const NAMES = ["gamma", "beta"];
const KEYWORDS = ["auto", "sigma", "mean"];
const $ = (id) => document.getElementById(id);

export class PerFeature {
  #state;
  #sliders;
  #answer = null;

  constructor(state) {
    this.#state = state;
    this.#sliders = NAMES.map((name) => this.#bind(name));
    $("target").addEventListener("change", () => this.refresh());
    // First of all listeners: what is typed holds until the state says otherwise, and a chosen feature is one of its batch.
    state.onChange((names) => {
      if (names?.includes("source")) $("target").value = "all";
      for (const slider of this.#sliders) if (names === null || names.includes(slider.name)) slider.typing = false;
    });
  }

  show(answer) {
    this.#answer = answer;
    this.refresh();
  }

  refresh() {
    if (!this.#answer) return;
    const moved = this.#targets();
    for (const { name, scale, field, typing } of this.#sliders) {
      const values = this.#current(name);
      const meant = (moved ?? values.map((_, i) => i)).map((i) => values[i]);
      const same = meant.every((value) => Number(value) === Number(meant[0]));
      const asked = this.#state.get(name);
      const understood = KEYWORDS.includes(asked) || numbers(asked) !== null;
      if (!typing) field.value = !understood ? asked : same ? plain(meant[0]) : "varied";
      scale.show(meant[0]);
      scale.range.setAttribute("aria-valuetext", field.value);
    }
  }

  // The features that there are to choose from; none alone where the answer does not have the values of all.
  showTargets() {
    const select = $("target");
    const chosen = select.value;
    const { batch, forward } = this.#answer;
    const listed = forward.all_gamma.length;
    const options = [new Option("all features", "all"), ...(listed < batch.feature_count ? [] : this.#parts())];
    select.replaceChildren(...options);
    select.value = options.some((option) => option.value === chosen) ? chosen : "all";
    const [most, count] = [listed, batch.feature_count].map((number) => number.toLocaleString("en"));
    $("target-note").textContent = `One by one, up to ${most} features can be set, and this batch has ${count}.`;
    $("target-note").hidden = options.length > 1;
  }

  #parts() {
    const { features, feature_names: names } = this.#answer.batch;
    const picked = this.#state.indices("selected").length;
    const shown = picked > 1 ? [new Option(`the ${picked} features shown`, "shown")] : [];
    return [...shown, ...features.map((feature, i) => new Option(names[i], String(feature)))];
  }

  #bind(name) {
    const control = document.querySelector(`.control[data-field="${name}"]`);
    const slider = { name, scale: scaleOf(control), field: control.querySelector(".value"), typing: false };
    slider.scale.onSlide((how) => this.#moveTo(name, slider.scale.value, how));
    slider.field.addEventListener("input", () => (slider.typing = true));
    slider.field.addEventListener("change", () => {
      slider.typing = false;
      const text = slider.field.value.trim();
      if (isNumber(text)) this.#moveTo(name, text, { settle: true });
      else this.#state.set({ [name]: text || "auto" });
    });
    return slider;
  }

  // The features that the sliders move; null for all.
  #targets() {
    const chosen = $("target").value;
    if (chosen === "all") return null;
    return chosen === "shown" ? this.#state.indices("selected") : [Number(chosen)];
  }

  #moveTo(name, value, how) {
    const moved = this.#targets();
    if (moved === null) this.#state.set({ [name]: value }, how);
    else this.move(name, moved, value, how);
  }

  // The value of some features, the others' staying.
  move(name, moved, value, how) {
    const values = this.#current(name).map(plain);
    for (const feature of moved) values[feature] = value;
    this.#state.set({ [name]: values.join(",") }, how);
  }

  // The value of a feature as it is asked for, whether its answer has come or not.
  valueOf(name, feature) {
    return Number(this.#current(name)[feature]);
  }

  // The values of all features: typed ones from the state, else what the server used.
  #current(name) {
    const { batch, forward } = this.#answer;
    const parts = numbers(this.#state.get(name));
    if (parts) return parts.length === batch.feature_count ? parts : Array(batch.feature_count).fill(parts[0]);
    return forward[`all_${name}`] ?? forward[name];
  }
}

// The numbers of a comma-separated text, or null if it holds anything else.
function numbers(text) {
  const parts = text.split(",");
  return parts.every(isNumber) ? parts : null;
}
