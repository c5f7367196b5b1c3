// What every page wires together: the state that is the address, the controls, the server, the figures. A page's own
// module says what is its own:
//
//   path                          of the API twin
//   show(answer, isLatest)        what is looked at during a drag; `rest(answer)`: tables and lists, at its first pause
//   fail(detail, errors)          what is said where there is no answer
//   numbersBehind(name, answer)   the table behind a figure
//   follow(changes, state)        what must change with these changes in the same step
//   decide()                      what the state alone decides, at once
//   asks(names)                   whether the server is asked after these fields changed; null: any of them
//   query(), ask(query, path)     what the server is asked, and how
//   stage(answer, state)          what the stage at the top shows; while a hand moves, the server is asked for that alone
//   long                          an answer may take long, and streams its progress
//   files, fileQuery(state)       what is asked for a figure's numbers as CSV, if not the path and the state's query
//   merged(answer, isLatest)       the answer, where what came is a part of it
import { getJson } from "../server/api.js";
import { Controls } from "../controls/controls.js";
import { Figures } from "../figures/figures.js";
import { bindLinked } from "../figures/linked.js";
import { follower, LongFollower } from "../server/follower.js";
import { bindMenus } from "../controls/menus.js";
import { clearProblems, showProblem } from "../server/problems.js";
import { bindCarry } from "./carry.js";
import { bindParts } from "./parts.js";
import { bindPicture } from "../stage/picture.js";
import { bindProgress } from "../server/progress.js";
import { State } from "./state.js";
import { Waiting } from "../server/waiting.js";

const CANCELLED = "Cancelled.";
const USUAL = {
  follow: () => ({}),
  decide: () => {},
  asks: () => true,
  ask: (query, path, signal) => getJson(path + (query ? `?${query}` : ""), signal),
  merged: (answer) => answer,
  rest: () => {},
  restAfter: 120, // milliseconds
  stage: null,
  fileQuery: (state) => state.query(),
};
const STAGE = "parts=stage";
const REST = 250; // milliseconds without a move, after which a hand rests; with a busy server, so many times
const MOST_TOOK = 1000; // milliseconds
const REST_OF_WAIT = 4; // what its last answer took, so that a class that moves is not held up by figures nobody waits for

const embedded = (id) => JSON.parse(document.getElementById(id).textContent);

export class Page {
  answer = embedded("answer");
  embedded = embedded("state");
  waiting = new Waiting();
  #own;
  #latest;
  #refreshTables;
  #wanted = null; // what was asked for last
  #pause = 0; // until a hand that moves is at rest
  #asked = 0; // when the stage was asked for last
  #took = 0; // milliseconds until it came
  #unsolved = this.embedded.problem; // what is wrong with the address, until something is changed

