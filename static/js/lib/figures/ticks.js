// Tick texts for the room that there is. The server says where ticks stand; only a page knows how wide it draws them.

const GAP = 6; // pixels between two texts
const pen = document.createElement("canvas").getContext("2d");

// The axis with the texts that have room in a plot of `width` pixels between margins of `left` and `right`; the ticks stay.
export function fitted(axis, template, width, { l: left, r: right }) {
  if (!axis?.ticktext) return axis;
  pen.font = `${template.layout.xaxis.tickfont.size}px ${template.layout.font.family}`;
  const [low, high] = axis.range; // of a logarithmic axis, whose ticks stand by their values, in powers of ten
  const place = axis.type === "log" ? Math.log10 : Number;
  const ticks = axis.ticktext.map((text, i) => {
    const at = ((place(axis.tickvals[i]) - low) / (high - low)) * width;
    const half = pen.measureText(text).width / 2;
    return { start: at - half, end: at + half };
  });
  const inside = ticks.map(({ start, end }) => start >= -left && end <= width + right);
  const kept = spaced(ticks, inside, Math.max(axis.tickvals.indexOf(0), 0));
  return { ...axis, ticktext: axis.ticktext.map((text, i) => (kept[i] ? text : "")) };
}

// The axis with names that end where there is no more room.
export function shortened(axis, template, width) {
  pen.font = `${template.layout.xaxis.tickfont.size}px ${template.layout.font.family}`;
  const fits = (text) => pen.measureText(text).width <= width;
  const short = (name) => {
    let text = name;
    while (text && !fits(`${text}…`)) text = text.slice(0, -1);
    return `${text.trimEnd()}…`;
  };
  return { ...axis, ticktext: axis.ticktext.map((name) => (fits(name) ? name : short(name))) };
}

// Every one, every second, every third… from the `first` on, as soon as they stand apart.
function spaced(ticks, inside, first) {
  for (let every = 1; every < ticks.length; every += 1) {
    const kept = ticks.map((_, i) => inside[i] && (i - first) % every === 0);
    const shown = ticks.filter((_, i) => kept[i]);
    if (shown.every(({ start }, i) => i === 0 || start - shown[i - 1].end >= GAP)) return kept;
  }
  return ticks.map((_, i) => i === first);
}
