// Symbols that a sentence, a list or a table writes have their word, too: each becomes a term (terms.js), also where the
// text is written anew. An element that is marked `data-symbols` is one stop of Tab (symbols.js). An axis title and a
// control's symbol, whose panel and whose control are the stop, say theirs to a pointer, as a line does that is `pointed`
// and written anew all the time: its symbols are stops elsewhere.
import { stopAt, symbolsOf } from "./symbols.js";
import { hideTip, showTip } from "./terms.js";

const APART = ".term, button, a, label, summary, math"; // they are explained, or pressed, as a whole
const POINTED = ".plot :is(.xtitle, .ytitle), .control .symbol";

// `symbols`: the name of the term that each piece of text stands for; `said(term)`: its sentence.
export function bindSpelled(symbols, said) {
  const pattern = patternOf(Object.keys(symbols));
  for (const place of document.querySelectorAll("[data-symbols]")) follow(place, pattern, symbols);
  const sentenceOf = (at) => (at.matches(".symbol") ? helpOf(at.closest(".control")) : said(symbols[pattern?.exec(at.dataset.unformatted)?.[0]]));
  document.addEventListener("pointerover", ({ target }) => {
    const at = target.closest?.(POINTED);
    const sentence = at && sentenceOf(at);
    if (sentence) showTip(at, sentence);
  });
  document.addEventListener("pointerout", ({ target }) => target.closest?.(POINTED) && hideTip());
}

// ---- in texts ----

function follow(place, pattern, symbols) {
  if (!pattern) return;
  const write = () => {
    textsIn(place, pattern).forEach((text) => text.replaceWith(...spelled(text.data, pattern, symbols)));
    if (place.dataset.symbols !== "pointed" && !place.querySelector('.term[tabindex="0"]') && symbolsOf(place).length) stopAt(symbolsOf(place)[0], place);
  };
  place.dataset.oneStop = "";
  write();
  new MutationObserver(write).observe(place, { childList: true, characterData: true, subtree: true });
}

// The longest first; no letter before it nor an apostrophe, no letter behind it nor a hat on it.
function patternOf(texts) {
  const literally = texts.toSorted((a, b) => b.length - a.length).map((text) => text.replace(/[()+/]/g, "\\$&"));
  return texts.length ? new RegExp(`(?<![\\p{L}'’])(${literally.join("|")})(?![\\p{L}\\p{M}])`, "u") : null;
}

function textsIn(place, pattern) {
  const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) if (pattern.test(walker.currentNode.data) && !walker.currentNode.parentElement.closest(APART)) texts.push(walker.currentNode);
  return texts;
}

// A split by a pattern with a group keeps what the group took, at every other place.
function spelled(text, pattern, symbols) {
  return text.split(pattern).map((piece, i) => (i % 2 ? term(piece, symbols[piece]) : piece));
}

function term(text, name) {
  const made = document.createElement("span");
  made.className = "term";
  made.dataset.term = name;
  made.tabIndex = -1;
  made.textContent = text;
  return made;
}

// ---- at controls ----

// What the question mark beside it unfolds, in the notation that is seen.
function helpOf(control) {
  const help = control.querySelector(".help-text").cloneNode(true);
  for (const part of help.querySelectorAll(`[data-notation-is]:not([data-notation-is="${document.body.dataset.notation}"])`)) part.remove();
  return help.textContent.trim().replace(/\s+/g, " ");
}
