/** The units on duty: those in emergency first, then those who could be sent, by beat. */

import { countingOrder } from "../format.js";
import { STALE_AFTER_S, UNIT_TALLIES, calmly } from "../words.js";

/** In the order in which a dispatcher looks for one. */
export const UNIT_STATES = /** @type {Record<string, {rank: number, word: string}>} */ ({
  available: { rank: 0, word: "Available" },
  dispatched: { rank: 1, word: "Dispatched" },
  enroute: { rank: 2, word: "En route" },
  on_scene: { rank: 3, word: "On scene" },
  busy: { rank: 4, word: "Busy" },
  out_of_service: { rank: 5, word: "Out of service" },
});

/** The fields that the queue shows: what else changes, such as a position, is none of its business. */
export const UNIT_FIELDS = ["callsign", "unit_type", "status", "status_since", "incident_id", "district", "beat", "emergency", "covert"];

/**
 * @typedef {{
 *   id: string, kind: "unit", unit: any, state: string, mark: string, letter: string, callsign: string, beat: string, since: number,
 *   on: string, order: string, says: string,
 * }} UnitRow
 */

const MARKS = new Map(UNIT_TALLIES.flatMap(({ mark, code, statuses }) => statuses.map((status) => [status, { mark, letter: code }])));

/** Those in emergency, those who could be sent, and the rest; then by beat and callsign, as people count. @param {string} mark @param {string} state @param {string[]} names */
const orderOf = (mark, state, ...names) => `${mark === "emergency" ? 0 : 1}${UNIT_STATES[state]?.rank ?? 9}${names.map(countingOrder).join("\n")}`;

/** @param {string} id @param {any} unit @param {Map<string, any>} incidents @returns {UnitRow | null} null off duty */
function rowOf(id, unit, incidents) {
  if (!UNIT_STATES[unit.status] && !unit.emergency) return null;
  const state = unit.status ?? "", incident = incidents.get(unit.incident_id);
  const { mark, letter } = unit.emergency ? { mark: "emergency", letter: "!" } : /** @type {{mark: string, letter: string}} */ (MARKS.get(state));
  const on = incident ? [calmly(String(incident.type ?? "Incident")), incident.address].filter(Boolean).join(", ") : "";
  const callsign = String(unit.callsign ?? id), beat = String(unit.beat ?? unit.district ?? ""), since = Date.parse(unit.status_since ?? "");
  return {
    id, kind: "unit", unit, state, mark, letter, callsign, beat, since, on, order: orderOf(mark, state, beat, callsign, id),
    says: [mark, state, callsign, beat, since, on, unit.covert === true].join("\n"),
  };
}

/** The rows of all units in their order, kept: only those are made anew of which something was told. */
export class UnitRows {
  /** @param {Map<string, any>} units @param {Map<string, any>} incidents */
  constructor(units, incidents) {
    this.units = units;
    this.incidents = incidents;
    /** @type {Map<string, UnitRow>} */
    this.made = new Map();
    /** @type {UnitRow[]} */
    this.sorted = [];
    this.told = new Set(units.keys());
  }

  /** The whole picture was replaced. */
  reload() {
    for (const id of [...this.made.keys(), ...this.units.keys()]) this.told.add(id);
  }

  /** A unit changed in what its row shows, came or left. @param {string} id */
  hear(id) {
    this.told.add(id);
  }

  /** An incident changed in what the rows of its units show. @param {string} incident */
  hearIncident(incident) {
    for (const [id, { incident_id }] of this.units) if (incident_id === incident) this.told.add(id);
  }

  rows() {
    if (!this.told.size) return this.sorted;
    const fresh = [];
    for (const id of this.told) {
      const unit = this.units.get(id), row = unit ? rowOf(id, unit, this.incidents) : null;
      this.made.delete(id);
      if (!row) continue;
      this.made.set(id, row);
      fresh.push(row);
    }
    this.told.clear();
    const kept = this.sorted.filter((row) => this.made.get(row.id) === row);
    // Two runs that are in order already: the sort has little more to do than to lay them into each other.
    this.sorted = [...kept, ...fresh.sort(byOrder)].sort(byOrder);
    return this.sorted;
  }
}

/** @param {UnitRow} a @param {UnitRow} b */
const byOrder = (a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0);

/** How old a unit's fix is in seconds where that must be said, or null. @param {any} unit @param {number} now Unix ms of the server */
export function staleFix(unit, now) {
  if (!unit?.fix_at) return null;
  const s = (now - Date.parse(unit.fix_at)) / 1000;
  return s > STALE_AFTER_S ? s : null;
}
