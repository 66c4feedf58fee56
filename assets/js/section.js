/** A part of the page that is built from what it says, and built anew only when it says something else: focus, scrolling and a finger stay. */

import { age } from "./format.js";
import { write } from "./queue.js";

/**
 * @param {string} tag @param {string} className @param {...(Node | string | null)} children text is never taken for markup @returns {HTMLElement}
 */
export function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** An SVG of ours. @param {string} svg @param {string} [className] */
export function mark(svg, className = "mark") {
  const element = make("span", className);
  element.innerHTML = svg;
  return element;
}

/** An age that goes on by itself. @param {number} at Unix ms of the server @param {string} [className] */
export function ticking(at, className = "") {
  const element = make("span", className);
  if (Number.isFinite(at)) element.dataset.since = String(at);
  else element.textContent = "–";
  return element;
}

/** What is not ten metres away has no direction. */
const NOWHERE_ELSE = "0 m";

/** Where something lies: an arrow for the map's north, the distance in words. @param {number} bearing degrees @param {string} distance @param {string} wind */
export function direction(bearing, distance, wind) {
  if (distance === NOWHERE_ELSE) return make("span", "direction", make("b", "", "here"));
  const arrow = mark(ARROW_SVG, "arrow");
  arrow.style.transform = `rotate(${Math.round(bearing)}deg)`;
  return make("span", "direction", arrow, make("b", "", distance), ` ${wind}`);
}

const ARROW_SVG = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 1.5 20.5 11H14.6V22.5H9.4V11H3.5Z" fill="currentColor"/></svg>`;

/** Every age in `root`, once a second. @param {HTMLElement} root @param {number} now Unix ms of the server */
export function tickAges(root, now) {
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-since]"))) {
    write(element, age((now - Number(element.dataset.since)) / 1000));
  }
}

/** What a finger or the mouse holds now, and the sections that wait for it to let go. */
let pressed = /** @type {Node | null} */ (null);
const held = /** @type {Set<Section>} */ (new Set());
/** The click comes after the finger has left. */
const CLICK_WITHIN_MS = 80;

addEventListener("pointerdown", (event) => (pressed = /** @type {Node} */ (event.target)), true);
for (const end of ["pointerup", "pointercancel"]) {
  addEventListener(end, () => setTimeout(() => {
    pressed = null;
    for (const section of [...held]) section.release();
  }, CLICK_WITHIN_MS), true);
}

export class Section {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    this.told = "";
    this.release = () => {};
  }

  /** @template Model @param {Model} model plain data, without what time alone changes @param {(model: Model) => (Node | null)[]} build */
  show(model, build) {
    held.delete(this);
    const told = JSON.stringify(model);
    if (this.told === told) return;
    // A row under a finger must not be another one when the finger leaves it.
    if (pressed && this.element.contains(pressed)) {
      this.release = () => this.show(model, build);
      held.add(this);
      return;
    }
    this.told = told;
    this.element.replaceChildren(...build(model).filter((node) => node !== null));
    this.element.hidden = !this.element.childNodes.length;
  }
}
