/** The units on duty: those in emergency first, then those who could be sent, by beat. Pure. */

import { UNIT_TALLIES, calmly } from "../words.js";

/** In the order in which a dispatcher looks for one. */
export const UNIT_STATES = /** @type {Record<string, {rank: number, word: string}>} */ ({
  available: { rank: 0, word: "Available" },
  dispatched: { rank: 1, word: "Dispatched" },
  enroute: { rank: 2, word: "En route" },
  on_scene: { rank: 3, word: "On scene" },
  busy: { rank: 4, word: "Busy" },
  out_of_service: { rank: 5, word: "Out of service" },
});
/** A fix older than this says little of where a unit is now. */
const STALE_S = 90;

/** The fields that the queue shows: what else changes, such as a position, is none of its business. */
export const UNIT_FIELDS = ["callsign", "unit_type", "status", "status_since", "incident_id", "district", "beat", "emergency", "covert"];

/**
 * @typedef {{
 *   id: string, kind: "unit", unit: any, state: string, mark: string, letter: string, callsign: string, beat: string, since: number,
 *   on: string, says: string,
 * }} UnitRow
 */

const MARKS = new Map(UNIT_TALLIES.flatMap(({ mark, code, statuses }) => statuses.map((status) => [status, { mark, letter: code }])));
const inOrder = new Intl.Collator("en", { numeric: true });

/**
 * @param {Map<string, any>} units @param {Map<string, any>} incidents
 * @returns {UnitRow[]}
 */
export function unitRows(units, incidents) {
  /** @type {UnitRow[]} */
  const rows = [];
  for (const [id, unit] of units) {
    if (!UNIT_STATES[unit.status] && !unit.emergency) continue;
    const state = unit.status ?? "", incident = incidents.get(unit.incident_id);
    const { mark, letter } = unit.emergency ? { mark: "emergency", letter: "!" } : /** @type {{mark: string, letter: string}} */ (MARKS.get(state));
    const on = incident ? [calmly(String(incident.type ?? "Incident")), incident.address].filter(Boolean).join(", ") : "";
    const callsign = String(unit.callsign ?? id), beat = String(unit.beat ?? unit.district ?? ""), since = Date.parse(unit.status_since ?? "");
    rows.push({
      id, kind: "unit", unit, state, mark, letter, callsign, beat, since, on,
      says: [mark, state, callsign, beat, since, on, unit.covert === true].join("\n"),
    });
  }
  return rows.sort(
    (a, b) =>
      Number(b.mark === "emergency") - Number(a.mark === "emergency") || (UNIT_STATES[a.state]?.rank ?? 9) - (UNIT_STATES[b.state]?.rank ?? 9) ||
      inOrder.compare(a.beat, b.beat) || inOrder.compare(a.callsign, b.callsign) || (a.id < b.id ? -1 : 1),
  );
}

/** How old a unit's fix is in seconds where that must be said, or null. @param {any} unit @param {number} now Unix ms of the server */
export function staleFix(unit, now) {
  if (!unit?.fix_at) return null;
  const s = (now - Date.parse(unit.fix_at)) / 1000;
  return s > STALE_S ? s : null;
}
