// The playground's stage: a few features on one ruler, step by step through batch norm and back.
import { element } from "../lib/figures/tables.js";
import { between, Motion } from "../lib/stage/motion.js";
import { Play } from "../lib/stage/play.js";
import { across } from "../lib/stage/ruler.js";
import { svg, tell, valueAt, write } from "../lib/stage/svg.js";
import { onPaperChange } from "../lib/page/paper.js";
import { Incoming } from "./incoming.js";
import { dotOf, Lane, MARKS, pathKey } from "./lane.js";
import { Marks, TAKEN } from "./marks.js";
import { Picks } from "./picks.js";
import { roomOf } from "./room.js";

const MOVE = 350; // milliseconds from step to step, and then to the ruler's new ends
const ZOOM = 250;
const STAYS = 250; // of a step that is there while it plays: about four seconds in all
const PATH_WORDS = [["direct", "direct"], ["mean", "through the mean"], ["variance", "through the variance"]];

export class Stage {
  #root = document.getElementById("stage");
  #drawing = this.#root.querySelector(".drawing");
  #sentence = document.getElementById("stage-sentence");
  #state;
  #perFeature;
  #data = null;
  #lanes = [];
  #incoming;
  #ruler = svg("g", { class: "ruler", "aria-hidden": "true" });
  #picks;
  #motion = new Motion();
  #ruled = null; // the ruler in force, with its ticks
  #now = null; // what is drawn: values, means and deviations a lane, the ruler's ends, the step
  #asked = "";

  constructor(state, perFeature) {
    this.#state = state;
    this.#perFeature = perFeature;
    this.#incoming = new Incoming(this.#drawing);
    this.#drawing.append(this.#ruler);
    this.#picks = new Picks(this.#root.querySelector(".lane-picks"), state);
    this.play = new Play(document.getElementById("steps"), {
      state, field: "step", pause: STAYS, shown: () => this.#go(), said: () => (this.#data ? this.#said : ""),
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
    const arrows = this.#state.get("arrows");
    tell(this.#sentence, this.#said);
    this.play.takeBack(this.#said);
    const { arrowed, counted, lanes } = this.#data;
    const most = arrowed[arrows];
    const told = `One linear ruler ${this.#ruled.text}${this.#ruled.power}; ${counted}`;
    const each = lanes.length > 1 ? " of each feature" : "";
    document.getElementById("stage-ruler").textContent = most ? `${told}; ${most}${each} have arrows` : told;
    document.getElementById("stage-classes").replaceChildren(...this.#key(arrows));
    for (const button of this.#root.querySelectorAll("[data-arrows]")) button.setAttribute("aria-pressed", String(button.dataset.arrows === arrows));
  }

  // Of the step, or of the arrows.
  get #said() {
    const { steps, gradient, by_path } = this.#data;
    return { none: steps[this.#step].sentence, dx: gradient, paths: by_path }[this.#state.get("arrows")];
  }

  // What the colours stand for: the paths of the arrows while they are seen, else the classes.
  #key(arrows) {
    if (arrows === "paths") return keyed(PATH_WORDS.map(([path, word]) => [pathKey(path), word]));
    const names = this.#data.classes ? this.#data.class_names : [];
    const shared = names.length > MARKS ? [` (${names.length} classes share ${MARKS} marks)`] : [];
    return [...keyed(names.map((name, i) => [dotOf(i), name])), ...shared];
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
    this.#drawing.insertBefore(lane.group, this.#ruler);
    lane.marks = new Marks(lane.group, {
      data: () => this.#data, lane: () => this.#data.lanes[i], i, mean: () => this.#now.means[i], valueAt: (event) => this.#valueAt(event), perFeature: this.#perFeature,
    });
    lane.remove = () => lane.group.remove();
    return lane;
  }

  // ---- where things go ----

  #target(ruler) {
    const step = this.#data.steps[this.#step];
    return {
      step: this.#step,
      values: this.#data.lanes.map((lane, i) => this.#values(lane, i, this.#step)),
      means: step.mean,
      sds: step.sd.map((sd, i) => (TAKEN.gamma[this.#step] ? sd * Math.sign(this.#data.lanes[i].gamma || 1) : sd)),
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

  get #room() {
    return roomOf(this.#drawing.parentElement.clientWidth, this.#lanes.length);
  }

  #draw() {
    const room = this.#room;
    if (!this.#now || !this.#data || room.width <= 0) return;
    this.#incoming.draw(this.#data, this.#state.moves, room);
    this.#lanes.forEach((lane, i) => this.#drawLane(lane, i, { ...room, top: room.tops[i] }));
    this.#drawRuler(room);
    write(this.#drawing, { viewBox: `0 0 ${room.whole} ${room.foot}`, "data-step": this.#now.step });
    this.#drawing.style.height = `${room.foot}px`;
    this.#picks.place(room.tops, room);
  }

  // While it zooms, its ends are on their way to those of its ticks.
  #drawRuler({ left, width, ruler: y, whole }) {
    const { low, high } = this.#now.ruler;
    const ticks = this.#ruled.ticks.filter(([at]) => at >= low && at <= high);
    across(this.#ruler, { low, high, ticks }, { left, length: width, y, whole });
  }

  #drawLane(lane, i, place) {
    const { classes, class_names: names, steps, lanes, examples } = this.#data;
    const { step, ruler, values, means, sds } = this.#now;
    const drawn = { values: values[i], mean: means[i], sd: sds[i], told: steps[step].told[i], classes, rows: names.length, examples };
    lane.draw(drawn, ruler, place);
    lane.point(lanes[i], { ...drawn, x_hat: this.#values(lanes[i], i, "x_hat") }, this.#state.get("arrows"), ruler, place);
    lane.marks.draw(step, means[i], sds[i], ruler, place);
  }

  #valueAt(event) {
    const { left, width } = this.#room;
    return valueAt(event.clientX - this.#drawing.getBoundingClientRect().left, this.#now.ruler, left, width);
  }
}

// A mark and its name, which no line's end takes apart.
function keyed(all) {
  return all.map(([mark, name]) => {
    const one = element("span");
    one.append(mark, ` ${name}`);
    return one;
  });
}

function mixed(from, to, share) {
  return {
    step: to.step,
    values: to.values.map((values, i) => between(from.values[i] ?? values, values, share)),
    means: between(from.means, to.means, share),
    sds: between(from.sds, to.sds, share),
  };
}
