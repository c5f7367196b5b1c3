// The view follows the state: each answer, and each problem, takes the place of what was told before.
import { Latest } from "./api.js";
import { clearProblems } from "./problems.js";
import { Streamed } from "./stream.js";
import { tellWaiting } from "./waiting.js";

// `show(answer, query)` and `fail(problem)` write what came; `busy(is)` is told while the server is asked.
export function follower({ ask, show, fail, busy }) {
  return new Latest({
    ask,
    show: (answer, query) => {
      clearProblems();
      show(answer, query);
    },
    fail: (problem) => {
      clearProblems();
      fail(problem);
    },
    busy,
    waits: tellWaiting,
  });
}

// The same where an answer may take long and then streams its progress: a newer state ends the older one's stream, and
// a person may `cancel` it, which calls `cancelled()`.
export class LongFollower {
  #latest;
  #streamed;
  #asking = false;
  #wanted = null;

  // `show(answer, isLatest)`; `progress` as for `Streamed`.
  constructor({ path, show, fail, cancelled, busy, progress }) {
    this.#streamed = new Streamed(progress);
    this.#latest = follower({
      ask: (query, signal) => this.#streamed.ask(path + (query ? `?${query}` : ""), signal),
      show: (answer, query) => show(answer, query === this.#wanted),
      fail: (problem) => (problem.name === "AbortError" ? cancelled() : fail(problem)),
      busy: (is) => {
        this.#asking = is;
        busy(is);
      },
    });
  }

  // A field that is left tells once more what it told on Enter: what is under way already is not given up for that.
  // With `atOnce`, what is under way is given up even if it does not stream.
  want(query, atOnce = false) {
    if (this.#asking && query === this.#wanted) return;
    this.#wanted = query;
    this.#streamed.overtake();
    this.#latest.want(query, atOnce);
  }

  cancel() {
    this.#streamed.cancel();
  }

  // The stream ends, and nothing is told of it.
  close() {
    this.#latest.close();
    this.#streamed.cancel();
  }
}
