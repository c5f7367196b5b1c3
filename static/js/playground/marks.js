// The marks of y that are taken, of one lane: the mean's changes beta, the deviation bar's end gamma.
import { plain } from "../lib/figures/numbers.js";
import { Grip } from "../lib/stage/grip.js";
import { placeWithin, svg, write } from "../lib/stage/svg.js";

export const TAKEN = { gamma: { scaled: true, y: true }, beta: { y: true } }; // at these steps
const NAMES = { gamma: "Scale", beta: "Shift" };
const UNMOVED = { gamma: "1", beta: "0" };
const REACH = 3;
const STEP = 0.05;

export class Marks {
  #own;
  #grips;

  // `data()`: the stage's answer; `lane()`: the lane's part of it; `i`: its number; `mean()`: where the mean is drawn now;
  // `valueAt(event)`: the value under the pointer; `perFeature`: who moves gamma and beta.
  constructor(group, own) {
    this.#own = own;
    const mean = svg("g", { class: "mean-grip" }, svg("rect", { class: "hit" }), svg("path"));
    const bar = svg("g", { class: "bar-grip" }, svg("rect", { class: "hit" }), svg("circle"));
    group.append(mean, bar);
    this.#grips = { beta: this.#grip(mean, "beta"), gamma: this.#grip(bar, "gamma") };
  }

  draw(step, mean, sd, ruler, { left, width, top, height, unit }) {
    for (const [which, grip] of Object.entries(this.#grips)) {
      const is = Boolean(TAKEN[which][step]) && this.#own.data().by_feature;
      write(grip.element, { visibility: is ? null : "hidden", tabindex: is ? 0 : -1, "aria-hidden": is ? null : "true" });
      if (is) grip.told();
    }
    const [middle, end] = [mean, mean + sd].map((value) => placeWithin(value, ruler, left, width));
    const [handle, bar] = [this.#grips.beta.element, this.#grips.gamma.element];
    write(handle.firstChild, { x: middle - 12 * unit, y: top - 2 * unit, width: 24 * unit, height: height - 24 * unit });
    write(handle.lastChild, { d: `M${middle - 7 * unit} ${top + 2 * unit}h${14 * unit}l${-7 * unit} ${11 * unit}z` });
    write(bar.firstChild, { x: end - 12 * unit, y: top + height - 22 * unit, width: 24 * unit, height: 24 * unit });
    write(bar.lastChild, { cx: end, cy: top + height - 9 * unit, r: 6 * unit });
  }

  #grip(element, which) {
    const { data, lane, i, mean, valueAt, perFeature } = this.#own;
    const spread = () => data().steps.x_hat.sd[i];
    return new Grip(element, {
      name: () => `${NAMES[which]} ${data().symbols[which]} of ${lane().name}`,
      value: () => lane()[which],
      text: () => `${plain(lane()[which])}: ${data().steps.y.told[i]}`,
      range: () => [-REACH, REACH],
      at: (event) => {
        const away = valueAt(event) - mean();
        return which === "beta" ? lane().beta + away : spread() > 0 ? away / spread() : lane().gamma;
      },
      step: (by) => perFeature.valueOf(which, lane().feature) + by * STEP,
      move: (value, how) => perFeature.move(which, [lane().feature], plain(Math.round(value / STEP) * STEP), how),
      reset: () => perFeature.move(which, [lane().feature], UNMOVED[which], {}),
    });
  }
}
