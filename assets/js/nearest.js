/** Who could be there first: asks the server about the most urgent incident that waits, and again while it does. */

import { far } from "./bearings.js";
import { beganAt, isPending, priorityOf } from "./words.js";

const AGAIN_MS = 15_000;

/** Less urgent ones have time to be looked up. */
const LEAST_PRIORITY = 2;

/**
 * The id of the most urgent incident that is pending, of those the newest, whose position this screen may see; or null.
 * @param {Map<string, any>} incidents
 */
export function mostUrgentPending(incidents) {
  let urgent = null, priority = LEAST_PRIORITY, entered = -Infinity;
  for (const [id, incident] of incidents) {
    const rank = priorityOf(incident);
    if (!isPending(incident) || rank > priority || incident.lat == null || incident.lon == null) continue;
    const at = beganAt(incident) || 0;
    if (rank < priority || at > entered) [urgent, priority, entered] = [id, rank, at];
  }
  return urgent;
}

/**
 * "3C12 4 min by road" or "3C12 1.2 km in a straight line".
 * @param {{id: string, method: string, drive_s: number | null, distance_m: number}} unit @param {string} [callsign]
 */
export function describe(unit, callsign = callsignOf(unit.id)) {
  const road = byRoad(unit);
  return road ? `${callsign} ${road} by road` : `${callsign} ${far(unit.distance_m)} in a straight line`;
}

/** "4 min", where the way by road is known, else "". @param {{method: string, drive_s: number | null}} unit */
export const byRoad = ({ method, drive_s }) =>
  method !== "drive_time" || drive_s == null ? "" : drive_s < 60 ? "under 1 min" : `${Math.round(drive_s / 60)} min`;

/** A unit's id without its agency, for as long as nothing better is known. @param {string} id */
export const callsignOf = (id) => id.slice(id.indexOf(":") + 1);

/**
 * Who is near an incident: null when the server cannot say.
 * @param {string} id @param {typeof fetch} [ask] @returns {Promise<{method: string, units: any[]} | null>}
 */
export async function askNearby(id, ask = (...request) => fetch(...request)) {
  try {
    // A server that never answers must not silence this for good.
    const response = await ask(`/api/v1/incidents/${encodeURIComponent(id)}/nearby`, { signal: AbortSignal.timeout(AGAIN_MS) });
    if (!response.ok) return null;
    const { method, units } = await response.json();
    return { method, units };
  } catch {
    return null;
  }
}

/** Asks one request at a time; when the server cannot say, nothing is said. */
export class Nearest {
  #asked = /** @type {string | null} */ (null);
  #askedAt = -Infinity;
  #busy = false;

  /**
   * @param {(id: string, answer: {method: string, units: any[]} | null) => void} tell null when the incident needs none any more
   * @param {typeof fetch} [ask]
   */
  constructor(tell, ask = (...request) => fetch(...request)) {
    this.tell = tell;
    this.ask = ask;
  }

  /** Call it each second or with each change. @param {Map<string, any>} incidents @param {number} now Unix ms */
  async look(incidents, now) {
    const id = mostUrgentPending(incidents);
    if (id !== this.#asked) {
      if (this.#asked !== null) this.tell(this.#asked, null);
      [this.#asked, this.#askedAt] = [id, -Infinity];
    }
    if (id === null || this.#busy || now - this.#askedAt < AGAIN_MS) return;
    this.#askedAt = now;
    this.#busy = true;
    const answer = await askNearby(id, this.ask);
    this.#busy = false;
    // No answer is no news: a later look asks again.
    if (answer && this.#asked === id) this.tell(id, answer);
  }
}
