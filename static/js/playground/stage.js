// The playground's stage: a few features on one ruler, step by step through batch norm and back. The marks of y are
// taken: the mean's changes beta, the deviation bar's end gamma.
import { enlargement } from "../lib/page/wall.js";
import { Grip } from "../lib/stage/grip.js";
import { between, Motion } from "../lib/stage/motion.js";
import { Play } from "../lib/stage/play.js";
import { Ruler } from "../lib/stage/ruler.js";
import { placeWithin, svg, tell, valueAt, write } from "../lib/stage/svg.js";
import { plain } from "../lib/figures/numbers.js";
import { onPaperChange } from "../lib/page/paper.js";
import { dotOf, Lane, pathKey } from "./lane.js";
import { Picks } from "./picks.js";

const MOVE = 350; // milliseconds from step to step, and then to the ruler's new ends
const ZOOM = 250;
const STAYS = 250; // of a step that is there while it plays: about four seconds in all
const HEIGHTS = { strip: 40, ruler: 28, wide: { head: 0, lane: 84, gap: 6 }, narrow: { head: 28, lane: 62, gap: 4 } }; // pixels at the usual size of letters
const NARROW = 560;
const GRIPS = { gamma: { scaled: true, y: true }, beta: { y: true } };
const NAMES = { gamma: "Scale", beta: "Shift" };
const REACH = { gamma: 3, beta: 3 };
const STEP = 0.05;
const PATH_WORDS = [["direct", "direct"], ["mean", "through the mean"], ["variance", "through the variance"]];

export class Stage {
  #root = document.getElementById("stage");
  #drawing = this.#root.querySelector(".drawing");
  #sentence = document.getElementById("stage-sentence");
  #state;
  #perFeature;
  #data = null;
  #lanes = [];
  #strip = svg("g", { class: "strip", "aria-hidden": "true" });
  #ruler;
  #picks;
  #motion = new Motion();
  #ruled = null; // the ruler in force, with its ticks
  #incoming = null; // the ends of the ruler of what comes in
  #now = null; // what is drawn: values, means and deviations a lane, the ruler's ends, the step
  #asked = "";

