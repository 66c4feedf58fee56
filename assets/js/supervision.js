/** What a sergeant must see first: who is in need, what waits too long, who has been somewhere too long, and who has the most to do. Pure. */

import { AT_WORK, ON_DUTY, STALE_AFTER_S, beganAt, isOpen, isOver, priorityOf, targetOf } from "./words.js";

/** So long at a scene somebody should ask whether all is well, or whether it must take so long. */
export const LONG_SCENE_S = 2700;

/** @param {string | undefined} instant @param {number} now Unix ms @returns {number} seconds since; NaN where it is not known */
const sinceS = (instant, now) => (now - Date.parse(instant ?? "")) / 1000;

/** Units that have called for help. @param {Map<string, any>} units @returns {{id: string, unit: any}[]} */
export const emergencies = (units) => [...units].filter(([, unit]) => unit.emergency).map(([id, unit]) => ({ id, unit }));

/**
 * Incidents past their target, the worst first: not by minutes, but by how many times over.
 * @param {Map<string, any>} incidents @param {number} now Unix ms of the server
 */
export function overTarget(incidents, now) {
  const rows = [];
  for (const [id, incident] of incidents) {
    if (!isOver(incident, now)) continue;
    const target = targetOf(incident), waited = (now - beganAt(incident)) / 1000;
    rows.push({ id, incident, priority: priorityOf(incident), target, over: waited - target, times: waited / target });
  }
  return rows.sort((a, b) => b.times - a.times || (a.id < b.id ? -1 : 1));
}

/** Incidents at which somebody has been for long, the longest first. @param {Map<string, any>} incidents @param {number} now @param {number} [limit] seconds */
export function longScenes(incidents, now, limit = LONG_SCENE_S) {
  const rows = [];
  for (const [id, incident] of incidents) {
    const s = incident.status === "on_scene" ? sinceS(incident.on_scene_at, now) : NaN;
    if (s > limit) rows.push({ id, incident, priority: priorityOf(incident), s });
  }
  return rows.sort((a, b) => b.s - a.s || (a.id < b.id ? -1 : 1));
}

/**
 * Units on duty, those with the most to do first: by how many incidents of the picture name them, then by how long they have been at this one.
 * @param {Map<string, any>} units @param {Map<string, any>} incidents @param {number} now
 */
export function busiest(units, incidents, now) {
  /** @type {Map<string, number>} */
  const handled = new Map();
  for (const { units: sent } of incidents.values()) for (const id of sent ?? []) handled.set(id, (handled.get(id) ?? 0) + 1);
  const rows = [];
  for (const [id, unit] of units) {
    if (!AT_WORK.has(unit.status)) continue;
    const s = sinceS(unit.status_since, now), incident = incidents.get(unit.incident_id);
    rows.push({ id, unit, handled: Math.max(handled.get(id) ?? 0, handled.get(unit.callsign) ?? 0), s: Number.isFinite(s) ? s : 0, on: incident && isOpen(incident) ? unit.incident_id : null });
  }
  return rows.sort((a, b) => b.handled - a.handled || b.s - a.s || (a.id < b.id ? -1 : 1));
}

/** How many units on duty nobody knows the place of now. @param {Map<string, any>} units @param {number} now */
export function staleFixes(units, now) {
  let stale = 0, onDuty = 0;
  for (const unit of units.values()) {
    if (!ON_DUTY.has(unit.status)) continue;
    onDuty += 1;
    stale += Number(!(sinceS(unit.fix_at, now) <= STALE_AFTER_S));
  }
  return { stale, onDuty };
}
