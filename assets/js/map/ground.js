/** The ground under the picture: the basemap of the city pack and its districts and beats, laid into the map that Plotly made. */

import { addAreas, areaNameLayers, outlineLayers } from "./areas.js";
import { groundLayers, nameLayers, SOURCE } from "./basemap_style.js";
import { isPlotlys } from "./map_host.js";
import { latitude, mercatorX, mercatorY } from "./mercator.js";
import { addGlyphs } from "./place_glyphs.js";
import { designScale, token } from "../tokens.js";

/**
 * @typedef {{name: string, timezone: string, center: [number, number], zoom: number, bounds: number[], attribution?: string,
 *   targets?: Record<string, {response_s: number}>}} City
 */

/** The share of the map's height or width that the city's bounds take. */
const FILLED = 0.97;

/** The source without which Plotly's style would not hold. */
const ANCHOR = "anchor";

/** Asked for with the city, so that it is here when the map is. @type {Promise<any> | undefined} */
let tilesComing;

/**
 * The city that the server serves, or a plain one when there is none yet.
 * @returns {Promise<City | null>}
 */
export async function readCity() {
  tilesComing = readTiles();
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
 * Keeps the layers of the ground in the map: Plotly sets its own style once more when Dash first patches the figure. On a screen of another
 * size the names and lines have other sizes: then they are laid anew, and with them what others have laid above.
 * @param {any} map
 */
export async function keepGround(map) {
  const tiles = await (tilesComing ??= readTiles());
  let laidFor = 0;
  const lay = () => {
    if (!map.getLayer("ground") || map.getSource("districts")) return;
    laidFor = designScale();
    layGround(map, tiles);
  };
  const again = () => {
    if (!map.getSource("districts") || designScale() === laidFor) return;
    const { layers, sources } = map.getStyle();
    const theirs = layers.filter((/** @type {any} */ { id }) => id === "ground" || isPlotlys(id));
    for (const layer of layers) if (!theirs.includes(layer)) map.removeLayer(layer.id);
    const needed = new Set([ANCHOR, ...theirs.map((/** @type {any} */ { source }) => source)]);
    for (const source of Object.keys(sources)) if (!needed.has(source)) map.removeSource(source);
    lay();
  };
  map.on("styledata", lay);
  map.on("resize", again);
  lay();
}

/** What the server tells of its tiles (TileJSON), or null where the pack has none. @returns {Promise<any>} */
async function readTiles() {
  try {
    const answer = await fetch("/basemap/tiles.json");
    const told = answer.ok ? await answer.json() : null;
    return told?.tiles?.length ? told : null;
  } catch {
    return null;
  }
}

/** @param {any} map @param {any} tiles */
function layGround(map, tiles) {
  const look = { size: designScale(), colour: token };
  addAreas(map);
  map.setPaintProperty("ground", "background-color", token("water"));
  if (tiles) {
    addGlyphs(map, look);
    map.addSource(SOURCE, {
      type: "vector", minzoom: tiles.minzoom, maxzoom: tiles.maxzoom, bounds: tiles.bounds,
      // The workers of the map know no page that an address could be relative to.
      tiles: tiles.tiles.map((/** @type {string} */ tile) => location.origin + tile),
    });
  }
  const layers = tiles
    ? [...groundLayers(look), ...outlineLayers(look), ...nameLayers(look), ...areaNameLayers(look)]
    : [...outlineLayers(look), ...areaNameLayers(look)];
  for (const layer of layers) map.addLayer(layer);
}
