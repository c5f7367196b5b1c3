// What judge.py runs in a page, where axe is already.
"use strict";
{
  const references = ["for", "list", "headers", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns"];

  const ofColours = { "color-contrast": "[data-kind]", "link-in-text-block": "a[href][data-kind]" };
  const ofWidth = ["scrollable-region-focusable"];

  // Each rule looks at what is marked for it.
  const setRules = () => {
    const whole = ["landmark-unique", "duplicate-id-aria"]; // these compare all there are
    const others = axe._audit.rules.filter(({ id }) => !whole.includes(id));
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

  // Marks what was not judged yet, in elements, at this width and in colours; gives what is judged then.
  const mark = ({ drawings, alike, here, kinds }) => {
    const [judgedAlike, judgedHere, judgedKinds] = [new Set(alike), new Set(here), new Set(kinds)];
    const isFirst = (what, judged) => judged.size < judged.add(what).size;
    const free = ["id", "aria-label", "aria-valuetext", "title", "alt", "placeholder", "href", "src", "value", "name"];
    const pointedAt = (ids) => ids.split(" ").map((id) => document.getElementById(id)?.tagName);
    const valueOf = ({ name, value }) => {
      if (references.includes(name)) return pointedAt(value);
      if (free.includes(name) || name === "d" || name.startsWith("data-")) return value.trim() !== "";
      return name === "tabindex" ? value : value.replace(/[\d.]+/g, "0");
    };
    const own = ["data-first", "data-here", "data-kind"];
    const attributesOf = ({ attributes, labels }) => [...attributes].filter(({ name }) => !own.includes(name))
      .map((attribute) => `${attribute.name}=${valueOf(attribute)}`).concat(labels?.length ?? "");
    const isSeen = (one) => one.checkVisibility({ visibilityProperty: true });
    // What is written of an element and in it, however often; marks what is first of its like.
    const written = (one, around) => {
      const names = one.id === "view" ? "" : one.getAttribute("class"); // its are the page's, and its state's
      const inside = `${around}>${one.tagName}.${names}.${one.getAttribute("role")}`;
      const content = [...one.childNodes].map((node) => {
        if (node.nodeType === Node.TEXT_NODE) return node.data.trim() ? 1 : "";
        return node.nodeType === Node.ELEMENT_NODE ? written(node, one.closest("math") ? "math" : inside) : "";
      });
      const all = [one.tagName, isSeen(one), ...attributesOf(one), ...(one.closest("math") ? [] : new Set(content))];
      const like = hash(all.join("|"));
      const isDue = drawings || !one.closest(".main-svg");
      const whole = hash(around + like);
      one.toggleAttribute("data-first", isDue && isFirst(whole, judgedAlike));
      one.toggleAttribute("data-here", isDue && isFirst(whole, judgedHere));
      return like;
    };
    written(document.documentElement, "");

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
    for (const one of document.querySelectorAll("[data-kind]")) one.removeAttribute("data-kind");
    for (const one of document.querySelectorAll("body *:not(.main-svg *)")) {
      if (!hasText(one) || !isSeen(one) || !one.getClientRects().length) continue;
      one.toggleAttribute("data-kind", isFirst(kindOf(one), judgedKinds));
    }
    return { alike: [...judgedAlike], here: [...judgedHere], kinds: [...judgedKinds] };
  };

  // Takes out of the page what needs no judgement and is either hidden or one of many: axe goes through all there is.
  const takeOut = () => {
    const wholes = "label, [role=grid], [role=list], [role=listbox], [role=menu], [role=radiogroup], [role=tablist]";
    const needed = new Set();
    const need = (one) => {
      for (let at = one; at && !needed.has(at); at = at.parentElement) needed.add(at);
    };
    const needAllOf = (one) => [one, ...one.querySelectorAll("*")].forEach(need);
    const referredTo = (one) => references.flatMap((name) => one.getAttribute(name)?.split(" ") ?? [])
      .map((id) => document.getElementById(id)).filter((other) => other);
    for (const one of document.querySelectorAll("[data-first], [data-here], [data-kind]")) {
      need(one);
      [...referredTo(one), ...(one.labels ?? [])].forEach(needAllOf);
      if (one.matches(wholes)) needAllOf(one);
    }
    need(document.activeElement);
    const leavesItsPlace = (one) => one.matches("svg *, tr, li, section, details, dl") || !one.checkVisibility();
    const taken = [];
    const take = (one) => {
      if (!needed.has(one) && leavesItsPlace(one)) taken.push([one, document.createComment("")]);
      else [...one.children].forEach(take);
    };
    take(document.body);
    for (const [one, place] of taken) one.replaceWith(place);
    return () => taken.forEach(([one, place]) => place.replaceWith(one));
  };

  const run = async () => {
    const isMarked = (name) => document.querySelector(`[${name}]`) !== null;
    if (!["data-first", "data-here", "data-kind"].some(isMarked)) return [];
    const all = isMarked("data-first") ? {} : { runOnly: { type: "rule", values: [...ofWidth, ...Object.keys(ofColours)] } };
    const { setTimeout } = window;
    const putBack = takeOut();
    // What axe puts off goes on at once: nothing of the page's own runs while a part of it is out.
    window.setTimeout = (act, delay) => (delay ? setTimeout(act, delay) : queueMicrotask(act));
    try {
      const { violations } = await axe.run(document, { resultTypes: ["violations"], preload: false, ...all });
      return violations.map(({ id, help, nodes }) => [id, help, nodes.slice(0, 4).map(({ target }) => target)]);
    } finally {
      putBack();
      window.setTimeout = setTimeout;
    }
  };

  setRules();
  window.judge = { mark, run };
}
