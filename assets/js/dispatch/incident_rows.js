/** The incidents that are somebody's business, those first to which nobody has been sent. Pure. */

import { age } from "../format.js";
import { beganAt, calmly, isOpen, isOver, isPending, priorityOf, targetOf, waits } from "../words.js";

/** What stands in the queue as the state of an incident, and the instant at which it began. */
export const INCIDENT_STATES = /** @type {Record<string, {rank: number, word: string, since: string}>} */ ({
  pending: { rank: 0, word: "Pending", since: "entered_at" },
  dispatched: { rank: 1, word: "Dispatched", since: "dispatched_at" },
  enroute: { rank: 2, word: "En route", since: "enroute_at" },
  on_scene: { rank: 3, word: "On scene", since: "on_scene_at" },
});

/**
 * @typedef {{
 *   id: string, kind: "incident", incident: any, priority: number, pending: boolean, state: string, since: number, began: number,
 *   target: number, waits: boolean, type: string, place: string, withheld: boolean, beat: string, units: string[], says: string,
 * }} IncidentRow since and began in Unix ms, target in seconds
 */

/**
 * @param {Map<string, any>} incidents
 * @returns {IncidentRow[]} pending first, then by priority, then the oldest
 */
export function incidentRows(incidents) {
  /** @type {IncidentRow[]} */
  const rows = [];
  for (const [id, incident] of incidents) if (isOpen(incident)) rows.push(rowOf(id, incident));
  return rows.sort(
    (a, b) =>
      Number(b.pending) - Number(a.pending) || a.priority - b.priority || INCIDENT_STATES[a.state].rank - INCIDENT_STATES[b.state].rank ||
      (a.began || 0) - (b.began || 0) || (a.id < b.id ? -1 : 1),
  );
}

/** @param {string} id @param {any} incident @returns {IncidentRow} */
export function rowOf(id, incident) {
  const pending = isPending(incident), state = pending ? "pending" : incident.status;
  const began = beganAt(incident), since = stateSince(incident);
  const priority = priorityOf(incident), target = targetOf(incident), waiting = waits(incident);
  const type = calmly(String(incident.type ?? incident.type_code ?? "Incident"));
  const withheld = !incident.address && incident.sensitive === true;
  const place = String(incident.address ?? (withheld ? "Location withheld" : "No address"));
  const beat = String(incident.beat ?? incident.district ?? ""), units = Array.isArray(incident.units) ? incident.units.map(String) : [];
  const says = [priority, state, since, began, type, place, beat, units, incident.sensitive === true].join("\n");
  return { id, kind: "incident", incident, priority, pending, state, since, began, target, waits: waiting, type, place, withheld, beat, units, says };
}

/** When its present state began, Unix ms or NaN. @param {any} incident */
export function stateSince(incident) {
  const began = Date.parse(incident[INCIDENT_STATES[incident.status ?? "pending"]?.since] ?? "");
  return Number.isFinite(began) ? began : incident.status === undefined || incident.status === "pending" ? beganAt(incident) : NaN;
}

/**
 * Its time against the target of its priority: what is left or by how much it is over, and the share that is used up.
 * @param {IncidentRow} row @param {number} now Unix ms of the server
 * @returns {{text: string, share: number, over: boolean}}
 */
export function against(row, now) {
  if (!row.waits) return { text: "", share: 0, over: false };
  const s = (now - row.began) / 1000;
  if (!Number.isFinite(s)) return { text: "–", share: 0, over: false };
  const over = isOver(row.incident, now);
  return { text: over ? `+${age(s - row.target)}` : `−${age(row.target - s)}`, share: Math.min(1, Math.max(0, s / row.target)), over };
}
