/** Where a map must look, so that what is to be seen stands in the part of the screen that nothing covers. Pure. */

import { latitude, mercatorX, mercatorY } from "./map/mercator.js";

/** @typedef {{left: number, top: number, right: number, bottom: number}} Edges in pixels */
/** @typedef {[west: number, south: number, east: number, north: number]} Bounds */
/** @typedef {{center: [number, number], zoom: number}} Look */

/** The pixels that the world takes at zoom 0. */
const WORLD = 512;
/** Closer than this shows walls, and no way there. */
const CLOSEST = 15.5;
/** The whole city then stands as the map itself shows it at first. */
const MARGIN = 0.015;

/**
 * The look that shows `bounds` as large as can be in what `covered` leaves free of a screen, or null where there is nothing to show.
 * @param {Bounds} bounds @param {{width: number, height: number}} screen @param {Edges} covered @param {number} [closest]
 * @returns {Look | null}
 */
export function lookAt(bounds, screen, covered, closest = CLOSEST) {
  const [west, south, east, north] = bounds;
  const width = (screen.width - covered.left - covered.right) * (1 - 2 * MARGIN);
  const height = (screen.height - covered.top - covered.bottom) * (1 - 2 * MARGIN);
  const across = mercatorX(east) - mercatorX(west), down = mercatorY(south) - mercatorY(north);
  if (!(width > 0 && height > 0 && across >= 0 && down >= 0)) return null;
  const zoom = Math.min(closest, Math.log2(Math.min(width / across, height / down) / WORLD));
  const world = WORLD * 2 ** zoom;
  // The middle of the free part is not the middle of the screen.
  const x = (mercatorX(west) + mercatorX(east)) / 2 + (covered.right - covered.left) / 2 / world;
  const y = (mercatorY(south) + mercatorY(north)) / 2 + (covered.bottom - covered.top) / 2 / world;
  return { center: [x * 360 - 180, latitude(y)], zoom };
}

/** The bounds of a GeoJSON area. @param {any} geometry @returns {Bounds | null} */
export function boundsOf(geometry) {
  return around((geometry?.coordinates ?? []).flat(geometry?.type === "MultiPolygon" ? 2 : 1));
}

/** The bounds of some points. @param {[number, number][]} points (lon, lat) @returns {Bounds | null} */
export function around(points) {
  const bounds = /** @type {Bounds} */ ([Infinity, Infinity, -Infinity, -Infinity]);
  for (const [lon, lat] of points) {
    bounds[0] = Math.min(bounds[0], lon);
    bounds[1] = Math.min(bounds[1], lat);
    bounds[2] = Math.max(bounds[2], lon);
    bounds[3] = Math.max(bounds[3], lat);
  }
  return bounds.every(Number.isFinite) ? bounds : null;
}
