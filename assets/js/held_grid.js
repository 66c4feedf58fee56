/**
 * A queue of a desk in its grid (AG Grid): rows by id in the order in which somebody must act, that keep their place while the pointer or the
 * keyboard is among them; what waits meanwhile is counted in a bar, and shown with `r` or when they are left.
 */

import { Ticking, cellOf } from "./cells.js";
import { Holding, waiting } from "./holding.js";
import { write } from "./queue.js";
import { part } from "./shell.js";

/**
 * @typedef {{id: string, says: string}} Row `says` is all that its cells show: where that is the same, the grid is told nothing
 * @typedef {{name: string, width?: number, flex?: number, look: import("./cells.js").Look<any>, className?: string, spoken?: string, wide?: boolean}} Column
 *   `wide`: not on a phone, where the details tell it
 * @typedef {object} Options
 * @property {Column[]} columns
 * @property {string} label what the rows are
 * @property {Record<string, (row: any) => boolean>} [classes] of a row, each by what must be true
 * @property {(row: any) => boolean} isUrgent what must be told loudly while it waits to be shown
 * @property {(row: any) => void} choose a person takes a row: by a click, or by Enter
 * @property {(row: any) => void} [open] takes it further: by a double click, or by Enter on the one that is chosen
 */

export class HeldGrid {
  /** @param {string} name of the grid's element @param {Options} options */
  static async in(name, options) {
    const { dash_ag_grid } = /** @type {any} */ (window);
    return new HeldGrid(name, await dash_ag_grid.getApiAsync(name), options);
  }

  /** @param {string} name @param {any} api AG Grid's @param {Options} options */
  constructor(name, api, options) {
    this.name = name;
    this.api = api;
    this.options = options;
    this.element = part(name);
    this.bar = /** @type {HTMLButtonElement} */ (part(`${name}-release`));
    this.empty = part(`${name}-empty`);
    this.holding = new Holding();
    this.ticking = new Ticking();
    /** What the grid holds now, by id. @type {Map<string, Row & {ended?: boolean}>} */
    this.rows = new Map();
    /** @type {Map<string, number>} */
    this.places = new Map();
    /** @type {Row[]} */
    this.wanted = [];
    this.chosen = "";
    /** A finger that has touched a row is not in the queue any more, whatever :hover says. */
    this.pointer = matchMedia("(hover: hover)");
    /** The keyboard was used here last, and not the pointer: its focus then holds the rows too. */
    this.byKeyboard = false;
    this.#layOut();
    this.#listen();
  }

  /** Whether somebody is in the queue. */
  get held() {
    return (this.pointer.matches && this.element.matches(":hover")) || (this.byKeyboard && this.element.contains(document.activeElement));
  }

  /** @param {Row[]} rows in the order in which they should stand @param {number} now Unix ms of the server @param {boolean} [asked] a person changed what is to be shown: that is shown at once */
  show(rows, now, asked = false) {
    this.wanted = rows;
    this.ticking.now = now;
    const byId = new Map(rows.map((row) => [row.id, row]));
    const placed = this.holding.place(rows.map(({ id }) => id), this.held && !asked);
    this.#put(placed, byId);
    this.#say(placed, byId);
    this.empty.hidden = placed.shown.length > 0;
  }

  /** Shows what waits, though somebody is still here. */
  release() {
    const focused = this.#focused();
    this.show(this.wanted, this.ticking.now, true);
    if (focused) this.focus(focused);
  }

  /** @param {number} now Unix ms of the server */
  tick(now) {
    this.ticking.tick(now);
    if (this.waits && !this.held) this.show(this.wanted, now);
  }

  /** Marks a row as chosen wherever it stands. @param {string} id "" for none */
  mark(id) {
    this.chosen = id;
    const node = id ? this.api.getRowNode(id) : null;
    if (!node) return this.api.deselectAll();
    node.setSelected(true, true);
    return this.api.ensureNodeVisible(node);
  }

