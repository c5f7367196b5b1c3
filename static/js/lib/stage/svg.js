// Drawing in SVG: elements with attributes, and marks that are kept from one drawing to the next.
const NAMESPACE = "http://www.w3.org/2000/svg";

export function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS(NAMESPACE, name);
  write(made, attributes);
  made.append(...children);
  return made;
}

// An attribute that is null or false is taken away; what stands there already is not written again.
export function write(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false) element.removeAttribute(name);
    else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
  }
}

// A text that stands there already is not written again.
export function tell(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// As many children of `group` as there are `rows`: those there are stay, `make()` brings what is missing, and
// `write(child, row, i)` puts each right.
export function joined(group, rows, make, put) {
  while (group.children.length > rows.length) group.lastChild.remove();
  while (group.children.length < rows.length) group.append(make());
  rows.forEach((row, i) => put(group.children[i], row, i));
}

// The place of a value on a ruler of so many pixels from `at`.
export const place = (value, { low, high }, at, length) => at + ((value - low) / (high - low)) * length;

// The same, held between the ruler's ends.
export const placeWithin = (value, ruler, at, length) => Math.min(at + length, Math.max(at, place(value, ruler, at, length)));

// The value at a place.
export const valueAt = (pixel, { low, high }, at, length) => low + ((pixel - at) / length) * (high - low);
