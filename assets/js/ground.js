/**
 * The ground under the picture: land, parks, streets and districts of the city pack, drawn dark and quiet so that what lives
 * stands out. Few layers, because a map that is drawn by software pays for each.
 */

import { latitude, mercatorX, mercatorY } from "./mercator.js";
import { designScale, token } from "./tokens.js";

/** @typedef {{name: string, timezone: string, center: [number, number], zoom: number, bounds: number[], attribution?: string}} City */

/** The share of the map's height or width that the city's bounds take. */
const FILLED = 0.97;

/** With no glyph server named, MapLibre draws text with the fonts of this machine. */
const FONT = ["Liberation Sans", "Arial"];
const LAYERS = ["land", "parks", "streets", "districts"];

/**
 * The city that the server serves, or a plain one when there is none yet.
 * @returns {Promise<City | null>}
 */
export async function readCity() {
  try {
    const answer = await fetch("/basemap/city.json");
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/**
 * The camera that shows the whole city, as large as this screen can; a city without bounds has its own centre and zoom.
 * @param {any} map @param {City} city
 * @returns {{center: [number, number], zoom: number}}
 */
export function cameraFor(map, city) {
  const { clientWidth: width, clientHeight: height } = map.getContainer();
  const [west, south, east, north] = city.bounds;
  const across = mercatorX(east) - mercatorX(west), down = mercatorY(south) - mercatorY(north);
  if (!(across > 0 && down > 0 && width && height)) return { center: city.center, zoom: city.zoom };
  const zoom = Math.log2((Math.min(width / across, height / down) * FILLED) / 512);
  return { center: [(west + east) / 2, latitude((mercatorY(south) + mercatorY(north)) / 2)], zoom };
}

/**
 * Keeps the layers of the ground in the map: Plotly sets its own style once more when Dash first patches the figure.
 * @param {any} map
 */
export function keepGround(map) {
  const lay = () => map.getLayer("ground") && !map.getSource("land") && layGround(map);
  map.on("styledata", lay);
  lay();
}

/** @param {any} map */
function layGround(map) {
  const size = designScale();
  for (const layer of LAYERS) {
    map.addSource(layer, { type: "geojson", data: `/basemap/${layer}.geojson`, tolerance: 0.5, buffer: 32, maxzoom: 15 });
  }
  map.addSource("district-points", { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  fetch("/basemap/districts.geojson")
    .then((answer) => answer.json())
    .then((districts) => map.getSource("district-points")?.setData(labelPoints(districts)))
    .catch((error) => console.info("map:", error));
  map.setPaintProperty("ground", "background-color", token("water"));
  const width = (/** @type {number} */ near, /** @type {number} */ far) => [
    "interpolate", ["exponential", 1.6], ["zoom"], 11, near * size, 16, far * size,
  ];
  const street = (/** @type {string} */ name) => ["==", ["get", "class"], name];
  const line = (/** @type {string} */ id, /** @type {any} */ filter, /** @type {string} */ colour, /** @type {any} */ wide, minzoom = 0) =>
    map.addLayer({
      id, type: "line", source: "streets", filter, minzoom,
      paint: { "line-color": token(colour), "line-width": wide },
    });
  map.addLayer({ id: "land", type: "fill", source: "land", paint: { "fill-color": token("land"), "fill-antialias": false } });
  map.addLayer({ id: "parks", type: "fill", source: "parks", paint: { "fill-color": token("park"), "fill-antialias": false } });
  line("streets-minor", street("minor"), "street-minor", width(0.7, 7));
  line("streets-major", street("major"), "street-major", width(1.4, 10));
  line("streets-motorway", street("motorway"), "street-motorway", width(2, 12));
  map.addLayer({
    id: "district-lines", type: "line", source: "districts",
    paint: { "line-color": token("district-line"), "line-width": 1.5 * size, "line-dasharray": [4, 3] },
  });
  map.addLayer({
    id: "street-names", type: "symbol", source: "streets", minzoom: 11.3,
    filter: ["step", ["zoom"], ["in", ["get", "class"], ["literal", ["major", "motorway"]]], 14, ["has", "name"]],
    layout: {
      "symbol-placement": "line", "symbol-spacing": 420 * size, "text-field": ["get", "name"], "text-font": FONT,
      "text-size": 15 * size, "text-padding": 12 * size, "text-max-angle": 30,
    },
    paint: { "text-color": token("street-name"), "text-halo-color": token("halo"), "text-halo-width": 1.5 * size },
  });
  map.addLayer({
    id: "district-names", type: "symbol", source: "district-points",
    layout: {
      "text-field": ["upcase", ["coalesce", ["get", "name"], ""]], "text-font": FONT, "text-size": 17 * size,
      "text-letter-spacing": 0.16, "text-padding": 4,
    },
    paint: { "text-color": token("district-name"), "text-halo-color": token("halo"), "text-halo-width": 2 * size },
  });
}

/**
 * One point for the name of each district, in its largest part: the map itself would write it once a tile and once an island.
 * @param {{features: any[]}} districts
 */
function labelPoints(districts) {
  const features = districts.features.flatMap(({ geometry, properties }) => {
    const parts = geometry?.type === "Polygon" ? [geometry.coordinates] : geometry?.coordinates ?? [];
    const rings = parts.map((/** @type {any} */ part) => centroid(part[0]));
    if (!rings.length) return [];
    const largest = rings.reduce((/** @type {any} */ a, /** @type {any} */ b) => (b.area > a.area ? b : a));
    return [{ type: "Feature", properties, geometry: { type: "Point", coordinates: largest.at } }];
  });
  return { type: "FeatureCollection", features };
}

/** @param {[number, number][]} ring closed @returns {{area: number, at: [number, number]}} */
function centroid(ring) {
  const [x0, y0] = ring[0];
  let area = 0, cx = 0, cy = 0;
  for (let n = 1; n < ring.length; n += 1) {
    const [ax, ay, bx, by] = [ring[n - 1][0] - x0, ring[n - 1][1] - y0, ring[n][0] - x0, ring[n][1] - y0];
    const cross = ax * by - bx * ay;
    area += cross / 2;
    cx += (ax + bx) * cross;
    cy += (ay + by) * cross;
  }
  return { area: Math.abs(area), at: area ? [x0 + cx / (6 * area), y0 + cy / (6 * area)] : [x0, y0] };
}