  constructor(own) {
    this.#own = { ...USUAL, query: () => this.state.query(), ...own };
    const { schema, shown, templates } = this.embedded;
    this.state = new State(schema, shown, (changes, before) => this.follow(changes, before));
    const wrong = this.#unsolved?.ignored ? this.#unsolved.errors : [];
    this.state.amend(Object.fromEntries(wrong.map(({ field }) => [field, this.state.fallback(field)])));
    bindParts(this.state);
    bindCarry(this.state);
    this.figures = new Figures(document, templates);
    bindLinked(this.figures);
    new Controls(document, this.state);
    this.#latest = this.#follower();
    this.#refreshTables = bindMenus(this.figures, templates.light, {
      tableOf: (name) => own.numbersBehind(name, this.answer),
      fileOf: (name) => this.#fileOf(name),
      told: ({ layout }) => [layout.meta.of ?? document.getElementById("batch-line").textContent.trim(), location.href],
    });
    bindPicture(() => [["batch-line", "headline"].map((id) => document.getElementById(id)?.textContent.trim() ?? "").join(". "), location.href]);
    addEventListener("pagehide", ({ persisted }) => persisted || this.close());
  }

  // Once all that the page binds is there: the answer that came with it is shown, or asked for.
  start() {
    this.state.onChange((names) => this.#changed(names));
    this.decide(null);
    if (this.answer) this.#show(this.answer, true);
    else if (!this.#unsolved) this.ask();
    else if (this.embedded.query) this.#want(String(new URLSearchParams(this.embedded.query))); // without the wrong field
    if (!this.#unsolved) return;
    clearProblems();
    this.#tellUnsolved();
  }

  ask() {
    this.#unsolved = null;
    this.#want(this.#own.query());
  }

  // Whether what is wrong with the address is not mended yet.
  get isUnsolved() {
    return this.#unsolved !== null;
  }

  // Until all that was asked for is shown.
  idle() {
    return this.#latest.idle();
  }

  // Whoever leaves wants no answer any more.
  close() {
    this.#rests();
    this.#latest.close();
    this.state.close();
  }

  // ---- what a kind of pages adds to ----

  follow(changes, before) {
    return this.#own.follow(changes, before);
  }

  // `names`: the fields that changed; null for any of them.
  decide() {
    this.#own.decide();
  }

  show(answer, isLatest) {
    this.figures.show(answer.figures);
    this.#own.show(answer, isLatest);
    this.#own.stage?.(answer, this.state);
  }

  // What comes while a hand moves: the stage alone, and what concludes from it.
  showStage(answer) {
    this.#own.stage(answer, this.state);
  }

  // `again()` asks once more, where that may help.
  tell(detail, errors, _again) {
    this.#own.fail(detail, errors);
  }

  // ---- the server ----

  #follower() {
    const again = () => this.ask();
    const told = {
      fail: ({ message, errors, status }) => this.tell(message, errors, status ? null : again),
      busy: (is) => this.waiting.asking(is),
    };
    const { path, long, ask } = this.#own;
    if (!long) return follower({ ask: (query, signal) => ask(query, path, signal), show: (answer, query) => this.#take(answer, query === this.#wanted), ...told });
    const progress = bindProgress(() => this.#latest.cancel());
    return new LongFollower({ path, show: (answer, isLatest) => this.#take(answer, isLatest), cancelled: () => this.tell(CANCELLED, [], again), progress, ...told });
  }

  // What a figure shows, as CSV from the server.
  #fileOf(name) {
    const query = this.#own.fileQuery(this.state);
    return query === null ? null : `${this.#own.files ?? this.#own.path}/figure?${query ? `${query}&` : ""}figure=${name}`;
  }

  #want(query, atOnce = false) {
    this.#wanted = query;
    this.#latest.want(query, atOnce);
  }

  #changed(names) {
    if ("notation" in this.embedded.schema) document.body.dataset.notation = this.state.get("notation");
    this.decide(names);
    if (this.state.isOfPage(names)) this.#own.stage?.(this.answer, this.state);
    else if (this.#own.asks(names)) this.#askAsItMoves();
  }

  // While a hand moves, for the stage; as soon as it rests, for all, which is given up if the hand moves on.
  #askAsItMoves() {
    if (!this.#own.stage || !this.state.moves || this.answer === null) {
      this.#rests();
      this.ask();
      return;
    }
    const query = this.#own.query();
    if (!this.#asked) this.#asked = performance.now();
    this.#want(query ? `${query}&${STAGE}` : STAGE, !this.#pause);
    clearTimeout(this.#pause);
    if (!this.#pause) this.#moves(true);
    this.#pause = setTimeout(() => {
      this.#rests();
      this.ask();
    }, Math.max(REST, REST_OF_WAIT * this.#took));
  }

  #rests() {
    if (!this.#pause) return;
    clearTimeout(this.#pause);
    this.#pause = 0;
    this.#asked = 0;
    this.#moves(false);
  }

  #moves(is) {
    this.waiting.moving(is);
    this.figures.hold(is);
  }

  #take(answer, isLatest) {
    if (answer.query?.parts === "stage") {
      this.#took = this.#asked ? Math.min(MOST_TOOK, performance.now() - this.#asked) : 0;
      this.#asked = 0;
      this.showStage(answer);
      return;
    }
    this.#show(this.#own.merged(answer, isLatest), isLatest);
    if (this.#unsolved) this.#tellUnsolved();
  }

  #show(answer, isLatest) {
    this.answer = answer;
    this.show(answer, isLatest);
    this.waiting.rest(() => this.#showRest(), this.#own.restAfter);
  }

  #showRest() {
    this.#own.rest(this.answer);
    this.#refreshTables();
  }

  // Of a wrong field of the page itself nothing but the line is told: all else is computed and shown as asked.
  #tellUnsolved() {
    const { page_detail: said, detail, errors = [], ignored } = this.#unsolved;
    if (ignored) showProblem(said);
    else this.tell(said ?? detail, errors, null);
  }
}
