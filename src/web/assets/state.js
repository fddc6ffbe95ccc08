// The state document as the page holds it: prototype-free objects, since volumes may be called "__proto__".
// Nothing is changed in place: what a change does not touch stays the same object, which is how views see what is new.

/**
 * @typedef {Object<string, any>} State the document of docs/schema/state.v1.json
 * @typedef {Object<string, any>} Volume
 * @typedef {Object<string, any>} Brick
 */

export const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/**
 * JSON Merge Patch (RFC 7396).
 * @param {any} target what was there; not changed
 * @param {any} patch
 * @returns {any}
 */
export function merge(target, patch) {
  if (!isObject(patch)) return patch;
  const result = Object.assign(Object.create(null), isObject(target) ? target : null);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value);
  }
  return result;
}

/** The whole of a `state` event, without prototypes. */
export const fromDocument = (document) => merge(undefined, document);
