// The norms: the stage, the cubes of values, and their own part of the page of a batch.
import { Cubes } from "./cube.js";
import { Stage } from "./stage.js";
import { follow } from "./state.js";
import * as view from "./view.js";
import { showControls } from "../lib/controls/relevance.js";
import { showTitles } from "../lib/figures/captions.js";
import { BatchPage } from "../lib/page/batch_page.js";

const OF_ONE_NORM = { groups: "group", ghost_size: "ghost", r_max: "renorm", d_max: "renorm" };
const $ = (id) => document.getElementById(id);

const page = new BatchPage({
  path: "/api/v1/norms", long: true, figure: "before", follow, decide, asks, show, stage: ({ stage: told }) => stage.show(told, told.cell), rest: view.showTable, numbersBehind: view.numbersBehind,
  lineOf: view.lineOf, seen: ({ batch }) => batch.text,
  taken: ({ usual_examples: examples, total }) => ({ examples, total }),
  fits: () => ({ situation: "usual" }),
});
const { state } = page;
const stage = new Stage($("stage"), {
  keep: (to, how) => state.set({ cell: to.join(",") }, how),
  headline: $("headline"), place: $("stage-place"), part: $("stage-part"), others: $("stage-others"), changed: $("stage-changed"), said: $("stage-said"),
});
const cubes = new Cubes($("cubes"), { keep: (cell) => state.set({ cell: cell.join(",") }), told: $("cube-told"), said: $("cube-said") });

// The cubes and the sentences first; tables at the first pause of a drag.
function show(answer) {
  showTitles(answer);
  $("cube-summary").textContent = view.summaryOf(answer);
  cubes.show(answer, cell());
  view.showDivisors(answer, state);
}

// The cell in the address, else the one that the server takes; what is no cell is the server's to refuse.
function cell() {
  const places = state.indices("cell");
  return places.length === 3 && places.every(Number.isInteger) ? places : page.answer.cube.cell;
}

// All that another cell changes is here already, if it is one that the stage draws.
function asks(names) {
  const here = names?.every((name) => name === "cell") && page.answer && !$("view").classList.contains("stale");
  if (!here || isUnknown() || !stage.holds(cell())) return true;
  stage.look(cell());
  cubes.look(cell());
  return false;
}

// The cell that is looked at unasked, where the answer was asked for another.
function isUnknown() {
  return state.get("cell") === "" && page.answer.query.cell !== undefined;
}

// What the state alone decides, at once.
function decide() {
  const shown = state.get("norm");
  showControls(Object.fromEntries(Object.entries(OF_ONE_NORM).map(([name, norm]) => [name, shown === "all" || shown === norm])));
  showControls({ huge_factor: state.get("situation") === "huge_channel" });
}

page.start();
