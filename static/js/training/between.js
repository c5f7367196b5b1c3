// A step between two records of the run: its own record is asked for where the playhead rests, so that what is shown is of
// the step that is named.
import { getJson, Latest } from "../lib/server/api.js";

const API = "/api/v1/training/step";
const REST = 120; // milliseconds for which the playhead stands there

export class Between {
  #latest;
  #wanted = "";
  #refused = ""; // what is not asked for again until the playhead has been elsewhere
  #rest = 0;
  #over;

  // `came(row)`: the row of the step that is still wanted; `failed(message)`; `waits(seconds, problem)`: a server that is
  // busy is asked again then; `over()`: what had failed is wanted no more.
  constructor({ came, failed, waits, over }) {
    this.#over = over;
    this.#latest = new Latest({
      ask: (query, signal) => getJson(`${API}?${query}`, signal),
      show: (row, query) => query === this.#wanted && came(row),
      fail: (problem, query) => query === this.#wanted && this.#fail(problem, failed),
      busy: () => {},
      waits,
    });
  }

  // Whether the step that is wanted will not come: it was refused, and not for being too early.
  get isRefused() {
    return this.#refused !== "";
  }

  // The playhead wants a step of a run; null where it stands on a record.
  want(step, run) {
    const query = step === null ? "" : [run, `at=${step}`].filter(Boolean).join("&");
    if (query === this.#wanted) return;
    this.#wanted = query;
    if (this.isRefused) this.#over();
    this.#refused = "";
    clearTimeout(this.#rest);
    if (query) this.#rest = setTimeout(() => this.#latest.want(query), REST);
  }

  close() {
    clearTimeout(this.#rest);
    this.#latest.close();
  }

  // A server that is away (of status 0) is asked again by itself.
  #fail({ status, message }, failed) {
    if (status !== 0) this.#refused = this.#wanted;
    failed(message);
  }
}
