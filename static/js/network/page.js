// The network: the schematic, the disturbance, and their own part of the page of a batch.
import { Schematic } from "./schematic.js";
import { bindClaims, showClaims } from "./stage/claims.js";
import { Stage } from "./stage/stage.js";
import { follow, ofUpload } from "./state.js";
import * as view from "./view.js";
import { scaleOf } from "../lib/controls/controls.js";
import { controlOf, showControls } from "../lib/controls/relevance.js";
import { isNumber } from "../lib/figures/numbers.js";
import { BatchPage } from "../lib/page/batch_page.js";

const DISTURB = ["disturb_layer", "disturb_factor", "disturb_shift"];
const $ = (id) => document.getElementById(id);

const page = new BatchPage({
  path: "/api/v1/network", figure: "depth_deviation", long: true, decide, show, rest, numbersBehind: view.numbersBehind,
  follow: (changes, before) => follow(changes, before, page.embedded.schema.shown.absent_for),
  lineOf: ({ batch, network }) => `${batch.text}; ${network.text}`,
  seen: ({ batch, network }) => `${batch.title}, ${network.text}`,
  fits: (upload) => ofUpload(upload, state),
  stage: (answer) => stage.show(answer.stage),
});
const { state, figures } = page;
const stage = new Stage($("stage"), { state, stops: page.embedded.stage.stops });
const schematic = new Schematic($("schematic"), {
  open: (joint) => state.set({ joint }),
  disturb: (block) => state.set({ disturb_layer: Number(state.get("disturb_layer")) === block ? 0 : block }),
});

// What is looked at during a drag first; lists and tables at its first pause.
function show(answer) {
  view.showTexts(answer);
  view.showKinds(answer, page.embedded.kinds);
  view.showDisturbance(answer);
  schematic.show(answer);
}

function rest(answer) {
  view.showClaim(answer);
  stage.rest(answer.preset?.holds);
}

// What the state alone decides, at once.
function decide() {
  const notation = state.get("notation");
  const normed = state.get("norm") !== "none";
  stage.follow();
  showClaims($("net-claims"), state.get("preset"));
  showControls({ norm_place: normed, eps: normed, eps_placement: normed });
  $("layer-group").hidden = !normed;
  scaleOf(controlOf("depth")).upTo(state.endOf("depth"));
  if (isNumber(state.get("depth"))) scaleOf(controlOf("disturb_layer")).upTo(Number(state.get("depth")));
  for (const link of document.querySelectorAll("a[data-query]")) {
    link.href = `?${link.dataset.query}${notation === "frameworks" ? "" : `&notation=${notation}`}`;
  }
  $("claim-set").querySelector("a").href = document.querySelector(`[data-preset="${state.get("preset")}"] a`)?.href ?? "#";
}

// ---- disturb ----

// A factor or a shift that is moved while no block is picked disturbs the first. Before the control itself writes its
// value, so that no state in between is asked for.
function bindFirstMove() {
  for (const name of ["disturb_factor", "disturb_shift"]) {
    const [slide, field] = [controlOf(name).querySelector(".slide"), controlOf(name).querySelector("input.value")];
    const first = (value, how) => state.get("disturb_layer") === "0" && state.set({ disturb_layer: 1, [name]: value() }, how);
    slide.addEventListener("input", () => first(() => scaleOf(controlOf(name)).value, { settle: false }), { capture: true });
    field.addEventListener("change", () => first(() => field.value.trim(), {}), { capture: true });
  }
}

$("disturb-first").addEventListener("click", () => state.set({ disturb_layer: 1 }));
$("undo-disturbance").addEventListener("click", () => state.reset(DISTURB));
for (const button of document.querySelectorAll("[data-kind-of]")) {
  button.addEventListener("click", () => state.set({ shown: button.dataset.kindOf }));
}

// A row of the small multiples opens its block's joint.
figures.onReady((plot, name) => plot.on("plotly_click", ({ points: [point] }) => pick(name, point)));

function pick(figure, point) {
  if (!/^(activations|gradients)_/.test(figure) || !point?.text) return;
  state.set({ joint: `${page.answer.shown}${point.text}` });
}

bindFirstMove();
bindClaims($("net-claims"), { state, claims: page.embedded.stage.claims, isOfPage: (name) => name in page.embedded.shown });
page.start();
