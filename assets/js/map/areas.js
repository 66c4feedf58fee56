/** Districts and beats over the streets: their outlines, and their names where each of them has most room. */

import { isInside } from "../rings.js";
import { FONT, FONT_BOLD, shiftFor } from "./basemap_style.js";

/** @typedef {import("../rings.js").At} At */

const EMPTY = { type: "FeatureCollection", features: [] };
/** Beats are the patrol's own areas: they come when one district fills the screen. */
const BEATS_FROM = 12.5;
/** A point within an area is good enough when no other has so much more room, as a share of the area's size. */
const FINE = 0.02;

/**
 * Adds the sources; each name gets a point of its own, because the map itself would write it once a tile and once an island.
 * @param {any} map
 */
export function addAreas(map) {
  for (const areas of ["districts", "beats"]) {
    map.addSource(areas, { type: "geojson", data: EMPTY, tolerance: 0.4, buffer: 32, maxzoom: 14 });
    map.addSource(`${areas}-names`, { type: "geojson", data: EMPTY });
    fetch(`/basemap/${areas}.geojson`)
      .then((answer) => (answer.ok ? answer.json() : EMPTY))
      .then((drawn) => {
        map.getSource(areas)?.setData(outlines(drawn));
        map.getSource(`${areas}-names`)?.setData(namePoints(drawn));
      })
      .catch((error) => console.info("map:", error));
  }
}

/** @param {import("./basemap_style.js").Look} look @returns {any[]} */
export function outlineLayers({ size, colour }) {
  const at = shiftFor(size), between = ["==", ["get", "between"], true];
  const line = (/** @type {string} */ id, /** @type {string} */ source, /** @type {any} */ filter, /** @type {any} */ paint, minzoom = 0) => ({
    id, type: "line", source, filter, minzoom, layout: { "line-join": "round" }, paint,
  });
  const wide = ["interpolate", ["linear"], ["zoom"], at(11), 1.6 * size, at(15), 3 * size];
  return [
    line("beat-lines", "beats", between, { "line-color": colour("beat-line"), "line-width": 1.5 * size, "line-dasharray": [2, 2.5] }, at(BEATS_FROM)),
    line("city-line", "districts", ["!", between], { "line-color": colour("city-line"), "line-width": 1.2 * size }),
    line("district-lines", "districts", between, { "line-color": colour("district-line"), "line-width": wide, "line-dasharray": [5, 2.5] }),
  ];
}

/**
 * The outlines as lines, each once: drawn twice, from either side, dashes would fill each other's gaps. `between` tells the line between two
 * areas from the outer edge of all. A line between two beats that is one between two districts too is left to the districts.
 * @param {{features: any[]}} areas whose neighbours have the same corners
 */
export function outlines(areas) {
  const rings = areas.features.flatMap(({ geometry, properties }) => {
    const parts = geometry?.type === "Polygon" ? [geometry.coordinates] : geometry?.coordinates ?? [];
    return parts.flat().map((/** @type {At[]} */ ring) => ({ ring, district: properties?.district }));
  });
  const key = (/** @type {At} */ a, /** @type {At} */ b) => (a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]) ? `${a} ${b}` : `${b} ${a}`);
  /** @type {Map<string, any[]>} */
  const sides = new Map();
  for (const { ring, district } of rings) {
    for (let n = 1; n < ring.length; n += 1) {
      const at = key(ring[n - 1], ring[n]);
      sides.set(at, [...(sides.get(at) ?? []), district]);
    }
  }
  const features = [];
  const drawn = new Set();
  for (const { ring } of rings) {
    /** @type {any} */
    let line = null;
    for (let n = 1; n < ring.length; n += 1) {
      const at = key(ring[n - 1], ring[n]), of = /** @type {any[]} */ (sides.get(at));
      const left = drawn.has(at) || of.some((district) => district !== of[0]);
      drawn.add(at);
      if (left || line?.properties.between !== of.length > 1) line = null;
      if (left) continue;
      if (!line) {
        line = { type: "Feature", properties: { between: of.length > 1 }, geometry: { type: "LineString", coordinates: [ring[n - 1]] } };
        features.push(line);
      }
      line.geometry.coordinates.push(ring[n]);
    }
  }
  return { type: "FeatureCollection", features };
}

