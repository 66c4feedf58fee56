/** The bottom strip: what waits and for how long, response, calls, and the units by status, which is also the key to the map. */

import { age } from "./format.js";
import { prioritySvg, unitSvg } from "./glyphs.js";
import { write } from "./queue.js";
import { UNIT_TALLIES } from "./words.js";

/** Figures side by side under one name and over one note, made once. */
class Cell {
  /** @param {HTMLElement} element @param {string} name may hold an SVG of ours @param {number} figures */
  constructor(element, name, figures = 1) {
    element.innerHTML =
      `<div class="cell-name"><span>${name}</span><span class="panel-age" hidden></span></div>` +
      `<div class="cell-figures">${`<div class="cell-figure"><b></b> <small></small></div>`.repeat(figures)}</div><div class="cell-note"></div>`;
    this.figures = [...element.querySelectorAll(".cell-figure")];
    this.note = /** @type {Element} */ (element.querySelector(".cell-note"));
    this.age = /** @type {HTMLElement} */ (element.querySelector(".panel-age"));
  }

  /** @param {[figure: string, unit: string][]} figures @param {string} note */
  show(figures, note) {
    this.figures.forEach((element, at) => {
      const [figure, unit] = figures[at] ?? ["", ""];
      write(element.children[0], figure);
      element.toggleAttribute("data-long", figure.length > 2);
      write(element.children[1], unit);
    });
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
      return new Cell(element, priority === 4 ? prioritySvg(4, true) + prioritySvg(5, true) : prioritySvg(priority, true));
    });
    this.response = new Cell(part("strip-response"), "Response, last hour", 2);
    this.calls = new Cell(part("strip-calls"), "911 calls", 2);
    const units = part("strip-units");
    units.innerHTML = `<div class="unit-tally">${UNIT_TALLIES.map(
      (tally) => `<div class="unit-count" data-mark="${tally.mark}" title="${tally.name}">${unitSvg(tally.mark)}<b>0</b><i>${"short" in tally ? tally.short : tally.name}</i></div>`,
    ).join("")}</div><div class="panel-age" hidden></div>`;
    this.units = Object.fromEntries(
      UNIT_TALLIES.map(({ mark }) => [mark, /** @type {HTMLElement} */ (units.querySelector(`[data-mark="${mark}"]`))]),
    );
    /** Where each part says how old its feed is. */
    this.ages = { calls: this.calls.age, units: /** @type {HTMLElement} */ (units.querySelector(".panel-age")) };
  }

  /** @param {import("./figures.js").Pending[]} pending @param {number} now Unix ms of the server */
  showPending(pending, now) {
    pending.forEach(({ count, oldest }, at) => {
      this.pending[at].show([[String(count), ""]], count && Number.isFinite(oldest) ? age((now - oldest) / 1000) : "none");
    });
  }

  /** @param {import("./figures.js").Response} told */
  showResponse({ median, p90, count, note }) {
    if (median === null || p90 === null) return this.response.show([["–", ""]], count ? note : "no arrivals yet");
    this.response.show([[age(median), "median"], [age(p90), "90th"]], note);
  }

  /** @param {import("./figures.js").Calls} told */
  showCalls({ any, waiting, p90, note }) {
    if (!any) return this.calls.show([["–", ""]], "no call feed");
    this.calls.show([[String(waiting), "waiting"], p90 === null ? ["", ""] : [`${Math.round(p90)} s`, "p90"]], note);
  }

  /** @param {Record<string, number>} counts */
  showUnits(counts) {
    for (const [mark, element] of Object.entries(this.units)) {
      const count = counts[mark] ?? 0;
      write(/** @type {Element} */ (element.querySelector("b")), String(count));
      element.toggleAttribute("data-none", count === 0);
    }
  }
}
