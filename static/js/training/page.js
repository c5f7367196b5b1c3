// Networks in training: the records of the run that the address names come as a stream; the playhead says which is shown.
import { Attempts } from "./attempt/attempt.js";
import { Between } from "./between.js";
import { changed, partingOf, read, undone } from "./changes.js";
import { bindClaims } from "./claims.js";
import { bindVariants, showUsed, showVariants } from "./controls.js";
import { keepStep, keptStep } from "./kept.js";
import { showNumbers } from "./numbers.js";
import { Player } from "./player.js";
import { Records, divergedAt } from "./records.js";
import { Scene } from "./scene.js";
import { sentenceOf } from "./sentence.js";
import { RunStream } from "./stream.js";
import { saidOf, Transport } from "./transport.js";
import { looksOf } from "./variants.js";
import { BatchPage } from "../lib/page/batch_page.js";
import { count } from "../lib/figures/numbers.js";
import { element } from "../lib/figures/tables.js";
import { ofNewSource } from "../lib/controls/source.js";
import { getJson } from "../lib/server/api.js";
import { isStill } from "../lib/stage/motion.js";
import { tell, write } from "../lib/stage/svg.js";
import { bindTabs } from "../lib/stage/tabs.js";

const COMING = "Steps are coming";
const STREAM = "/api/v1/training";
const PLAN = `${STREAM}/plan`;
const TOLD = 1000; // milliseconds between two tables of numbers while it plays
const REST = 300; // milliseconds without a move, after which a run begins
const MANY = 429; // more streams than an address may have
const $ = (id) => document.getElementById(id);

const page = new BatchPage({
  path: STREAM, accept: "application/json", python: () => plan?.python, taken: null, nothing: "No run",
  ask: (query) => getJson(query ? `${PLAN}?${query}` : PLAN),
  headlineOf: (answer) => headline(answer),
  seen: ({ batch }) => `the run of ${batch.title}`,
  follow: ofNewSource, fits: fitting, show, numbersBehind: () => document.createElement("table"),
});
const { state, embedded } = page;
const records = new Records();
const player = new Player(records, state, { moved: showTransport, said: () => tell($("step-said"), saidOf(shown())) });
const scene = new Scene(shown, showDrawn);
const stream = new RunStream({ row: take, ended: end, refused, waits });
const transport = new Transport({
  player, records, state, chart: scene.charts.get("loss"), total: () => plan?.total ?? 0, rate: rateHere,
  setRate: (rate) => state.set({ changes: changed(state.get("changes"), rate, player.step) }),
  undoRate: () => state.set({ changes: undone(state.get("changes")) }),
});
const attempts = new Attempts({ state, sentences: embedded.attempt, told: () => attempts.isOpen && tell($("headline"), headline()) });
const between = new Between({ came: takeBetween, failed: missed, waits: (seconds, problem) => (seconds ? waits(seconds, problem) : tellArrived()), over: tellArrived });
const opened = state.query();
let plan = null;
let looks = [];
let running = null; // the query of the run whose records come
let pause = 0;
let toldAt = 0; // when the numbers were
let isAwaited = false; // the step that is to be shown
let isSought = true; // the address itself says at which step the next run stands

// ---- a run begins ----

function show(answer, isLatest) {
  if (!isLatest) return;
  plan = answer;
  looks = looksOf(answer.variants);
  scene.lay(answer, looks);
  showPicks();
  showUsed(answer.variants, embedded.schema);
  clearTimeout(pause);
  if (state.moves) pause = setTimeout(begin, REST);
  else begin();
}

// Where the address has something wrong, the run is the one without it.
function begin() {
  const query = page.isUnsolved && !embedded.problem.ignored ? new URLSearchParams(plan.query).toString() : state.query();
  if (query === running) return;
  const parting = running === null ? 0 : partingOf(running, query);
  const plays = player.plays;
  records.keepBefore(parting);
  running = query;
  open();
  if (parting === 0) start();
  else if (!plays) player.stand(isSought && state.get("step") ? Number(state.get("step")) : Math.min(parting, Number(state.get("step") || parting)));
  isSought = false;
  tellComing();
  showTransport();
}

