/** Which beats are covered: who of the units on duty is free there, what is open there, and since when nobody is. Pure. */

import { ON_DUTY, isOpen, isPending } from "./words.js";

/**
 * @typedef {{name: string, district: string}} Beat
 * @typedef {{name: string, district: string, available: number, onDuty: number, open: number, pending: number, load: number, since: Since | null}} Cover
 *   `load` is the open incidents for each available unit, Infinity where there is none and something is open
 * @typedef {{at: number, exact: boolean}} Since Unix ms; not exact where it was so already when this page began to look
 */

/** The beats of the city. @param {any} geojson @returns {Beat[]} */
export const beatsOf = (geojson) =>
  (geojson?.features ?? [])
    .map((/** @type {any} */ { properties }) => ({ name: String(properties?.name ?? ""), district: String(properties?.district ?? "") }))
    .filter((/** @type {Beat} */ { name }) => name);

/** Remembers since when each beat has nobody: the picture knows only who is where now. */
export class Emptiness {
  constructor() {
    /** @type {Map<string, Since | null>} null while somebody is there */
    this.known = new Map();
  }

  /** @param {string} beat @param {boolean} empty @param {number} now Unix ms of the server @returns {Since | null} */
  look(beat, empty, now) {
    const before = this.known.get(beat);
    const since = !empty ? null : before ?? { at: now, exact: before === null };
    this.known.set(beat, since);
    return since;
  }
}

/**
 * Every beat; those without anybody first, the longest first, then those with the most to do for each unit.
 * @param {Beat[]} beats @param {Map<string, any>} units @param {Map<string, any>} incidents @param {Emptiness} emptiness @param {number} now Unix ms of the server
 * @returns {Cover[]}
 */
export function coverage(beats, units, incidents, emptiness, now) {
  const counts = new Map(beats.map((beat) => [beat.name, { ...beat, available: 0, onDuty: 0, open: 0, pending: 0 }]));
  for (const { beat, status } of units.values()) {
    const here = ON_DUTY.has(status) ? counts.get(beat) : undefined;
    if (!here) continue;
    here.onDuty += 1;
    here.available += Number(status === "available");
  }
  for (const incident of incidents.values()) {
    const here = isOpen(incident) ? counts.get(incident.beat) : undefined;
    if (!here) continue;
    here.open += 1;
    here.pending += Number(isPending(incident));
  }
  return [...counts.values()]
    .map((here) => ({ ...here, load: loadOf(here), since: emptiness.look(here.name, here.available === 0, now) }))
    .sort((a, b) => (a.since?.at ?? Infinity) - (b.since?.at ?? Infinity) || b.load - a.load || b.open - a.open || (a.name < b.name ? -1 : 1));
}

/** @param {{open: number, available: number}} here */
const loadOf = ({ open, available }) => (available ? open / available : open ? Infinity : 0);

/**
 * "since 14:03", or "≥ 12 min" where this page has not seen the beginning, and nothing within the first minute of that.
 * @param {Since} since @param {number} now Unix ms @param {(ms: number) => string} time
 */
export const sinceText = ({ at, exact }, now, time) => {
  const min = Math.floor((now - at) / 60_000);
  return exact ? `since ${time(at).slice(0, 5)}` : min > 0 ? `≥ ${min} min` : "";
};
