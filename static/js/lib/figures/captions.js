// What stands above the figures, as the answer in force says it.
export function showCaptions({ captions }) {
  for (const place of document.querySelectorAll("[data-caption]")) place.textContent = captions[place.dataset.caption];
}

// What stands in a figure's head, where the answer titles it.
export function showTitles({ figures }) {
  for (const panel of document.querySelectorAll("[data-figure]")) {
    const title = figures[panel.dataset.figure]?.layout.title.text;
    if (title) panel.querySelector(".panel-title").textContent = title.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
  }
}
