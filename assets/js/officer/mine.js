/** My unit, my incident, and what concerns either: from the picture. Pure but for where the choice is kept. */

import { bearingDeg, distanceM, isPlaced } from "../bearings.js";
import { beganAt, isAlarmOpen, isOpen, isPending, priorityOf } from "../words.js";

const CHOSEN = "rtcc-unit";
const NEAR_M = 2000;
const MOST_NEAR = 60;

/** @typedef {import("../glass.js").Glass} Glass */

export class Mine {
  /** @param {Glass} glass */
  constructor(glass) {
    this.glass = glass;
    this.asked = new URLSearchParams(location.search).get("unit") ?? localStorage.getItem(CHOSEN) ?? "";
  }

  /** The id of my unit, as chosen; its callsign will do in an address. */
  get id() {
    const { units } = this.glass;
    if (!this.asked || units.has(this.asked)) return this.asked;
    for (const [id, unit] of units) if (unit.callsign === this.asked) return id;
    return this.asked;
  }

  /** @returns {any} undefined where none is chosen, or the chosen one is not in the picture */
  get unit() {
    return this.glass.units.get(this.id);
  }

  /** @param {string} id */
  choose(id) {
    this.asked = id;
    localStorage.setItem(CHOSEN, id);
    const address = new URL(location.href);
    if (!address.searchParams.has("unit")) return;
    address.searchParams.set("unit", id);
    history.replaceState(history.state, "", address);
  }

  /** The id of the incident that my unit is on, or null. */
  get incidentId() {
    const { unit } = this, { incidents } = this.glass;
    if (!unit) return null;
    if (unit.incident_id) return incidents.has(unit.incident_id) ? String(unit.incident_id) : null;
    for (const [id, incident] of incidents) if (isOpen(incident) && incident.units?.includes(unit.callsign)) return id;
    return null;
  }
}

/** Who else goes there, the nearest first. @param {any} incident @param {string} callsign mine @param {Map<string, any>} units @returns {any[]} */
export function others(incident, callsign, units) {
  const sent = new Set((incident.units ?? []).filter((/** @type {string} */ one) => one !== callsign));
  const far = (/** @type {any} */ unit) => (isPlaced(unit) && isPlaced(incident) ? distanceM(unit, incident) : Infinity);
  const known = [...units.values()].filter((unit) => sent.delete(unit.callsign));
  // One that this viewer's picture does not hold is named all the same.
  return [...known.sort((a, b) => far(a) - far(b)), ...[...sent].map((one) => ({ callsign: one }))];
}

/** The open alarms about my unit or my incident. @param {Map<string, any>} alarms @param {string} unit @param {string | null} incident */
export const alarmsOf = (alarms, unit, incident) =>
  [...alarms.values()].filter(
    (alarm) => isAlarmOpen(alarm) && (alarm.about ?? []).some(
      (/** @type {any} */ { kind, id }) => (kind === "unit" && id === unit) || (kind === "incident" && id === incident),
    ),
  );

/** What waits in a beat, the most urgent first. @param {Map<string, any>} incidents @param {string | undefined} beat @returns {[string, any][]} */
export const pendingIn = (incidents, beat) =>
  [...incidents].filter(([, incident]) => beat && incident.beat === beat && isPending(incident))
    .sort(([, a], [, b]) => priorityOf(a) - priorityOf(b) || (beganAt(a) || 0) - (beganAt(b) || 0));

/**
 * @typedef {{kind: "incident" | "unit" | "detection", id: string, thing: any, m: number, bearing: number}} Near
 *
 * What is within two kilometres of a position, the nearest first.
 * @param {Pick<Glass, "incidents" | "units" | "detections">} picture @param {import("../bearings.js").Position} here
 * @param {string} me my unit's id @param {(kind: string) => boolean} wanted @returns {Near[]}
 */
export function around({ incidents, units, detections }, here, me, wanted) {
  /** @type {Near[]} */
  const near = [];
  const look = (/** @type {Near["kind"]} */ kind, /** @type {Map<string, any>} */ all, /** @type {(thing: any, id: string) => boolean} */ counts) => {
    if (!wanted(kind)) return;
    for (const [id, thing] of all) {
      // Nobody's way is longer for being looked at: most of the city is told apart by its latitude.
      if (!isPlaced(thing) || Math.abs(thing.lat - here.lat) > 0.02 || !counts(thing, id)) continue;
      const m = distanceM(here, thing);
      if (m <= NEAR_M) near.push({ kind, id, thing, m, bearing: bearingDeg(here, thing) });
    }
  };
  look("incident", incidents, isOpen);
  look("unit", units, (unit, id) => id !== me && unit.status !== "off_duty");
  look("detection", detections, (detection) => detection.review !== "dismissed");
  return near.sort((a, b) => a.m - b.m || (a.id < b.id ? -1 : 1)).slice(0, MOST_NEAR);
}
