// Claims of many runs, replayed by the server while a bar says how far they are. What came takes the record's place.
import { Problem, TAB, read } from "../lib/server/api.js";
import { events } from "../lib/server/stream.js";
import { tell } from "../lib/stage/svg.js";

const CLAIM = "/api/v1/training/claim";
const STOP = "Stop";

// Returns what ends all that is under way.
export function bindClaims() {
  const running = new Map(); // by button, what stops it
  for (const button of document.querySelectorAll("[data-replay]")) {
    const title = button.textContent;
    button.addEventListener("click", () => {
      if (running.has(button)) return running.get(button).abort();
      const stop = new AbortController();
      running.set(button, stop);
      button.textContent = STOP;
      replay(button, stop.signal).finally(() => {
        running.delete(button);
        button.textContent = title;
      });
    });
  }
  return { close: () => running.forEach((stop) => stop.abort()) };
}

async function replay(button, signal) {
  const claim = button.closest(".tr-claim");
  const bar = claim.querySelector("progress");
  const said = claim.querySelector("[role=status]");
  bar.removeAttribute("value");
  bar.hidden = false;
  tell(said, "The runs begin.");
  try {
    const came = await asked(button.dataset.replay, signal, ({ done, of, text }) => {
      Object.assign(bar, { max: of, value: done });
      tell(said, text);
    });
    show(claim, came);
    tell(said, `Replayed now: ${came.as_said ? "as it is said" : "not as it is said"}.`);
  } catch (error) {
    tell(said, signal.aborted ? "Stopped; what has ended is kept." : error.message);
    if (!signal.aborted && !(error instanceof Problem)) throw error;
  } finally {
    bar.hidden = true;
  }
}

// The claim with what came. Throws the problem that was met.
async function asked(name, signal, progress) {
  const response = await fetch(`${CLAIM}?name=${name}&replay=on`, { headers: { Accept: "text/event-stream", ...TAB }, cache: "no-store", signal }).catch((error) => {
    throw signal.aborted ? error : new Problem({ detail: "The server does not answer." });
  });
  if (!response.ok) return read(response);
  for await (const { event, data } of events(response.body)) {
    if (event === "progress") progress(JSON.parse(data));
    else if (event === "result") return JSON.parse(data);
    else if (event === "problem") throw new Problem(JSON.parse(data));
  }
  throw new Problem({ detail: "The connection broke before the result came. Replay it again: what has ended is kept." });
}

function show(claim, came) {
  for (const part of claim.querySelectorAll("[data-came]")) tell(part, came[part.dataset.came]);
  const cells = Object.values(came.table?.rows ?? {}).flat();
  claim.querySelectorAll("[data-cell]").forEach((cell, i) => tell(cell, cells[i]));
}
