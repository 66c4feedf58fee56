/**
 * Cells of a queue's grid that are built once and filled anew: the grid makes one for each cell on screen, and with each second only their
 * texts are written, without a word to the grid.
 */

/**
 * @template Row
 * @typedef {{html: string, fill: (parts: HTMLElement[], row: Row, now: number) => void, tick?: (parts: HTMLElement[], row: Row, now: number) => void}} Look
 *   `html` is ours and holds no data; its elements with a class are the parts, in their order
 */

/** The cells on screen that time alone changes. */
export class Ticking {
  constructor() {
    /** @type {Set<{tick: (now: number) => void}>} */
    this.cells = new Set();
    /** Unix ms of the server, when they were last told. */
    this.now = Date.now();
  }

  /** @param {number} now Unix ms of the server */
  tick(now) {
    this.now = now;
    for (const cell of this.cells) cell.tick(now);
  }
}

/**
 * A renderer for the grid.
 * @template Row
 * @param {Ticking} ticking @param {Look<Row>} look
 */
export const cellOf = (ticking, look) =>
  class {
    /** @param {{data: Row}} params */
    init({ data }) {
      this.gui = document.createElement("div");
      this.gui.className = "cell";
      this.gui.innerHTML = look.html;
      this.parts = /** @type {HTMLElement[]} */ ([...this.gui.querySelectorAll("[class]")].filter((part) => !(part instanceof SVGElement)));
      if (look.tick) ticking.cells.add(this);
      this.refresh({ data });
    }

    getGui() {
      return this.gui;
    }

    /** @param {{data: Row}} params */
    refresh({ data }) {
      this.row = data;
      look.fill(this.parts ?? [], data, ticking.now);
      this.tick(ticking.now);
      return true;
    }

    /** @param {number} now */
    tick(now) {
      if (this.row) look.tick?.(this.parts ?? [], this.row, now);
    }

    destroy() {
      ticking.cells.delete(this);
    }
  };