// A file with fewer examples to train on than a batch has: the batch is all of them.
function fitting({ shape }) {
  const [rows = 0] = shape ?? [];
  const trained = rows - Math.floor(rows / 3);
  return trained >= 2 && trained < Number(state.get("batch_size")) ? { batch_size: trained } : {};
}

function open() {
  stream.open(running ? `${STREAM}?${running}` : STREAM, records.newest);
}

// A step of the address is stood at; else the run is played from its beginning, or, where less motion is asked for, its
// end is shown as soon as it is there.
function start() {
  const step = isSought ? String(keptStep(running) ?? state.get("step")) : "";
  if (step !== "") player.stand(Number(step));
  else if (isStill()) player.stand(plan.total);
  else {
    player.stand(0);
    player.play();
  }
}

// ---- its records ----

function take(row) {
  records.take(row, plan.blocks.length);
  tellComing();
  showTransport();
}

function takeBetween(row) {
  records.put(row, plan.blocks.length);
  tellArrived();
  showTransport();
}

// The step between two records will not come, or not soon.
function missed(message) {
  tell($("arrival"), message);
  showTransport();
}

function tellArrived() {
  if (records.hasEnded) tellEnd();
  else tellComing();
}

function tellComing() {
  const { awaited } = player;
  tell($("arrival"), awaited === null ? `${COMING}.` : `${COMING}; step ${count(awaited)} is waited for.`);
}

function end() {
  records.hasEnded = true;
  tellEnd();
  showTransport();
}

function tellEnd() {
  const gone = looks.length && looks.every(({ name }) => divergedAt(records.rows, records.rows.length - 1, name) !== null);
  const steps = records.last?.step ?? 0;
  tell($("arrival"), gone ? "The run is over: every variant diverged." : steps === 1 ? "The one step has come." : `All ${count(steps)} steps have come.`);
}

function waits(seconds, problem) {
  const busy = problem?.status === MANY ? "Your address has too many runs open" : "The server is busy with others";
  const why = problem ? busy : "The connection is lost";
  tell($("arrival"), seconds ? `${why}: it is tried again in ${Math.round(seconds)} s.` : `${COMING}.`);
}

// What is shown is not what is wanted yet.
function awaits(is) {
  if (is !== isAwaited) page.waiting.reading(is);
  isAwaited = is;
}

function refused({ message, errors }) {
  awaits(false);
  tell($("arrival"), "No steps come.");
  page.tell(message, errors, () => {
    running = null;
    page.ask();
  });
}

// ---- what is shown ----

function shown() {
  if (!plan) return null;
  const block = Math.min(plan.blocks.length - 1, (Number(state.get("block")) || plan.blocks.length - 1) - 1);
  return { rows: records.rows, at: player.at, looks, guess: plan.guess, most: plan.total, block: Math.max(0, block), stepsAxis: state.get("steps_axis"), lossAxis: state.get("loss_axis") };
}

function showTransport() {
  if (records.standIn && player.step !== records.standIn.step) records.leaveStandIn();
  between.want(player.plays ? null : player.between, running);
  awaits(running !== null && (player.at < 0 || player.awaited !== null || (player.between !== null && !between.isRefused)));
  write($("headline"), { "aria-live": player.plays ? "off" : null });
  scene.draw();
}

function showDrawn(now) {
  transport.show();
  if (now.rows.length) attempts.at({ looks, step: player.step, steps: stepsOf(plan), plays: player.plays || player.between !== null, blocks: plan.blocks });
  tell($("headline"), headline());
  tell($("diverged-told"), divergedText(now));
  $("diverged-told").hidden = $("diverged-told").textContent === "";
  tellNumbers(now);
}

const stepsOf = ({ variants }) => Object.fromEntries(Object.entries(variants).map(([name, { steps }]) => [name, steps]));

function headline(answer = plan) {
  const now = shown();
  if (now?.rows.length && attempts.isOpen) return attempts.sentence;
  return now?.rows.length ? sentenceOf(now, embedded.sentences, embedded.limits) : answer.headline;
}