/** @param {import("./basemap_style.js").Look} look @returns {any[]} */
export function areaNameLayers({ size, colour }) {
  const at = shiftFor(size);
  const names = (/** @type {string} */ id, /** @type {string} */ source, /** @type {any} */ layout, /** @type {string} */ text, /** @type {any} */ zooms) => ({
    id, type: "symbol", source, ...zooms,
    layout: { "text-field": ["coalesce", ["get", "name"], ""], "text-padding": 4 * size, "text-max-width": 9, ...layout },
    paint: { "text-color": colour(text), "text-halo-color": colour("halo"), "text-halo-width": 2 * size },
  });
  return [
    names("beat-names", "beats-names", { "text-font": FONT_BOLD, "text-size": 17 * size, "text-letter-spacing": 0.06 }, "beat-name", { minzoom: at(BEATS_FROM), maxzoom: at(17) }),
    names("district-names", "districts-names", {
      "text-field": ["upcase", ["coalesce", ["get", "name"], ""]], "text-font": FONT_BOLD, "text-size": 18 * size, "text-letter-spacing": 0.16,
    }, "district-name", { maxzoom: at(15) }),
  ];
}

/** One point for the name of each area, in its largest part. @param {{features: any[]}} areas */
export function namePoints(areas) {
  const features = areas.features.flatMap(({ geometry, properties }) => {
    const parts = geometry?.type === "Polygon" ? [geometry.coordinates] : geometry?.coordinates ?? [];
    if (!parts.length) return [];
    const largest = parts.reduce((/** @type {At[][]} */ a, /** @type {At[][]} */ b) => (size(b[0]) > size(a[0]) ? b : a));
    return [{ type: "Feature", properties, geometry: { type: "Point", coordinates: roomiest(largest) } }];
  });
  return { type: "FeatureCollection", features };
}

/** The area of a closed ring. @param {At[]} ring */
function size(ring) {
  let area = 0;
  for (let n = 1; n < ring.length; n += 1) area += ring[n - 1][0] * ring[n][1] - ring[n][0] * ring[n - 1][1];
  return Math.abs(area / 2);
}

/**
 * The point of an area that lies farthest from its edges: squares that could hold a better point than the best so far are quartered,
 * the most promising first.
 * @param {At[][]} rings outer ring, then holes; in degrees @returns {At}
 */
export function roomiest(rings) {
  const xs = rings[0].map(([x]) => x), ys = rings[0].map(([, y]) => y);
  const [west, east, south, north] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const flat = rings.map((ring) => ring.map(([x, y]) => /** @type {At} */ ([x * squeeze, y])));
  const wide = (east - west) * squeeze, high = north - south, side = Math.min(wide, high) / 2;
  if (!(side > 0)) return rings[0][0];
  const cell = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ half) => {
    const room = (isInside([x, y], flat) ? 1 : -1) * Math.sqrt(Math.min(...flat.map((ring) => nearest([x, y], ring))));
    return { x, y, half, room, most: room + half * Math.SQRT2 };
  };
  const cells = [];
  for (let x = west * squeeze + side / 2; x < east * squeeze + side / 2; x += side) {
    for (let y = south + side / 2; y < north + side / 2; y += side) cells.push(cell(x, y, side / 2));
  }
  // Where the middle has as much room as any other point, as in a rectangle, the name stands in the middle.
  let best = cell(((west + east) / 2) * squeeze, (south + north) / 2, 0);
  while (cells.length) {
    cells.sort((a, b) => a.most - b.most);
    const next = /** @type {ReturnType<typeof cell>} */ (cells.pop());
    if (next.room > best.room + FINE * side) best = next;
    if (next.most - best.room <= FINE * side) break;
    const half = next.half / 2;
    for (const [dx, dy] of [[-1, -1], [-1, 1], [1, -1], [1, 1]]) cells.push(cell(next.x + dx * half, next.y + dy * half, half));
  }
  return [best.x / squeeze, best.y];
}

/** The square of the distance from a point to the nearest edge of a ring. @param {At} at @param {At[]} ring */
function nearest([x, y], ring) {
  let least = Infinity;
  for (let n = 1; n < ring.length; n += 1) {
    const [ax, ay] = ring[n - 1], dx = ring[n][0] - ax, dy = ring[n][1] - ay;
    const along = dx || dy ? Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy))) : 0;
    least = Math.min(least, (x - ax - along * dx) ** 2 + (y - ay - along * dy) ** 2);
  }
  return least;
}
