// A ruler that the server sent, drawn along the foot of a drawing: its line, its ticks, and from where to where it runs.
import { joined, place, svg, tell, write } from "./svg.js";

export class Ruler {
  constructor(parent) {
    this.group = svg("g", { class: "ruler", "aria-hidden": "true" });
    this.line = svg("line");
    this.ticks = svg("g");
    this.group.append(this.line, this.ticks);
    parent.append(this.group);
  }

  // `shown`: the low and high end in force, which while it zooms are on their way to the ruler's own.
  draw(ruler, shown, { left, width, top, unit }) {
    write(this.line, { x1: left, x2: left + width, y1: top, y2: top });
    const inside = ruler.ticks.filter(([at]) => at >= shown.low && at <= shown.high);
    joined(this.ticks, inside, tick, (mark, [at, text]) => {
      const x = place(at, shown, left, width);
      write(mark, { transform: `translate(${x.toFixed(1)} ${top})` });
      write(mark.firstChild, { y2: 5 * unit, class: at === 0 ? "zero" : null });
      write(mark.lastChild, { y: 18 * unit });
      tell(mark.lastChild, text);
    });
  }
}

const tick = () => svg("g", {}, svg("line"), svg("text", { "text-anchor": "middle" }));
