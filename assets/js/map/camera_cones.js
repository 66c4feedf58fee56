/** Where each camera looks, as a sector on the ground. Its length says nothing of how far the camera sees, and is the same for all. */

import { placeAt } from "../rings.js";
import { designScale, token } from "../tokens.js";
import { shiftFor } from "./basemap_style.js";
import { KeptLayers } from "./kept_layers.js";

/** Below this zoom (on a screen of 1080 lines) a sector would be smaller than its camera's mark. */
const FROM = 14.5;
const LENGTH_M = 90;
/** One corner of the arc in so many degrees. */
const STEP_DEG = 6;

/**
 * The sector that a camera looks at, or null where it does not say; a camera that is down looks at nothing.
 * @param {any} camera @returns {[number, number][] | null} a closed ring of (lon, lat)
 */
export function sectorOf({ lat, lon, heading_deg, fov_deg, state }) {
  if (![lat, lon, heading_deg, fov_deg].every((value) => typeof value === "number") || isDown({ state }) || fov_deg <= 0) return null;
  const corners = Math.max(1, Math.ceil(fov_deg / STEP_DEG));
  /** @type {[number, number][]} */
  const ring = fov_deg < 360 ? [[lon, lat]] : [];
  for (let n = 0; n <= corners; n += 1) {
    ring.push(placeAt({ lat, lon }, heading_deg - fov_deg / 2 + (fov_deg * n) / corners, LENGTH_M));
  }
  return [...ring, ring[0]];
}

const UP = new Set(["online", "up", "live", "active", "recording", "ok"]);

/** Whether a camera says that it shows nothing; one that says nothing of itself is believed. @param {any} camera */
export const isDown = ({ state }) => state !== undefined && !UP.has(String(state).toLowerCase());

export class CameraCones {
  /** @param {any} map */
  constructor(map) {
    const minzoom = shiftFor(designScale())(FROM), colour = token("text");
    this.told = "";
    this.kept = new KeptLayers(map, "camera-cones", () => [
      { id: "camera-cones", type: "fill", minzoom, paint: { "fill-color": colour, "fill-opacity": 0.13, "fill-antialias": false } },
      { id: "camera-cone-lines", type: "line", minzoom, paint: { "line-color": colour, "line-opacity": 0.45, "line-width": designScale() } },
    ]);
  }

  /** @param {Iterable<any>} cameras */
  show(cameras) {
    const sectors = [...cameras].map(sectorOf).filter((ring) => ring !== null);
    // The ground is drawn anew only when a camera looks elsewhere, not whenever one says that it is still there.
    const told = JSON.stringify(sectors);
    if (told === this.told) return;
    this.told = told;
    this.kept.show(sectors.length ? { type: "Feature", properties: {}, geometry: { type: "MultiPolygon", coordinates: sectors.map((ring) => [ring]) } } : null);
  }
}
