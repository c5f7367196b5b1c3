// A step between two records of the run: its own record is asked for where the playhead rests, so that what is shown is of
// the step that is named.
import { getJson, Latest } from "../lib/server/api.js";

const API = "/api/v1/training/step";
const REST = 120; // milliseconds for which the playhead stands there

export class Between {
  #latest;
  #wanted = "";
  #rest = 0;

  // `came(row)`: the row of the step that is still wanted; `failed(message)`.
  constructor({ came, failed }) {
    this.#latest = new Latest({
      ask: (query, signal) => getJson(`${API}?${query}`, signal),
      show: (row, query) => query === this.#wanted && came(row),
      fail: ({ message }) => failed(message),
      busy: () => {},
      waits: () => {},
    });
  }

  // The playhead wants a step of a run; null where it stands on a record.
  want(step, run) {
    const query = step === null ? "" : [run, `at=${step}`].filter(Boolean).join("&");
    if (query === this.#wanted) return;
    this.#wanted = query;
    clearTimeout(this.#rest);
    if (query) this.#rest = setTimeout(() => this.#latest.want(query), REST);
  }

  close() {
    clearTimeout(this.#rest);
    this.#latest.close();
  }
}
