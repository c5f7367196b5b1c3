// The page of a view of a batch: beside what every page has, where the batch comes from, how large it is and how it is
// drawn, what is told above the view, and how to take it along. Its own module says, beside what a page's says:
//
//   figure            that the copied Python shows
//   headlineOf(answer)  the conclusion above the view, where it is not the answer's own
//   lineOf(answer)    what is told of the batch above the view; `seen(answer)`: the same in short, of a view that is kept
//   warnings(answer)  notes on the data
//   nothing           what is not there without an answer
//   taken(batch)      how many examples of how many the batch has; null: no control says so
//   fits(upload)      what else changes with an upload
//   bindTerms(page)   how words and symbols light what they stand for
import { bindButtons, bindUndo, showUndone } from "../controls/buttons.js";
import { Examples } from "../controls/examples.js";
import { bindReplay, bindSource, offerWays, showDrawn, showSource } from "../controls/source.js";
import { showLayer, showVariants } from "../controls/relevance.js";
import { withFileName } from "../controls/upload.js";
import { showCaptions } from "../figures/captions.js";
import { fillList } from "../figures/tables.js";
import { bindSpelled } from "../figures/spelled.js";
import { bindTerms } from "../figures/terms.js";
import { markCurrent, markEarlier } from "../server/earlier.js";
import { showProblem } from "../server/problems.js";
import { Page } from "./page.js";
import { bindCopy } from "./share.js";

const $ = (id) => document.getElementById(id);
const termsOf = ({ embedded, answer }) => ({ ...embedded.terms, ...answer?.terms });
const USUAL = {
  headlineOf: ({ headline }) => headline,
  lineOf: ({ batch }) => batch.text,
  seen: ({ batch }) => batch.title,
  warnings: ({ batch }) => batch.warnings,
  nothing: "Nothing is computed",
  taken: (batch) => batch,
  fits: () => ({}),
  bindTerms: (page) => bindTerms(() => termsOf(page), page.figures),
};

export class BatchPage extends Page {
  #own;
  #examples = null;

  constructor(own) {
    super(own);
    this.#own = { ...USUAL, ...own };
    if (this.#own.taken) this.#examples = new Examples(this.state, this.embedded.schema.batch_size);
  }

  start() {
    const again = () => this.ask();
    bindButtons(this.state);
    if ($("undo")) bindUndo(this.state);
    bindSource(this.state, { again, fits: this.#own.fits });
    if ($("replay")) bindReplay(this.state, again);
    bindCopy(this.state, this.#own);
    this.#own.bindTerms(this);
    bindSpelled(this.embedded.symbols, (term) => termsOf(this)[term]);
    super.start();
  }

  follow(changes, before) {
    return { ...super.follow(changes, before), ...this.#examples?.within(changes) };
  }

  decide(names) {
    super.decide(names);
    showVariants(this.state);
    showLayer(this.state);
    if ($("undo")) showUndone(this.state);
    if (names === null || names.includes("source")) showSource(this.state);
  }

  show(answer, isLatest) {
    markCurrent();
    this.#showTexts(answer);
    super.show(answer, isLatest);
    const taken = this.#own.taken?.(answer.batch) ?? {};
    this.#examples?.show(taken, answer.query);
    showDrawn(taken, answer.query);
  }

  showStage(answer) {
    $("headline").textContent = this.#own.headlineOf(answer);
    super.showStage(answer);
  }

  // What is seen stays, as of an earlier state; where nothing is seen, that is said.
  tell(detail, errors, again) {
    const { answer } = this;
    markEarlier(answer !== null);
    if (answer === null && !this.isUnsolved) $("headline").textContent = `${this.#own.nothing}${errors.length ? ": see the marked field" : ""}.`;
    showProblem(detail, errors, answer ? withFileName(this.#own.seen(answer), answer) : "", again);
    offerWays(errors, this.state);
    if (answer && this.#isOfAnother(answer)) this.#leaveSource();
  }

  // Whether the source that is asked for is another than that of an answer.
  #isOfAnother({ query }) {
    return String(query.source ?? this.state.fallback("source")) !== this.state.get("source");
  }

  // What is said of a batch is not said of a source that was refused.
  #leaveSource() {
    $("batch-line").textContent = "";
    if ($("source-size")) $("source-size").textContent = "";
  }

  #showTexts(answer) {
    $("batch-line").textContent = withFileName(this.#own.lineOf(answer), answer);
    $("headline").textContent = this.#own.headlineOf(answer);
    fillList("conventions", answer.conventions);
    const warnings = this.#own.warnings(answer);
    fillList("warnings", warnings);
    $("warnings").hidden = warnings.length === 0;
    showCaptions(answer);
  }
}