function divergedText({ rows, at }) {
  const gone = looks.map(({ name, title }) => [title, divergedAt(rows, at, name)]).filter(([, step]) => step !== null);
  return gone.map(([title, step]) => `× ${title} diverged at step ${count(step)}.`).join(" ");
}

// A table is made anew when the playhead rests, and now and then while it plays.
function tellNumbers(now) {
  const isDue = !player.plays || performance.now() - toldAt > TOLD;
  if (!isDue || !$("numbers").checkVisibility()) return;
  showNumbers($("numbers"), now, plan.blocks);
  toldAt = performance.now();
}

// The learning rate at the playhead: the one that was set there, or that of the first variant that is still there.
function rateHere() {
  const row = records.rows[player.at];
  const set = row && read(state.get("changes")).findLast(({ step }) => step === row.step);
  const record = row && looks.map(({ name }) => row.variants[name]).find(Boolean);
  return set ? Number(set.rate) : (record?.rate ?? null);
}

// ---- how it is drawn ----

function showPicks() {
  const norm = Object.values(plan.variants).some((variant) => variant.norm !== "none");
  tell($("unit-told"), `Of ${plan.unit}.`);
  showLabels(plan.batch);
  $("files").replaceChildren(...Object.entries(plan.files).map(([name, href]) => element("a", `Records, ${name.toUpperCase()}`, { href, download: "" })));
  tell($("no-norm"), norm ? "" : "No variant has a norm: there is no γ and β.");
  for (const select of document.querySelectorAll("[data-block-picked]")) {
    select.replaceChildren(...plan.blocks.map((title, i) => new Option(title, String(i + 1))));
  }
  showAxes();
}

// The columns of a file that can be its label; the first choice leaves it to the server.
function showLabels({ label, labels }) {
  const chosen = state.get("label");
  $("c-label").replaceChildren(new Option(chosen ? "chosen here" : `${label ?? "a column"} (chosen here)`, ""), ...labels.map((name) => new Option(name, name)));
  $("c-label").value = chosen;
}

function showAxes() {
  for (const button of document.querySelectorAll("[data-axis]")) {
    const value = state.get(button.dataset.axis);
    write(button, { "aria-pressed": String(value === "log") });
    tell(button.querySelector("span"), value);
  }
  const block = state.get("block") === "0" ? plan?.blocks.length - 1 : state.get("block");
  for (const select of document.querySelectorAll("[data-block-picked]")) select.value = String(block);
}

for (const button of document.querySelectorAll("[data-axis]")) {
  button.addEventListener("click", () => state.set({ [button.dataset.axis]: state.get(button.dataset.axis) === "log" ? "linear" : "log" }));
}
for (const select of document.querySelectorAll("[data-block-picked]")) {
  select.addEventListener("change", () => state.set({ block: select.value }));
}
for (const chart of scene.charts.values()) {
  chart.svg.addEventListener("pointerdown", (event) => event.button === 0 && !event.target.closest(".tr-mark") && player.seek(records.nearest(chart.stepAt(event))));
}

bindVariants(state);
const claims = bindClaims();
bindTabs(document.querySelector("#stage [role=tablist]"), { state, field: "tab", shown: () => scene.remeasure() });
state.onChange((names) => {
  showAxes();
  showVariants(state);
  $("replayed").hidden = $("replayed").childElementCount === 0 || state.query() !== opened;
  isSought ||= names === null && state.query() !== running;
  if (names === null) player.stand(Number(state.get("step") || 0));
  else if (names.includes("step") && state.get("step") === "" && plan) start();
  scene.draw();
});
addEventListener("toggle", () => scene.remeasure(), { capture: true });
addEventListener("pagehide", () => {
  if (running !== null) keepStep(running, player.step);
  between.close();
  stream.close();
  claims.close();
  player.close();
});
addEventListener("pageshow", ({ persisted }) => persisted && running !== null && !records.hasEnded && open());

showVariants(state);
page.start();