  constructor(state, perFeature) {
    this.#state = state;
    this.#perFeature = perFeature;
    this.#drawing.append(this.#strip);
    this.#ruler = new Ruler(this.#drawing);
    this.#picks = new Picks(this.#root.querySelector(".lane-picks"), state);
    this.play = new Play(document.getElementById("steps"), {
      state, field: "step", pause: STAYS, shown: () => this.#go(), said: (step) => this.#data?.steps[step].sentence ?? "",
    });
    for (const button of this.#root.querySelectorAll("[data-arrows]")) {
      button.addEventListener("click", () => {
        const is = state.get("arrows") === button.dataset.arrows;
        state.set({ arrows: is ? "none" : button.dataset.arrows });
      });
    }
    new ResizeObserver(() => this.#draw()).observe(this.#drawing.parentElement);
    onPaperChange(() => this.#draw());
  }

  // What the server says, all of it or the stage alone. While a hand moves, the ruler stays.
  show({ stage, batch }) {
    const held = this.#state.moves && this.#now;
    this.#data = stage;
    this.#picks.offer(stage, batch);
    this.#build();
    if (!held) this.#ruled = stage.steps[this.#step].ruler;
    const target = this.#target(held ? this.#now.ruler : null);
    const sameBatch = this.#asked === this.#state.get("source") + this.#state.get("lanes");
    this.#asked = this.#state.get("source") + this.#state.get("lanes");
    if (held || !this.#now || !sameBatch) this.#jump(target);
    else this.#zoom(target);
    this.#tell();
  }

  #tell() {
    const step = this.#data.steps[this.#step];
    const arrows = this.#state.get("arrows");
    const text = { none: step.sentence, dx: this.#data.gradient, paths: this.#data.by_path }[arrows];
    tell(this.#sentence, text);
    document.getElementById("stage-ruler").textContent = `One linear ruler ${this.#ruled.text}${this.#ruled.power}; ${this.#data.counted}`;
    document.getElementById("stage-classes").replaceChildren(...this.#key(arrows));
    for (const button of this.#root.querySelectorAll("[data-arrows]")) button.setAttribute("aria-pressed", String(button.dataset.arrows === arrows));
  }

  // What the colours stand for: the paths of the arrows while they are seen, else the classes.
  #key(arrows) {
    if (arrows === "paths") return PATH_WORDS.flatMap(([path, word]) => [pathKey(path), ` ${word}`]);
    const names = this.#data.classes ? this.#data.class_names : [];
    return names.flatMap((name, i) => [dotOf(i), ` ${name}`]);
  }

  get #step() {
    return this.#state.get("step");
  }

  #build() {
    const { lanes } = this.#data;
    while (this.#lanes.length > lanes.length) this.#lanes.pop().remove();
    while (this.#lanes.length < lanes.length) this.#lanes.push(this.#lane(this.#lanes.length));
    this.#lanes.forEach((lane, i) => lane.put(lanes[i], this.#data));
  }

  #lane(i) {
    const lane = new Lane();
    const mean = svg("g", { class: "mean-grip" }, svg("rect", { class: "hit" }), svg("path"));
    const bar = svg("g", { class: "bar-grip" }, svg("rect", { class: "hit" }), svg("circle"));
    lane.group.append(mean, bar);
    this.#drawing.insertBefore(lane.group, this.#ruler.group);
    lane.grips = { beta: this.#grip(mean, "beta", i), gamma: this.#grip(bar, "gamma", i) };
    lane.remove = () => lane.group.remove();
    return lane;
  }

  #grip(element, which, i) {
    const lane = () => this.#data.lanes[i];
    const atStep = () => this.#data.steps.y;
    const spread = () => this.#data.steps.x_hat.sd[i];
    return new Grip(element, {
      name: () => `${NAMES[which]} ${this.#data.symbols[which]} of ${lane().name}`,
      value: () => lane()[which],
      text: () => `${plain(lane()[which])}: ${atStep().told[i]}`,
      range: () => [-REACH[which], REACH[which]],
      at: (event) => {
        const value = this.#valueAt(event);
        const mean = this.#now.means[i];
        return which === "beta" ? lane().beta + value - mean : spread() > 0 ? (value - mean) / spread() : lane().gamma;
      },
      step: (by) => lane()[which] + by * STEP,
      move: (value, how) => this.#perFeature.move(which, [lane().feature], plain(Math.round(value / STEP) * STEP), how),
      reset: () => this.#perFeature.move(which, [lane().feature], which === "gamma" ? "1" : "0", {}),
    });
  }

  // ---- where things go ----

  #target(ruler) {
    const step = this.#data.steps[this.#step];
    return {
      step: this.#step,
      values: this.#data.lanes.map((lane, i) => this.#values(lane, i, this.#step)),
      means: step.mean,
      sds: step.sd.map((sd, i) => (GRIPS.gamma[this.#step] ? sd * Math.sign(this.#data.lanes[i].gamma || 1) : sd)),
      ruler: ruler ?? { low: step.ruler.low, high: step.ruler.high },
    };
  }

  #values(lane, i, name) {
    const { slope, offset } = this.#data.steps[name];
    if (name === "activation") return lane.f.map((part) => lane.f_low + (part / lane.parts) * (lane.f_high - lane.f_low));
    return lane.x.map((part) => slope[i] * (lane.low + (part / lane.parts) * (lane.high - lane.low)) + offset[i]);
  }

  // First the dots move on the ruler that is there, then it zooms to where they are.
  async #go() {
    if (!this.#data) return;
    const target = this.#target(null);
    const from = this.#now;
    this.#ruled = this.#data.steps[this.#step].ruler;
    this.#tell();
    if (!from) return this.#jump(target);
    const moved = await this.#motion.run(MOVE, (share) => this.#set({ ...mixed(from, target, share), ruler: from.ruler }));
    if (moved) await this.#zoom(target);
  }

  #zoom(target) {
    const from = this.#now;
    const same = from.ruler.low === target.ruler.low && from.ruler.high === target.ruler.high;
    if (same) return this.#jump(target);
    return this.#motion.run(ZOOM, (share) => {
      const [low, high] = between([from.ruler.low, from.ruler.high], [target.ruler.low, target.ruler.high], share);
      this.#set({ ...target, ruler: { low, high } });
    });
  }

  #jump(target) {
    this.#motion.stop();
    this.#set(target);
  }

  #set(now) {
    this.#now = now;
    this.#draw();
  }

  // ---- drawing ----

