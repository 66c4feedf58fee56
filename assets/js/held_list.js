/**
 * A short list of a panel: one element a row, filled anew and never made anew, in an order that stands still while a pointer or the keyboard is in
 * it. What has ended stays until then, and what has come is counted in the panel's head.
 */

import { Holding, waiting } from "./holding.js";
import { write } from "./queue.js";

/**
 * @template Row
 * @typedef {object} Look how a row is shown
 * @property {(element: HTMLElement) => void} make what stands in its element, once
 * @property {(element: HTMLElement, row: Row, now: number) => void} fill
 * @property {(row: Row) => void} [choose] it was clicked, or entered
 * @property {(row: Row) => void} [open] it was entered when it was chosen already
 * @property {string} none what stands there when there is none
 */

/** @template {{id: string}} Row */
export class HeldList {
  /** @param {HTMLElement} list @param {HTMLElement} waits where what waits is said @param {Look<Row>} look */
  constructor(list, waits, look) {
    this.list = list;
    this.waits = waits;
    this.look = look;
    this.holding = new Holding();
    /** @type {Map<string, HTMLElement>} */
    this.elements = new Map();
    /** @type {Map<string, Row>} */
    this.rows = new Map();
    this.inside = false;
    this.none = document.createElement("li");
    this.none.className = "held-none";
    this.none.textContent = look.none;
    list.append(this.none);
    list.addEventListener("pointerenter", () => (this.inside = true));
    list.addEventListener("pointerleave", () => {
      this.inside = false;
      this.again();
    });
    list.addEventListener("focusout", () => setTimeout(() => this.again()));
    list.addEventListener("click", (event) => this.#choose(event.target));
    list.addEventListener("keydown", (event) => this.#press(event));
  }

  get held() {
    return this.inside || this.list.contains(document.activeElement);
  }

  /** @param {Row[]} rows in their order @param {number} now Unix ms of the server */
  show(rows, now) {
    this.last = { rows, now };
    for (const row of rows) this.rows.set(row.id, row);
    const placed = this.holding.place(rows.map(({ id }) => id), this.held), standing = new Set(placed.shown);
    for (const [id, element] of this.elements) {
      if (standing.has(id)) continue;
      element.remove();
      this.elements.delete(id);
    }
    let before = /** @type {Element} */ (this.none);
    for (const id of placed.shown) {
      const element = this.elements.get(id) ?? this.#make(id);
      if (before.nextElementSibling !== element) before.after(element);
      before = element;
      element.toggleAttribute("data-ended", placed.ended.has(id));
      if (!placed.ended.has(id)) this.look.fill(/** @type {HTMLElement} */ (element.firstElementChild), /** @type {Row} */ (this.rows.get(id)), now);
    }
    for (const id of this.rows.keys()) if (!standing.has(id) && !placed.fresh.includes(id)) this.rows.delete(id);
    this.none.hidden = placed.shown.length > 0;
    write(this.waits, waiting(placed));
  }

  /** Nobody is in it any more: what waited comes. */
  again() {
    if (this.last && !this.held) this.show(this.last.rows, this.last.now);
  }

  /** Marks what is chosen on the page. @param {string | null} id */
  mark(id) {
    for (const [key, element] of this.elements) element.toggleAttribute("data-chosen", key === id);
  }

  /** To the next row, or the one before. @param {number} by */
  step(by) {
    const all = [...this.elements.values()].sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
    const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement?.closest(".held")));
    /** @type {HTMLElement | null | undefined} */ (all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + by))]?.querySelector(".held-button"))?.focus();
  }

  /** @param {string} id */
  #make(id) {
    const element = document.createElement("li"), button = document.createElement("button");
    element.className = "held";
    element.dataset.id = id;
    button.type = "button";
    button.className = "held-button";
    element.append(button);
    this.look.make(button);
    this.elements.set(id, element);
    return element;
  }

  /** @param {EventTarget | null} target */
  #choose(target) {
    const row = this.rows.get(/** @type {HTMLElement | null} */ (/** @type {Element} */ (target)?.closest(".held"))?.dataset.id ?? "");
    if (row) this.look.choose?.(row);
    return row;
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.key !== "Enter") return;
    const element = /** @type {Element} */ (event.target).closest(".held");
    if (!element?.hasAttribute("data-chosen")) return;
    event.preventDefault();
    const row = this.rows.get(/** @type {HTMLElement} */ (element).dataset.id ?? "");
    if (row) this.look.open?.(row);
  }
}
