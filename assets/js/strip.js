/** The bottom strip: what waits and for how long, response, calls, and the units by status, which is also the key to the map. */

import { age } from "./format.js";
import { prioritySvg, unitSvg } from "./glyphs.js";
import { write } from "./queue.js";
import { UNIT_TALLIES } from "./words.js";

/** A cell of a name, a figure and a note, made once. */
class Cell {
  /** @param {HTMLElement} element @param {string} name may hold an SVG of ours */
  constructor(element, name) {
    this.element = element;
    element.innerHTML = `<div class="cell-name">${name}</div><div class="cell-figure"><span></span> <small></small></div><div class="cell-note"></div>`;
    this.figure = /** @type {Element} */ (element.querySelector("span"));
    this.unit = /** @type {Element} */ (element.querySelector("small"));
    this.note = /** @type {Element} */ (element.querySelector(".cell-note"));
  }

  /** @param {string} figure @param {string} unit @param {string} note */
  show(figure, unit, note) {
    write(this.figure, figure);
    write(this.unit, unit);
    write(this.note, note);
  }
}

export class Strip {
  /** @param {(id: string) => HTMLElement} part */
  constructor(part) {
    const pending = part("strip-pending");
    pending.replaceChildren();
    this.pending = [1, 2, 3, 4].map((priority) => {
      const element = document.createElement("div");
      element.className = "cell";
      pending.append(element);
      const marks = priority === 4 ? prioritySvg(4, true) + prioritySvg(5, true) : prioritySvg(priority, true);
      return new Cell(element, priority === 4 ? marks : `${marks} pending`);
    });
    this.over = new Cell(part("strip-over"), "Over target");
    this.response = new Cell(part("strip-response"), "Response, last hour");
    this.calls = new Cell(part("strip-calls"), "911 calls waiting");
    const units = part("strip-units");
    units.innerHTML = `<div class="unit-tally">${UNIT_TALLIES.map(
      ({ mark, name }) => `<div class="unit-count" data-mark="${mark}">${unitSvg(mark)}<b>0</b><i>${name}</i></div>`,
    ).join("")}</div>`;
    this.units = Object.fromEntries(
      UNIT_TALLIES.map(({ mark }) => [mark, /** @type {HTMLElement} */ (units.querySelector(`[data-mark="${mark}"]`))]),
    );
  }

  /** @param {ReturnType<import("./figures.js").incidentFigures>} figures @param {number} now Unix ms of the server */
  showIncidents(figures, now) {
    this.incidents = figures;
    this.over.show(String(figures.over), "", figures.over ? `${figures.overPending} without a unit` : "all within target");
    this.over.element.toggleAttribute("data-over", figures.over > 0);
    if (figures.median === null || figures.p90 === null) this.response.show("–", "", "no arrivals yet");
    else this.response.show(age(figures.median), "median", `90th ${age(figures.p90)} · ${figures.responses} arrived`);
    this.tick(now);
  }

  /** @param {ReturnType<import("./figures.js").callFigures>} figures @param {number} now Unix ms of the server */
  showCalls(figures, now) {
    if (!figures.any) return this.calls.show("–", "", "no call feed");
    const oldest = figures.waiting ? `oldest ${age((now - figures.oldest) / 1000)}` : "none waiting";
    this.calls.show(String(figures.waiting), "", figures.p90 === null ? oldest : `${oldest} · p90 ${Math.round(figures.p90)} s`);
  }

  /** @param {Record<string, number>} counts */
  showUnits(counts) {
    for (const [mark, element] of Object.entries(this.units)) {
      const count = counts[mark] ?? 0;
      write(/** @type {Element} */ (element.querySelector("b")), String(count));
      element.toggleAttribute("data-none", count === 0);
    }
  }

  /** Ages, without another look at the picture. @param {number} now Unix ms of the server */
  tick(now) {
    this.incidents?.pending.forEach(({ count, oldest }, at) => {
      this.pending[at].show(String(count), "", count && Number.isFinite(oldest) ? `oldest ${age((now - oldest) / 1000)}` : "none");
    });
  }
}
