// How large the page is written: 1, or up to half as large again on a wall (static/css/base.css).
const USUAL = 16; // pixels of the root's letters

export const enlargement = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / USUAL;

// A layout with its letters, its height and the room around its axes so many times as large.
export function enlarged(layout, times) {
  return times === 1 ? layout : grown(layout, times);
}

const GROWS = new Set(["size", "height", "l", "r", "t", "b", "standoff", "ticklen"]);
const HOLDS = new Set(["font", "tickfont", "title", "margin", "xaxis", "yaxis", "legend", "hoverlabel", "annotations", "layout", "pad"]);

function grown(part, times) {
  if (Array.isArray(part)) return part.map((each) => (typeof each === "object" && each !== null ? grown(each, times) : each));
  const rows = Object.entries(part).map(([name, value]) => {
    if (GROWS.has(name) && typeof value === "number") return [name, value * times];
    if ((HOLDS.has(name) || /^[xy]axis\d+$/.test(name)) && typeof value === "object" && value !== null) return [name, grown(value, times)];
    return [name, value];
  });
  return Object.fromEntries(rows);
}
