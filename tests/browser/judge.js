// What judge.py runs in a page, where axe is already.
"use strict";
{
  const references = ["for", "list", "headers", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns"];

  const ofColours = { "color-contrast": "[data-kind]", "link-in-text-block": "a[href][data-kind]" };
  const ofWidth = ["scrollable-region-focusable"];

  const wholes = ["landmark-unique", "duplicate-id-aria"]; // these compare all there are

  // Each rule looks at what is marked for it.
  const setRules = () => {
    const others = axe._audit.rules.filter(({ id }) => !wholes.includes(id));
    const marked = (id, selector) => `[data-${ofWidth.includes(id) ? "here" : "first"}]:is(${selector})`;
    const rules = others.map(({ id, selector }) => ({ id, selector: ofColours[id] ?? marked(id, selector) }));
    axe.configure({ noHtml: true, rules });
  };

  const hash = (text) => {
    let [one, other] = [7, 11];
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      [one, other] = [Math.imul(one ^ code, 16777619), (Math.imul(other, 31) + code) | 0];
    }
    return `${one} ${other}`;
  };

  const free = new Set([
    "id", "aria-label", "aria-valuetext", "title", "alt", "placeholder", "href", "src", "value", "name", "d",
  ]);
  const pointedAt = (ids) => ids.split(" ").map((id) => document.getElementById(id)?.tagName);
  const valueOf = (name, value) => {
    if (references.includes(name)) return pointedAt(value);
    if (free.has(name) || name.startsWith("data-")) return value.trim() !== "";
    return name === "tabindex" ? value : value.replace(/[\d.]+/g, "0");
  };
  const marks = new Set(["data-first", "data-here", "data-kind"]);
  const attributesOf = (one) => {
    const names = one.getAttributeNames().filter((name) => !marks.has(name));
    return names.map((name) => `${name}=${valueOf(name, one.getAttribute(name))}`).join("|");
  };
  const isSeen = (one) => one.checkVisibility({ visibilityProperty: true });
  const LEAST = 13; // pixels that axe calls scrolling
  const scrolls = (one) => {
    const isWider = one.scrollWidth > one.clientWidth + LEAST;
    const isHigher = one.scrollHeight > one.clientHeight + LEAST;
    if (!isWider && !isHigher) return false;
    const { overflowX, overflowY } = getComputedStyle(one);
    return [isWider && overflowX, isHigher && overflowY].some((is) => ["auto", "scroll"].includes(is));
  };

  // Marks what was not judged yet, in elements, at this width and in colours; gives what is judged then.
  const mark = ({ drawings, alike, here, kinds }) => {
    const [judgedAlike, judgedHere, judgedKinds] = [new Set(alike), new Set(here), new Set(kinds)];
    const isFirst = (what, judged) => judged.size < judged.add(what).size;
    const labels = Map.groupBy(document.querySelectorAll("label"), ({ control }) => control);
    const seen = new Set();
    const due = { "data-first": new Set(), "data-here": new Set(), "data-kind": new Set() };
    // What is written of an element and in it, however often; finds what is first of its like.
    const written = (one, around, inMath, isGone) => {
      const isDrawing = one.matches(".main-svg");
      if (isDrawing && !drawings) return "drawing";
      const isOut = isGone || !one.checkVisibility();
      if (!isOut && isSeen(one)) seen.add(one);
      const names = one.id === "view" ? "" : one.getAttribute("class"); // its are the page's, and its state's
      const isMath = inMath || one.tagName === "math";
      const inside = isMath ? "math" : hash(`${around}>${one.tagName}.${names}.${one.getAttribute("role")}`);
      const content = new Set();
      for (const node of one.childNodes) {
        if (node.nodeType === Node.TEXT_NODE) content.add(node.data.trim() ? 1 : "");
        else content.add(node.nodeType === Node.ELEMENT_NODE ? written(node, inside, isMath, isOut) : "");
      }
      const all = [one.tagName, seen.has(one), attributesOf(one), labels.get(one)?.length, ...(isMath ? [] : content)];
      const like = hash(all.join("|"));
      const whole = hash(around + like);
      if (isFirst(whole, judgedAlike)) due["data-first"].add(one);
      if (scrolls(one) && isFirst(whole, judgedHere)) due["data-here"].add(one);
      return isDrawing ? "drawing" : like;
    };
    written(document.documentElement, "", false, false);

    const hasText = (one) => one.matches("input, select, textarea, a[href]") ||
      [...one.childNodes].some(({ nodeType, data }) => nodeType === Node.TEXT_NODE && data.trim());
    const namesOf = ({ tagName, className }) => `${tagName}.${className.baseVal ?? className}`;
    const grounds = new Map();
    const groundOf = (one) => {
      if (!one) return "";
      if (!grounds.has(one)) {
        const { backgroundColor, backgroundImage, opacity } = getComputedStyle(one);
        const own = [backgroundColor, backgroundImage, opacity].join();
        grounds.set(one, groundOf(one.parentElement) + (own === "rgba(0, 0, 0, 0),none,1" ? "" : own));
      }
      return grounds.get(one);
    };
    const LARGE = { usual: 24, bold: 18.66 }; // pixels
    const kindOf = (one) => {
      const { color, fontSize, fontWeight, textShadow, textDecorationLine } = getComputedStyle(one);
      const isLarge = parseFloat(fontSize) >= (fontWeight >= 700 ? LARGE.bold : LARGE.usual);
      const isOff = one.closest(":disabled, [aria-disabled=true]") !== null;
      const around = one.parentElement;
      const names = [namesOf(one), namesOf(around), getComputedStyle(around).color];
      return hash([...names, groundOf(one), color, isLarge, textShadow, textDecorationLine, isOff].join());
    };
    for (const one of seen) {
      if (!document.body.contains(one) || one.closest(".main-svg *") || !hasText(one) || !one.getClientRects().length) continue;
      if (isFirst(kindOf(one), judgedKinds)) due["data-kind"].add(one);
    }
    for (const [name, ones] of Object.entries(due)) {
      for (const one of document.querySelectorAll(`[${name}]`)) one.removeAttribute(name);
      for (const one of ones) one.setAttribute(name, "");
    }
    return { alike: [...judgedAlike], here: [...judgedHere], kinds: [...judgedKinds] };
  };

  // Takes out of the page what needs no judgement and is either hidden or one of many: axe goes through all there is.
  const takeOut = () => {
    const groups = "label, [role=grid], [role=list], [role=listbox], [role=menu], [role=radiogroup], [role=tablist]";
    const focusable = ":is(a[href], button, input, select, textarea, summary, [tabindex='0']):not(:disabled)";
    const needed = new Set();
    const need = (one) => {
      for (let at = one; at && !needed.has(at); at = at.parentElement) needed.add(at);
    };
    const needAllOf = (one) => [one, ...one.querySelectorAll("*")].forEach(need);
    const referredTo = (one, name) => (one.getAttribute(name)?.split(" ") ?? [])
      .map((id) => document.getElementById(id)).filter((other) => other);
    for (const one of document.querySelectorAll("[data-first], [data-here], [data-kind]")) {
      need(one);
      for (const name of references) referredTo(one, name).forEach(name === "aria-controls" ? need : needAllOf);
      [...(one.labels ?? [])].forEach(needAllOf);
      if (one.matches(groups)) needAllOf(one);
    }
    const scrollers = [...document.querySelectorAll("[data-here]")];
    for (const one of scrollers) need([...one.querySelectorAll(focusable)].find(isSeen));
    need(document.activeElement);
    const leavesItsPlace = (one) => one.matches("svg *, tr, li, section, details, dl") || !one.checkVisibility();
    const taken = [];
    const take = (one) => {
      if (!needed.has(one) && leavesItsPlace(one)) taken.push([one, document.createComment("")]);
      else [...one.children].forEach(take);
    };
    take(document.body);
    for (const [one, place] of taken) one.replaceWith(place);
    const isShort = (one) => !scrolls(one);
    for (const one of scrollers.filter(isShort)) {
      for (const [out, place] of taken) if (one.contains(place)) place.replaceWith(out);
    }
    return () => taken.forEach(([one, place]) => place.replaceWith(one));
  };

  // Rules for which there is nothing; what compares all there is does so where something is new.
  const idleRules = () => {
    const isNew = document.querySelector("[data-first]") !== null;
    const isDue = ({ id, selector }) => (wholes.includes(id) ? isNew : document.querySelector(selector) !== null);
    const idle = axe._audit.rules.filter((rule) => !isDue(rule));
    return Object.fromEntries(idle.map(({ id }) => [id, { enabled: false }]));
  };

  const run = async () => {
    const isMarked = (name) => document.querySelector(`[${name}]`) !== null;
    if (!["data-first", "data-here", "data-kind"].some(isMarked)) return [];
    const rules = idleRules();
    const { setTimeout } = window;
    const putBack = takeOut();
    // What axe puts off goes on at once: nothing of the page's own runs while a part of it is out.
    window.setTimeout = (act, delay) => (delay ? setTimeout(act, delay) : queueMicrotask(act));
    try {
      const { violations } = await axe.run(document, { resultTypes: ["violations"], preload: false, rules });
      return violations.map(({ id, help, nodes }) => [id, help, nodes.slice(0, 4).map(({ target }) => target)]);
    } finally {
      putBack();
      window.setTimeout = setTimeout;
    }
  };

  setRules();
  window.judge = { mark, run };
}
