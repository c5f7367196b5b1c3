// An answer that may take long: the server sends it at once, or as a stream of its progress with the answer at the end.
// One that is cut is asked for once more.
import { Cut, Problem, TAB, read } from "./api.js";

const ACCEPT = "text/event-stream, application/json";
const NO_ANSWER = "The server does not answer. It is asked again by itself, and with your next change.";
const SOON = 1000; // milliseconds after which another server, or a new one, answers
const AGAIN = Symbol("the server was being replaced");

export class Streamed {
  #progress;
  #asking = null; // what is under way: how to stop it, whether it streams, whether a newer state is wanted

  // `progress({ done, of, text })` is called as the server tells it, and with null once it has ended.
  constructor(progress) {
    this.#progress = progress;
  }

  // A newer state is wanted: what streams is given up. A short answer is left to come, so that a drag shows its way.
  overtake() {
    if (!this.#asking) return;
    this.#asking.overtaken = true;
    if (this.#asking.streams) this.#asking.stop.abort();
  }

  // Whoever waits does not want it any more. What was asked for fails as an AbortError.
  cancel() {
    this.#asking?.stop.abort();
  }

  async ask(address, signal) {
    const asking = { stop: new AbortController(), streams: false, overtaken: false };
    signal.addEventListener("abort", () => asking.stop.abort(), { once: true });
    this.#asking = asking;
    try {
      for (let cuts = 0; ; ) {
        const answer = await this.#once(address, asking).catch((error) => {
          if (!(error instanceof Cut) || cuts++) throw error;
          return pause(SOON, asking.stop.signal).then(() => AGAIN);
        });
        if (answer !== AGAIN) return answer;
      }
    } catch (error) {
      if (error instanceof Problem || error.name === "AbortError") throw error;
      throw new Problem({ detail: NO_ANSWER });
    } finally {
      this.#asking = null;
      this.#progress(null);
    }
  }

  async #once(address, asking) {
    const response = await fetch(address, { headers: { Accept: ACCEPT, ...TAB }, signal: asking.stop.signal });
    if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) return read(response);
    asking.streams = true;
    if (asking.overtaken) asking.stop.abort();
    return this.#read(response.body, asking.stop.signal);
  }

  async #read(body, signal) {
    for await (const { event, data, retry } of events(body)) {
      if (event === "progress") this.#progress(JSON.parse(data));
      else if (event === "result") return JSON.parse(data);
      else if (event === "problem") throw new Problem(JSON.parse(data));
      else if (event === "reconnect") return pause(Number(retry), signal).then(() => AGAIN);
    }
    throw new Cut();
  }
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

// The events of a stream, one after the other; a part that is not whole yet waits for the next piece.
export async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read().catch((error) => {
      throw error.name === "AbortError" ? error : new Cut();
    });
    if (done) return;
    const parts = (rest + value).split("\n\n");
    rest = parts.pop();
    for (const part of parts) yield eventOf(part);
  }
}

function eventOf(part) {
  const fields = Object.fromEntries(part.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
  return { event: fields.event, data: fields.data, retry: fields.retry, id: fields.id };
}
