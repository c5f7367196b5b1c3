// Where the stage's parts lie: beside the lanes, or above each where the drawing is narrow, is room for a menu.
import { enlargement } from "../lib/page/wall.js";

const NARROW = 560; // pixels at the usual size of letters, as all that follows
const STRIP = 40;
const RULER = { above: 4, height: 28 };
const REACH = { wide: 44, narrow: 28 }; // of the longest arrow, so that a lane has room for it behind the ruler's ends
const HEIGHTS = { wide: { head: 0, lane: 84, gap: 6 }, narrow: { head: 28, lane: 62, gap: 4 } };

// Of a drawing so many pixels wide, with so many lanes: where the lanes' ends and `tops`, the ruler's line and the `foot`
// lie; the ruler begins at `left` and is `width` long.
export function roomOf(whole, lanes) {
  const unit = enlargement();
  const narrow = whole < NARROW * unit;
  const lane = { left: (narrow ? 4 : 112) * unit, right: whole - (narrow ? 4 : 14) * unit };
  const reach = REACH[narrow ? "narrow" : "wide"] * unit;
  const [head, height, gap] = Object.values(HEIGHTS[narrow ? "narrow" : "wide"]).map((pixels) => pixels * unit);
  const pitch = head + height + gap;
  const tops = Array.from({ length: lanes }, (_, i) => STRIP * unit + i * pitch + head);
  const ruler = (STRIP + RULER.above) * unit + lanes * pitch;
  const along = { left: lane.left + reach, width: lane.right - lane.left - 2 * reach };
  return { unit, narrow, head, height, tops, ruler, foot: ruler + RULER.height * unit, lane, reach, ...along, whole };
}
