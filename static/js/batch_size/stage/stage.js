// The stage: batches that are dealt, or one in which an example is dragged; drawn from what the server told.
import { Dealer } from "./dealer.js";
import { Piles } from "./piles.js";
import { Population } from "./population.js";
import { Strip } from "./strip.js";
import { three } from "../../lib/figures/numbers.js";
import { tell } from "../../lib/stage/svg.js";
import { bindTabs } from "../../lib/stage/tabs.js";

const $ = (id) => document.getElementById(id);

export class Stage {
  #told = null; // the answer's
  #population = new Population($("dots"));
  #piles = new Piles($("piles"), (deal) => this.#point(deal));
  #strip;
  #dealer;
  #tab;
  #pointed = 0; // a deal

  constructor(state, schema) {
    const [, most] = schema.move_by.control.slider;
    this.#strip = new Strip({ x: $("strip-x"), train: $("strip-train"), inference: $("strip-inference") }, { state, most });
    this.#dealer = new Dealer($("dealer"), {
      state, most: () => this.#told?.deals ?? 0, shown: (deals, falls) => this.#showDeal(deals, falls), said: (deals) => this.#say(deals),
    });
    bindTabs($("tab-deal").parentElement, { state, field: "tab", shown: (tab) => this.#open(tab) });
    new ResizeObserver(() => this.#draw()).observe($("stage"));
  }

  show(told) {
    this.#told = told;
    tell($("stage-text"), told.text);
    tell($("dots-text"), told.population.text);
    tell($("moved-text"), told.strip.text);
    tell($("strip-of"), told.strip.rulers.x.title);
    tell($("deal-of"), `of ${told.deals}`);
    tell($("deal-without"), three(told.z));
    this.#draw();
  }

  #open(tab) {
    this.#tab = tab;
    this.#draw();
  }

  // What is not to be seen has no width to be drawn in.
  #draw() {
    if (!this.#told) return;
    if (this.#tab === "strip") this.#strip.show(this.#told);
    else {
      this.#population.show(this.#told);
      this.#piles.show(this.#told);
      this.#showDeal(this.#dealer.dealt, false);
      this.#dealer.mark();
    }
  }

  // The batch that a fallen dot came from, while it is pointed at.
  #point(deal) {
    if (!this.#told || this.#pointed === deal) return;
    this.#pointed = deal;
    this.#population.light(deal || this.#dealer.dealt);
  }

  #showDeal(deals, falls) {
    if (!this.#told || this.#tab === "strip") return;
    this.#population.light(deals);
    this.#pointed = 0;
    this.#piles.fill(deals, falls);
    const { mean, sd, values } = this.#told;
    for (const [id, of] of [["deal-mean", mean], ["deal-sd", sd], ["deal-x-hat", values]]) tell($(id), deals ? three(of[deals - 1]) : "–");
    tell($("deal-number"), String(deals));
  }

  // Whoever listens hears of a deal when it is at rest.
  #say(deals) {
    const { x_hat: symbol, mean, sd, values } = this.#told;
    const at = deals - 1;
    tell($("deal-said"), deals ? `Deal ${deals}: mean ${three(mean[at])}, deviation ${three(sd[at])}, ${symbol} ${three(values[at])}.` : "No batch is dealt.");
  }
}
