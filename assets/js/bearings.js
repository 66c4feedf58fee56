/** How far and in which direction one position lies from another, in words that are read in a car. Pure. */

const EARTH_M = 6_371_009;
const RAD = Math.PI / 180;
const WINDS = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"];

/** @typedef {{lat: number, lon: number}} Position */

/** Whether something says where it is. @param {any} thing */
export const isPlaced = (thing) => Number.isFinite(thing?.lat) && Number.isFinite(thing?.lon);

/** Metres in a straight line. @param {Position} from @param {Position} to */
export function distanceM(from, to) {
  const north = (to.lat - from.lat) * RAD, east = (to.lon - from.lon) * RAD;
  const half = Math.sin(north / 2) ** 2 + Math.cos(from.lat * RAD) * Math.cos(to.lat * RAD) * Math.sin(east / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(half)));
}

/** Degrees clockwise from north. @param {Position} from @param {Position} to */
export function bearingDeg(from, to) {
  const east = (to.lon - from.lon) * RAD;
  const y = Math.sin(east) * Math.cos(to.lat * RAD);
  const x = Math.cos(from.lat * RAD) * Math.sin(to.lat * RAD) - Math.sin(from.lat * RAD) * Math.cos(to.lat * RAD) * Math.cos(east);
  return (Math.atan2(y, x) / RAD + 360) % 360;
}

/** "NE". @param {number} degrees clockwise from north */
export const wind = (degrees) => WINDS[Math.round((((degrees % 360) + 360) % 360) / 45) % 8];

/** "90 m", "1.2 km", "14 km". @param {number} m */
export function far(m) {
  if (m < 995) return `${Math.round(m / 10) * 10} m`;
  return m < 9950 ? `${(m / 1000).toFixed(1)} km` : `${Math.round(m / 1000)} km`;
}
