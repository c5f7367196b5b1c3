// What must change together in the norms' state, so that no state in between is refused.
import { ofNewSource } from "../lib/controls/source.js";

// Another batch has other divisors, and other cells.
const OF_THE_BATCH = { batch_size: ["ghost_size", "cell"], source: ["groups", "ghost_size", "cell"], channels: ["groups", "cell"], stride: ["cell"], situation: ["cell"], feature_axis: ["groups", "cell"] };

export function follow(changes, state) {
  const also = Object.keys(changes).filter((name) => name in OF_THE_BATCH && String(changes[name]) !== state.get(name)).flatMap((name) => OF_THE_BATCH[name]);
  const own = also.filter((name) => !(name in changes)).map((name) => [name, state.fallback(name)]);
  return { ...ofNewSource(changes, state), ...Object.fromEntries(own) };
}
