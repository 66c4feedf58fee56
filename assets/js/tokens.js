/** Reads the design tokens of the stylesheet, so that canvas and WebGL paint in the colours that the page uses. */

/**
 * The colour of a token as CSS text.
 * @param {string} name without the leading dashes
 * @returns {string}
 */
export function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim() || "#FF00FF";
}

/**
 * The colour of a token as WebGL wants it.
 * @param {string} name
 * @returns {[number, number, number]} each 0..1
 */
export function rgb(name) {
  const hex = token(name).replace("#", "");
  return /** @type {[number, number, number]} */ ([0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255));
}

/** How many device pixels one design pixel (1/16 rem) takes on this screen: 1 on a 1080p wall, 2 on a 2160p one. */
export function designScale() {
  return (parseFloat(getComputedStyle(document.documentElement).fontSize) || 16) / 16;
}
