// Errors stand beside the control that caused them. What has no control stands above the view, and so does, once more,
// what stands in a closed sheet of controls, in a section that is folded or out of sight, beside a view that is empty, or
// where a part of the controls is missing or out of sight, or where the box above the view tells all (`data-tells`). What is
// beside a control in sight is named above the view, in short, where that says that something was not computed.

const ELSEWHERE = { missing: "file" }; // what a file lacks is told where the file came in
const NARROW = matchMedia("(max-width: 899px)");
const MISSING = "The drawing library did not load, so there are no plots; the numbers stand in the tables. Reload to try again.";
const $ = (id) => document.getElementById(id);

let told = []; // { text, short, home, way }: a message, the same in short, its place beside a control, and a way out
let putBack = null;
let isClear = false; // since the last answer nothing was told

export function clearProblems() {
  if (isClear && !told.length && !putBack) return;
  for (const text of document.querySelectorAll(".error")) put(text, "");
  for (const field of document.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  putBack?.();
  putBack = null;
  told = [];
  isClear = true;
  write();
}

// `shownInstead`: what the view still shows, if anything; `again()` asks once more, where that may help.
export function showProblem(detail, errors = [], shownInstead = "", again = null) {
  const homeless = errors.filter((row) => !showRow(row, detail, errors.length));
  if (homeless.length || !errors.length) told.push({ text: detail, way: again && { title: "Ask again", act: again } });
  const still = `Not computed; below is still ${shownInstead}.`;
  if (shownInstead && !told.some(({ text }) => text === still)) {
    told.push({ text: still, names: true });
    takeBack();
  }
  write();
}

// What was concluded before is not said of what was asked for now; the next answer writes a conclusion of its own.
function takeBack() {
  const headline = $("headline");
  if (headline && $("problem").dataset.tells !== "all") headline.textContent = "Not computed.";
}

// A sentence of its own stands as it is; what names the field (which the control does), what was given and what is allowed
// is said in words, which away from the control need its title.
function showRow({ field, given, allowed }, detail, count) {
  if (count === 1 && !(detail.startsWith(`${field} is `) && detail.endsWith(`; give ${allowed}.`))) return showAt(field, detail);
  const refused = `${given === "" || given === null ? "Nothing" : `“${given}”`} is not allowed`;
  const way = $(`c-${field}`)?.matches("select") ? "choose one from the menu" : `allowed: ${allowed}`;
  const [message, title] = [`${refused} here; ${way}.`, titleOf(field)];
  return showAt(field, message, title && { text: `${title}: ${message}`, short: `${title}: ${refused}.` });
}

function titleOf(name) {
  return document.querySelector(`label[for="c-${name}"] .title`)?.textContent;
}

// `away`: what is said of it away from its control, and what in short.
export function showAt(name, message, away = { text: message, short: titleOf(name) && `See ${titleOf(name)}.` }) {
  const home = $(`e-${ELSEWHERE[name] ?? name}`);
  if (!home) return false;
  isClear = false;
  home.closest("details")?.setAttribute("open", "");
  for (let parent = home.parentElement; parent; parent = parent.parentElement) parent.hidden = false;
  put(home, message);
  $(`c-${name}`)?.setAttribute("aria-invalid", "true");
  told = told.filter((one) => one.home !== home);
  told.push({ ...away, home });
  write();
  return true;
}

// A message that holds no longer is gone for whoever reads what is hidden, too.
function put(home, message) {
  home.textContent = message;
  home.hidden = message === "";
}

export function hideAt(name) {
  const home = $(`e-${name}`);
  put(home, "");
  told = told.filter((one) => one.home !== home);
  write();
}

// A button that mends what is told beside a control.
export function offerWay(name, title, act) {
  const one = told.find(({ home }) => home === $(`e-${name}`));
  one.way = { title, act };
  one.home.append(" ", wayOut(one.way));
  write();
}

function wayOut({ title, act }) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = title;
  button.addEventListener("click", act);
  return button;
}

// Wherever the page was scrolled to, what is told beside a control comes into sight.
export function seek(name) {
  const home = $(`e-${name}`);
  (isThere(home) ? home : $("problem")).scrollIntoView({ block: "nearest" });
  write();
}

// A part of the controls into the view, until the problem is mended.
export function bringHere(part) {
  const place = document.createComment("");
  part.replaceWith(place);
  $("problem").after(part);
  putBack = () => place.replaceWith(part);
  write();
}

const isClosed = () => NARROW.matches && $("sheet")?.getAttribute("aria-expanded") === "false";

const isInSight = ({ top, bottom }) => bottom > 0 && top < innerHeight; // what is folded has no height

// Whether it is there to be seen, if need be by scrolling.
function isThere(home) {
  if ($("problem").dataset.tells === "all" || !home.checkVisibility()) return false;
  if (home.closest("#control-groups") && (isClosed() || putBack)) return false;
  if (home.closest("details.part") && !isInSight(home.getBoundingClientRect())) return false;
  return ($("view").contains(home) && !home.closest(".controls")) || !$("view").classList.contains("empty");
}

function isSeen(home) {
  const isBelow = !NARROW.matches && home.closest("#control-groups") && !isInSight(home.getBoundingClientRect());
  return !isBelow && isThere(home);
}

function write() {
  const names = told.some((one) => one.names);
  const here = told
    .map((one) => (one.home && isSeen(one.home) ? { text: names ? one.short : "" } : one))
    .filter(({ text }) => text);
  const parts = here.flatMap(({ text, way }) => [text, " ", ...(way ? [wayOut(way), " "] : [])]).slice(0, -1);
  const box = $("problem");
  if (here.map(({ text }) => text).join(" ") !== box.textContent.trim() || here.some(({ way }) => way)) box.replaceChildren(...parts);
  box.hidden = here.length === 0;
}

NARROW.addEventListener("change", write);
document.addEventListener("toggle", write, { capture: true }); // a section opens or closes
if ($("sheet")) new MutationObserver(write).observe($("sheet"), { attributeFilter: ["aria-expanded"] });

addEventListener("figures-missing", () => {
  told.push({ text: MISSING });
  write();
});
