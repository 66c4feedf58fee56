/** The order of the queue: who must somebody go to next. Pure. */

import { beganAt, isNew, isOpen, isOver, isPending, priorityOf, waits } from "./words.js";

/**
 * @typedef {{id: string, incident: any, priority: number, pending: boolean, began: number, isNew: boolean, isOver: boolean, isThere?: boolean}} Entry
 */

/**
 * All incidents that wait, first those of the last minutes that are priority 1 (an old list must never push a new life at risk off
 * the screen), then by priority, those without a unit first, the oldest first.
 * @param {Map<string, any>} incidents @param {number} now Unix ms of the server
 * @returns {Entry[]}
 */
export function queueOf(incidents, now) {
  /** @type {Entry[]} */
  const entries = [];
  for (const [id, incident] of incidents) {
    if (!waits(incident)) continue;
    const began = beganAt(incident);
    entries.push({
      id, incident, began, priority: priorityOf(incident), pending: isPending(incident),
      isNew: isNew(incident, now), isOver: isOver(incident, now),
    });
  }
  return entries.sort(
    (a, b) =>
      Number(b.isNew) - Number(a.isNew) || a.priority - b.priority || Number(b.pending) - Number(a.pending) ||
      (a.began || 0) - (b.began || 0) || (a.id < b.id ? -1 : 1),
  );
}

/**
 * Those where somebody is already, which stand below the queue where there is room: by priority, then who came last.
 * @param {Map<string, any>} incidents @returns {Entry[]} each began when somebody came
 */
export function thereOf(incidents) {
  /** @type {Entry[]} */
  const entries = [];
  for (const [id, incident] of incidents) {
    if (waits(incident) || !isOpen(incident)) continue;
    const began = Date.parse(incident.on_scene_at ?? "") || beganAt(incident);
    entries.push({ id, incident, began, priority: priorityOf(incident), pending: false, isNew: false, isOver: false, isThere: true });
  }
  return entries.sort((a, b) => a.priority - b.priority || (b.began || 0) - (a.began || 0) || (a.id < b.id ? -1 : 1));
}
