/** The order of the alarms on the wall: who must be answered first, what shares a line in a flood, and what is only counted. Pure. */

import { SEVERITIES, isAcknowledged, isAlarmOpen, severityOf } from "./words.js";

/** In a flood the alarms of these severities share a line each; critical and high ones are always told one by one. */
export const SHARED = SEVERITIES.slice(2);
/** The engine says at least every ten seconds that it has looked; one that has not for this long is not watching. */
const WATCHED_WITHIN_MS = 30_000;

/**
 * @typedef {{id: string, alarm: any, severity: string, rank: number, acknowledged: boolean, raised: number}} Entry rank 0 is critical
 * @typedef {{severity: string, count: number, oldest: number, acknowledged: boolean}} Group oldest in Unix ms, Infinity where unknown
 * @typedef {{entries: Entry[], groups: Group[], unacknowledged: number, shelved: number}} Listed
 */

/**
 * The open alarms, those that nobody has acknowledged first, then by severity, then the newest; shelved ones are counted.
 * @param {Map<string, any>} alarms @param {boolean} flood whether medium and low ones share a line each
 * @returns {Listed}
 */
export function alarmsOf(alarms, flood) {
  /** @type {Entry[]} */
  const entries = [];
  /** @type {Map<string, Group>} */
  const groups = new Map();
  let unacknowledged = 0, shelved = 0;
  for (const [id, alarm] of alarms) {
    if (alarm.state === "shelved") shelved += 1;
    if (!isAlarmOpen(alarm)) continue;
    const severity = severityOf(alarm), acknowledged = isAcknowledged(alarm), raised = Date.parse(alarm.raised_at ?? "");
    unacknowledged += Number(!acknowledged);
    if (flood && SHARED.includes(severity)) join(groups, severity, acknowledged, raised);
    else entries.push({ id, alarm, severity, rank: SEVERITIES.indexOf(severity), acknowledged, raised });
  }
  entries.sort(
    (a, b) =>
      Number(a.acknowledged) - Number(b.acknowledged) || a.rank - b.rank || (b.raised || 0) - (a.raised || 0) || (a.id < b.id ? -1 : 1),
  );
  const shared = SHARED.flatMap((severity) => groups.get(severity) ?? []);
  return { entries, groups: shared, unacknowledged, shelved };
}

/** @param {Map<string, Group>} groups @param {string} severity @param {boolean} acknowledged @param {number} raised */
function join(groups, severity, acknowledged, raised) {
  let group = groups.get(severity);
  if (!group) groups.set(severity, (group = { severity, count: 0, oldest: Infinity, acknowledged: true }));
  group.count += 1;
  if (raised < group.oldest) group.oldest = raised;
  group.acknowledged &&= acknowledged;
}

/**
 * Those that get a card, in their order, and how many of each severity do not. A medium or low alarm never takes the card of a critical
 * or high one, though that be acknowledged.
 * @param {Entry[]} entries in order @param {number} room cards that fit
 * @returns {{shown: Entry[], more: number, moreOf: Record<string, number>}}
 */
export function cardsOf(entries, room) {
  const urgent = entries.length > room ? entries.reduce((sum, { severity }) => sum + Number(!SHARED.includes(severity)), 0) : 0;
  let urgentRoom = Math.min(urgent, room), otherRoom = room - urgentRoom;
  /** @type {Entry[]} */
  const shown = [];
  /** @type {Record<string, number>} */
  const moreOf = {};
  for (const entry of entries) {
    const fits = entries.length <= room || (SHARED.includes(entry.severity) ? otherRoom-- > 0 : urgentRoom-- > 0);
    if (fits) shown.push(entry);
    else moreOf[entry.severity] = (moreOf[entry.severity] ?? 0) + 1;
  }
  return { shown, more: entries.length - shown.length, moreOf };
}

/**
 * Since when nobody watches for alarms, by the engine's heartbeat: null while it beats (or was never heard of), NaN when it never said.
 * @param {any} load the entity `center` of `alarm_load`, if there is one @param {number} now Unix ms of the server
 * @returns {number | null}
 */
export function unwatchedSince(load, now) {
  if (!load) return null;
  const looked = Date.parse(load.looked_at ?? "");
  return now - looked <= WATCHED_WITHIN_MS ? null : looked;
}
