// What stands above the figures, as the answer in force says it.
export function showCaptions({ captions }) {
  for (const place of document.querySelectorAll("[data-caption]")) place.textContent = captions[place.dataset.caption];
}
