/** The tour of a wall that nobody steers: the whole city, each district, the whole city again. Pure. */

/** @typedef {{name: string, bounds: import("./framing.js").Bounds | null}} Stop without bounds: the whole city */

/** @type {Stop} */
const WHOLE_CITY = { name: "", bounds: null };

export class Tour {
  /** @param {Stop[]} districts @param {number} eachMs how long it stays at each stop; 0 is no tour */
  constructor(districts, eachMs) {
    this.stops = eachMs > 0 ? [WHOLE_CITY, ...districts] : [WHOLE_CITY];
    this.eachMs = eachMs;
    this.at = 0;
    this.stayedMs = 0;
    this.toldAt = NaN;
  }

  get stop() {
    return this.stops[this.at];
  }

  /** Goes on with the time, and stands while it is paused: whoever was called away comes back to the same stop. @param {number} now ms @param {boolean} paused */
  tick(now, paused) {
    const passed = now - this.toldAt;
    this.toldAt = now;
    // A clock that was set, or a screen that slept, is no reason to hurry through the city.
    if (paused || this.stops.length < 2 || !(passed > 0)) return;
    this.stayedMs += Math.min(passed, this.eachMs);
    if (this.stayedMs < this.eachMs) return;
    this.stayedMs = 0;
    this.at = (this.at + 1) % this.stops.length;
  }
}

/** The districts that a city's GeoJSON shows, in its order. @param {any} collection @param {(geometry: any) => import("./framing.js").Bounds | null} boundsOf @returns {Stop[]} */
export function stopsOf(collection, boundsOf) {
  /** @type {Stop[]} */
  const stops = [];
  for (const { properties, geometry } of collection?.features ?? []) {
    const bounds = boundsOf(geometry);
    if (bounds && properties?.name) stops.push({ name: String(properties.name), bounds });
  }
  return stops;
}
