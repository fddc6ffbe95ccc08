// Making and keeping elements. Text goes in as text only: names come from outside and may hold anything.

/**
 * @param {string} tag
 * @param {Object<string, any>} [attributes] `class`, `data-…`, `aria-…` …; `on…` are listeners; undefined, null and
 *   false leave the attribute out
 * @param {...(Node|string)} children
 */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else setAttribute(element, name, value);
  }
  element.append(...children);
  return element;
}

/** Writes only what is new: the browser then has nothing to do, nor has a screen reader to say. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function setAttribute(element, name, value) {
  if (value === undefined || value === null || value === false) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
  } else if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, String(value));
  }
}

export function setHidden(element, hidden) {
  if (element.hidden !== hidden) element.hidden = hidden;
}

/** Text longer than this is clamped to some lines; its title has all of it. */
const LONG_NAME = 64;

/** Names may be of any length, hold any characters and run in any direction. */
export function name(text, { inLink = false } = {}) {
  const node = h("bdi", { class: "name" });
  setClamped(node, text, !inLink);
  return node;
}

/**
 * Text that may be too long for where it stands: it is clamped (see page.css), all of it is in the title and shown where
 * the focus is. In a link that is the link's.
 */
export function setClamped(node, text, focusable = true) {
  const long = text.length > LONG_NAME;
  // A path is better broken behind a slash than within a name.
  if (node.textContent !== text) {
    const pieces = text.split(/(?<=\/)(?=[^/])/);
    node.replaceChildren(...pieces.flatMap((piece, number) => (number === 0 ? [piece] : [h("wbr"), piece])));
  }
  node.classList.toggle("long", long);
  setAttribute(node, "title", long && text);
  setAttribute(node, "tabindex", long && focusable && "0");
}


/**
 * @typedef {object} Part something on the page that can be brought up to date
 * @property {Element} node
 * @property {(...data: any[]) => void} update
 */

const parts = new WeakMap(); // parent → key → Part

/**
 * Makes the children of `parent` those of `items`, in order. A child stays the same element for as long as its key is
 * there, so that focus, selection and scroll position stay.
 * @template Item
 * @param {Element} parent has no other children
 * @param {Iterable<Item>} items
 * @param {(item: Item) => string} keyOf
 * @param {(item: Item) => Part} make
 */
export function keyed(parent, items, keyOf, make) {
  const before = parts.get(parent) ?? new Map();
  const now = new Map();
  for (const item of items) {
    const key = keyOf(item);
    const part = before.get(key) ?? make(item);
    part.update(item);
    now.set(key, part);
  }
  for (const [key, part] of before) if (now.get(key) !== part) part.node.remove();
  const focused = document.activeElement;
  let next = parent.firstChild;
  for (const part of now.values()) {
    if (part.node === next) next = next.nextSibling;
    else parent.insertBefore(part.node, next);
  }
  // An element that is moved loses the focus.
  if (focused !== document.activeElement && focused?.isConnected) focused.focus({ preventScroll: true });
  parts.set(parent, now);
}