  /** Goes up or down from the row that has the focus, else from the chosen one. @param {number} step */
  step(step) {
    const from = this.places.get(this.#focused() || this.chosen);
    const last = this.holding.shown.length - 1;
    const to = from === undefined ? (step > 0 ? 0 : last) : Math.min(last, Math.max(0, from + step));
    if (last >= 0) this.focus(this.holding.shown[to]);
  }

  /** @param {string} id */
  focus(id) {
    const at = this.places.get(id);
    if (at === undefined) return;
    this.byKeyboard = true;
    this.api.ensureIndexVisible(at);
    this.api.setFocusedCell(at, "0");
  }

  /** The row that has the focus, if the keyboard is here. @returns {Row | null} */
  get current() {
    return this.rows.get(this.#focused()) ?? null;
  }

  #focused() {
    if (!this.element.contains(document.activeElement)) return "";
    return this.holding.shown[this.api.getFocusedCell()?.rowIndex] ?? "";
  }

  /** @param {import("./holding.js").Placed} placed @param {Map<string, Row>} byId */
  #put({ shown, ended }, byId) {
    const places = new Map(shown.map((id, at) => [id, at]));
    const moved = shown.length !== this.places.size || shown.some((id, at) => this.places.get(id) !== at);
    /** @type {{add: Row[], update: Row[], remove: Row[]}} */
    const told = { add: [], update: [], remove: [] };
    for (const [id, row] of this.rows) {
      if (places.has(id)) continue;
      told.remove.push(row);
      this.rows.delete(id);
    }
    for (const id of shown) {
      const before = this.rows.get(id), isEnded = ended.has(id), wanted = byId.get(id) ?? /** @type {Row} */ (before);
      if (before && before.says === wanted.says && before.ended === isEnded) continue;
      const row = { ...wanted, ended: isEnded };
      (before ? told.update : told.add).push(row);
      this.rows.set(id, row);
    }
    this.places = places;
    // Told at once, and not by applyTransactionAsync: the glass has already gathered what came, and says when it is painted.
    if (told.add.length || told.update.length || told.remove.length) this.api.applyTransaction(told);
    else if (moved) this.api.refreshClientSideRowModel("sort");
    if (told.add.some(({ id }) => id === this.chosen)) this.mark(this.chosen);
  }

  /** @param {import("./holding.js").Placed} placed @param {Map<string, Row>} byId */
  #say(placed, byId) {
    const said = waiting(placed), urgent = placed.fresh.some((id) => this.options.isUrgent(byId.get(id)));
    this.waits = said !== "";
    if (this.waits) write(this.bar, `${said} · show (r)`);
    this.bar.hidden = !this.waits;
    this.bar.toggleAttribute("data-urgent", urgent);
  }

  #layOut() {
    const { api, options } = this;
    const place = (/** @type {any} */ node) => this.places.get(node.id) ?? Infinity;
    const rules = Object.entries({ ended: (/** @type {any} */ row) => row.ended === true, ...options.classes });
    const asked = ([name, is]) => [name, (/** @type {any} */ { data }) => Boolean(data) && is(data)];
    api.setGridOption("rowClassRules", Object.fromEntries(rules.map(asked)));
    api.setGridOption("columnDefs", [
      {
        colId: "place", hide: true, sort: "asc",
        comparator: (/** @type {any} */ _a, /** @type {any} */ _b, /** @type {any} */ one, /** @type {any} */ other) => place(one) - place(other),
      },
      ...options.columns.map(({ name, width, flex, look, className, spoken }, at) => ({
        colId: String(at), headerName: name, headerTooltip: spoken, cellRenderer: cellOf(this.ticking, look), cellClass: className, headerClass: className && `head-${className}`,
        ...(flex ? { flex, minWidth: rem(width ?? 4) } : { width: rem(width ?? 4) }), sortable: false, resizable: false, suppressNavigable: at > 0,
      })),
    ]);
    api.setGridAriaProperty("label", options.label);
    const narrow = matchMedia("(max-width: 800px)"), wide = options.columns.flatMap((column, at) => (column.wide ? [String(at)] : []));
    const fit = () => api.setColumnsVisible(wide, !narrow.matches);
    narrow.addEventListener("change", fit);
    fit();
  }

  #listen() {
    const { api, element, options } = this;
    const again = () => this.waits && !this.held && this.show(this.wanted, this.ticking.now);
    // The pointer has left by the time of the next frame; the focus has moved.
    const soon = () => requestAnimationFrame(again);
    element.addEventListener("pointerleave", soon);
    element.addEventListener("focusout", soon);
    element.addEventListener("pointerdown", () => (this.byKeyboard = false), true);
    element.addEventListener("keydown", (event) => {
      this.byKeyboard = true;
      if (event.key !== "Enter" || !this.current) return;
      event.preventDefault();
      if (this.current.id === this.chosen && options.open) options.open(this.current);
      else options.choose(this.current);
    }, true);
    this.bar.addEventListener("click", () => this.release());
    api.addEventListener("rowClicked", (/** @type {any} */ { data }) => options.choose(data));
    api.addEventListener("rowDoubleClicked", (/** @type {any} */ { data }) => options.open?.(data));
  }
}

/** @param {number} n */
const rem = (n) => n * (parseFloat(getComputedStyle(document.documentElement).fontSize) || 16);
