/** The card of the priority 1 that has the wall: what, where, since when, and who is how far from it. Made once and filled anew. */

import { distanceM, far, isPlaced } from "./bearings.js";
import { age } from "./format.js";
import { LOCK_SVG, prioritySvg, unitSvg } from "./glyphs.js";
import { byRoad, callsignOf } from "./nearest.js";
import { write } from "./queue.js";
import { beganAt, calmly, isPending, tallyOf } from "./words.js";

const MOST_UNITS = 3;
const NEAREST_MARK = "available";

/** @typedef {{mark: string, callsign: string, word: string, distance: string, time: string}} Row */

/**
 * Who goes there, and then who could: at most three.
 * @param {any} incident @param {Map<string, any>} units @param {{units: any[]} | null} nearby @returns {Row[]}
 */
export function unitsFor(incident, units, nearby) {
  const sent = new Set(Array.isArray(incident.units) ? incident.units : []);
  /** @type {(Row & {m: number})[]} */
  const going = [];
  for (const unit of sent.size ? units.values() : []) {
    if (!sent.has(unit.callsign)) continue;
    const tally = tallyOf(unit.status);
    const m = isPlaced(unit) && isPlaced(incident) ? distanceM(unit, incident) : Infinity;
    going.push({
      mark: unit.emergency ? "emergency" : tally?.mark ?? "out", callsign: String(unit.callsign), word: tally?.name ?? "",
      distance: m < Infinity ? far(m) : "", time: "", m,
    });
  }
  going.sort((a, b) => a.m - b.m);
  const free = (nearby?.units ?? []).map((unit) => ({
    mark: NEAREST_MARK, callsign: String(units.get(unit.id)?.callsign ?? callsignOf(unit.id)), word: NEAREST_MARK,
    distance: far(unit.distance_m), time: byRoad(unit), m: unit.distance_m,
  }));
  return [...going, ...free.filter(({ callsign }) => !sent.has(callsign))].slice(0, MOST_UNITS);
}

export class TakeoverCard {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    element.innerHTML =
      `<div class="takeover-mark"></div><div class="takeover-type"></div><div class="takeover-age"></div><div class="takeover-place"></div>` +
      `<ul class="takeover-units"></ul><div class="takeover-more"></div>`;
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (element.querySelector(`.takeover-${name}`));
    [this.mark, this.type, this.age, this.place, this.list, this.more] = ["mark", "type", "age", "place", "units", "more"].map(part);
    this.shown = { mark: "", place: "", units: "" };
  }

  hide() {
    this.element.hidden = true;
  }

  /** @param {any} incident @param {Row[]} units @param {number} waiting how many more wait for their turn @param {number} now Unix ms of the server */
  show(incident, units, waiting, now) {
    const pending = isPending(incident), mark = String(pending);
    if (this.shown.mark !== mark) this.mark.innerHTML = prioritySvg(1, pending);
    this.shown.mark = mark;
    const type = calmly(String(incident.type ?? incident.type_code ?? "Incident"));
    write(this.type, type);
    this.type.toggleAttribute("data-long", type.length > 24);
    const s = (now - beganAt(incident)) / 1000;
    write(this.age, Number.isFinite(s) ? age(s) : "–");
    const where = [incident.address, incident.district].filter(Boolean).map(String).join(" · ");
    const place = incident.address || isPlaced(incident) ? where : `${LOCK_SVG}Location withheld`;
    if (this.shown.place !== place) {
      if (place === where) this.place.textContent = where;
      else {
        this.place.innerHTML = place;
        if (where) this.place.append(` · ${where}`);
      }
    }
    this.shown.place = place;
    this.#list(units);
    write(this.more, waiting ? `${waiting} more new` : "");
    this.element.hidden = false;
  }

  /** @param {Row[]} units */
  #list(units) {
    const told = JSON.stringify(units);
    if (this.shown.units === told) return;
    this.shown.units = told;
    this.list.replaceChildren(
      ...units.map(({ mark, callsign, word, distance, time }) => {
        const row = document.createElement("li");
        row.innerHTML = `${unitSvg(mark)}<b></b><span></span><span></span><span></span>`;
        [callsign, word, distance, time].forEach((text, at) => (row.children[at + 1].textContent = text));
        return row;
      }),
    );
  }
}