  #room() {
    const unit = enlargement();
    const whole = this.#drawing.parentElement.clientWidth;
    const narrow = whole < NARROW * unit;
    const left = (narrow ? 4 : 112) * unit;
    const [head, height, gap] = Object.values(HEIGHTS[narrow ? "narrow" : "wide"]).map((pixels) => pixels * unit);
    return { unit, narrow, head, height, pitch: head + height + gap, left, width: whole - left - (narrow ? 4 : 14) * unit, whole };
  }

  #draw() {
    const room = this.#room();
    if (!this.#now || !this.#data || room.width <= 0) return;
    const { unit, head, pitch } = room;
    const tops = this.#lanes.map((_, i) => HEIGHTS.strip * unit + i * pitch + head);
    this.#drawStrip(room);
    const { classes, class_names: names, steps } = this.#data;
    const step = this.#now.step;
    this.#lanes.forEach((lane, i) => {
      const place = { ...room, top: tops[i] };
      const drawn = { values: this.#now.values[i], mean: this.#now.means[i], sd: this.#now.sds[i], told: steps[step].told[i], classes, rows: names.length };
      lane.draw(drawn, this.#now.ruler, place);
      const x_hat = this.#values(this.#data.lanes[i], i, "x_hat");
      lane.point(this.#data.lanes[i], { ...drawn, x_hat }, this.#state.get("arrows"), this.#now.ruler, place);
      this.#drawGrips(lane, i, place);
    });
    const foot = (HEIGHTS.strip + 4) * unit + this.#lanes.length * pitch;
    this.#ruler.draw(this.#ruled, this.#now.ruler, { ...room, top: foot });
    const whole = foot + HEIGHTS.ruler * unit;
    write(this.#drawing, { viewBox: `0 0 ${room.whole} ${whole}`, "data-step": step });
    this.#drawing.style.height = `${whole}px`;
    this.#picks.place(tops, room);
  }

  // What comes in, on its own ruler, whatever the step: from the smallest to the largest value, and the mean.
  #drawStrip({ left, width, unit, narrow }) {
    const { steps, lanes } = this.#data;
    const ruler = (this.#state.moves && this.#incoming) || steps.x.ruler;
    this.#incoming = { low: ruler.low, high: ruler.high };
    const row = 8 * unit;
    const marks = lanes.map((lane, i) => {
      const [from, to, mean] = [lane.low, lane.high, steps.x.mean[i]].map((value) => placeWithin(value, ruler, left, width));
      return [from, Math.max(to, from + 1), mean, 4 * unit + i * row];
    });
    this.#strip.replaceChildren(
      svg("text", narrow ? { x: left, y: 36 * unit } : { x: left - 12 * unit, y: 15 * unit, "text-anchor": "end" }, `${this.#data.symbols.x} comes in`),
      ...marks.flatMap(([x1, x2, mean, y]) => [svg("line", { class: "extent", x1, x2, y1: y, y2: y }), svg("circle", { cx: mean, cy: y, r: 3 * unit })]),
      svg("text", { x: left + width, y: 36 * unit, "text-anchor": "end" }, `${steps.x.ruler.text}${steps.x.ruler.power}`),
    );
  }

  #drawGrips(lane, i, { left, width, top, height, unit }) {
    const single = this.#data.by_feature;
    for (const [which, grip] of Object.entries(lane.grips)) {
      const is = Boolean(GRIPS[which][this.#now.step]) && single;
      write(grip.element, { visibility: is ? null : "hidden", tabindex: is ? 0 : -1, "aria-hidden": is ? null : "true" });
      if (is) grip.told();
    }
    const x = (value) => placeWithin(value, this.#now.ruler, left, width);
    const mean = x(this.#now.means[i]);
    const end = x(this.#now.means[i] + this.#now.sds[i]);
    const [handle, bar] = [lane.grips.beta.element, lane.grips.gamma.element];
    write(handle.firstChild, { x: mean - 12 * unit, y: top - 2 * unit, width: 24 * unit, height: height - 24 * unit });
    write(handle.lastChild, { d: `M${mean - 7 * unit} ${top + 2 * unit}h${14 * unit}l${-7 * unit} ${11 * unit}z` });
    write(bar.firstChild, { x: end - 12 * unit, y: top + height - 22 * unit, width: 24 * unit, height: 24 * unit });
    write(bar.lastChild, { cx: end, cy: top + height - 9 * unit, r: 6 * unit });
  }

  #valueAt(event) {
    const box = this.#drawing.getBoundingClientRect();
    const { left, width } = this.#room();
    return valueAt(event.clientX - box.left, this.#now.ruler, left, width);
  }
}

function mixed(from, to, share) {
  return {
    step: to.step,
    values: to.values.map((values, i) => between(from.values[i] ?? values, values, share)),
    means: between(from.means, to.means, share),
    sds: between(from.sds, to.sds, share),
  };
}
