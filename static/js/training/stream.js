// The stream of a run, as an EventSource reads one: a lost connection is resumed behind the last event that came. Unlike
// an EventSource it can begin behind any step, and it reads why and for how long a server refuses.
import { AWAY, Problem, TAB, read } from "../lib/server/api.js";
import { events } from "../lib/server/stream.js";

const MEDIA_TYPE = "text/event-stream";
const GONE = 204; // whoever comes back behind the end is told to stay away
const USUAL = 2000; // milliseconds until a lost connection is tried again, where the stream does not say

export class RunStream {
  #told;
  #stop = null;

  // `row(row)`: a step has come; `ended()`; `refused(problem)`; `waits(seconds, problem)`: it is tried again then, 0 is
  // now; `problem` is why a server refuses, null where it is away.
  constructor(told) {
    this.#told = told;
  }

  // The stream of an address behind a step; -1 is all of it.
  open(address, after = -1) {
    this.close();
    const stop = (this.#stop = new AbortController());
    this.#follow(address, { after, retry: USUAL, losses: 0 }, stop.signal).catch((error) => {
      if (error.name !== "AbortError") throw error;
    });
  }

  close() {
    this.#stop?.abort();
    this.#stop = null;
  }

  async #follow(address, place, signal) {
    for (;;) {
      const error = await this.#once(address, place, signal).catch((raised) => raised);
      signal.throwIfAborted();
      if (error === null) return this.#told.ended();
      const isBusy = error instanceof Problem && error.retryAfter > 0;
      if (error instanceof Problem && !isBusy) return this.#told.refused(error);
      const seconds = isBusy ? error.retryAfter : Math.max(place.retry / 1000, AWAY[Math.min(place.losses++, AWAY.length - 1)]);
      this.#told.waits(seconds, isBusy ? error : null);
      await pause(1000 * seconds * (isBusy ? 1 + Math.random() / 2 : 1), signal); // who was refused together does not come back together
      this.#told.waits(0, null);
    }
  }

  // Null once the run has ended, else what went wrong: a problem, or a loss of the connection.
  async #once(address, place, signal) {
    const last = place.after < 0 ? {} : { "Last-Event-ID": String(place.after) };
    const response = await fetch(address, { headers: { Accept: MEDIA_TYPE, ...TAB, ...last }, cache: "no-store", signal });
    if (response.status === GONE) return null;
    if (!response.ok) return read(response);
    for await (const { event, data, retry, id } of events(response.body)) {
      if (retry) place.retry = Number(retry);
      if (event === "step") {
        Object.assign(place, { after: Number(id), losses: 0 });
        this.#told.row(JSON.parse(data));
      } else if (event === "end") return null;
      else if (event === "problem") throw new Problem(JSON.parse(data));
    }
    return new Error("The connection ended before the run did.");
  }
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => reject(signal.reason, clearTimeout(timer)), { once: true });
  });
}
