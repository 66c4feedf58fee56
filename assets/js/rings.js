/** Areas on the ground as rings of (lon, lat): what lies in them, and where their corners are when they are round. Pure. */

const DEGREE_M = 111_320;
const RAD = Math.PI / 180;

/** @typedef {[lon: number, lat: number]} At */

/** Whether a place lies in an area: in its outer ring, and in none of its holes. @param {At} at @param {At[][]} rings each closed */
export function isInside([x, y], rings) {
  let within = false;
  for (const ring of rings) {
    for (let n = 1; n < ring.length; n += 1) {
      const [ax, ay] = ring[n - 1], [bx, by] = ring[n];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) within = !within;
    }
  }
  return within;
}

/** The place so many metres away in a direction; good for what is seen on one map. @param {{lat: number, lon: number}} from @param {number} degrees clockwise from north @param {number} metres @returns {At} */
export function placeAt({ lat, lon }, degrees, metres) {
  const angle = degrees * RAD;
  return [lon + (Math.sin(angle) * metres) / (DEGREE_M * Math.max(0.01, Math.cos(lat * RAD))), lat + (Math.cos(angle) * metres) / DEGREE_M];
}
