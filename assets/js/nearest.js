/** Who could be there first: asks the server about the most urgent incident that waits, and again while it does. */

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
export function describe(unit, callsign = unit.id.slice(unit.id.indexOf(":") + 1)) {
  if (unit.method === "drive_time" && unit.drive_s != null) {
    return `${callsign} ${unit.drive_s < 60 ? "under 1 min" : `${Math.round(unit.drive_s / 60)} min`} by road`;
  }
  const far = unit.distance_m < 995 ? `${Math.round(unit.distance_m / 10) * 10} m` : `${(unit.distance_m / 1000).toFixed(1)} km`;
  return `${callsign} ${far} in a straight line`;
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
    try {
      // A server that never answers must not silence this for good.
      const response = await this.ask(`/api/v1/incidents/${encodeURIComponent(id)}/nearby`, { signal: AbortSignal.timeout(AGAIN_MS) });
      if (!response.ok) return;
      const { method, units } = await response.json();
      if (this.#asked === id) this.tell(id, { method, units });
    } catch {
      // No answer is no news: the next look asks again.
    } finally {
      this.#busy = false;
    }
  }
}
