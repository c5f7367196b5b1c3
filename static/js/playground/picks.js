// Which features are on the stage: a menu a lane, beside it.
export class Picks {
  #root;
  #state;
  #stage = null;
  #stated = "";

  constructor(root, state) {
    this.#root = root;
    this.#state = state;
    root.addEventListener("change", () => {
      const chosen = [...root.querySelectorAll("select")].map((select) => select.value);
      state.set({ lanes: [...new Set(chosen)].join(",") });
    });
  }

  // `batch` comes with the whole answer; the stage alone leaves the menus' choices as they are.
  offer(stage, batch) {
    this.#stage = stage;
    if (batch) this.#write(batch);
    [...this.#root.querySelectorAll("select")].forEach((select, i) => {
      if (stage.lanes[i]) select.value = select.dataset.feature = String(stage.lanes[i].feature);
    });
  }

  #write({ features, feature_names: names }) {
    const stated = JSON.stringify([features, names, this.#stage.lanes.length]);
    if (stated === this.#stated) return;
    this.#stated = stated;
    this.#root.replaceChildren(
      ...this.#stage.lanes.map((lane, i) => {
        const select = document.createElement("select");
        select.setAttribute("aria-label", `Feature on lane ${i + 1}`);
        const listed = features.includes(lane.feature) ? [] : [new Option(lane.name, String(lane.feature))];
        select.append(...listed, ...features.map((feature, k) => new Option(names[k], String(feature))));
        return select;
      }),
    );
  }

  // In the head of its lane, or left of it.
  place(tops, { lane: { left }, height, head, unit }) {
    [...this.#root.querySelectorAll("select")].forEach((select, i) => {
      const middle = tops[i] + (head ? -head / 2 : height / 2);
      Object.assign(select.style, { top: `${middle}px`, left: `${head ? left : 0}px`, maxWidth: head ? "34%" : `${left - 8 * unit}px` });
    });
  }
}
