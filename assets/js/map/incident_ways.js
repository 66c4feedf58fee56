/** The ways by which units came to an incident, thin lines with callsign and times; and where it was, once its own mark has left the map. */

import { distanceM } from "../bearings.js";
import { designScale, token } from "../tokens.js";
import { FONT, FONT_BOLD } from "./basemap_style.js";
import { KeptLayers } from "./kept_layers.js";

/** Ends that lie closer together than this are one place on the map. */
const APART_M = 80;

/** @typedef {{callsign?: string, id: string, on_scene_at?: string | null, way: {lat: number, lon: number, at: string}[]}} Came a unit, as the story tells it */

/**
 * Lines, and the points at which each begins and ends with the time; a unit that stood still all the while has only its point.
 * @param {Came[]} units @param {(instant: string) => string} clock
 */
export function featuresOf(units, clock) {
  const features = [];
  for (const unit of units) {
    const { id, callsign = id } = unit, way = wayThere(unit);
    if (!way.length) continue;
    const at = way.map(({ lon, lat }) => [lon, lat]), last = way.length - 1;
    if (last > 0) features.push(feature("LineString", at, { unit: id }));
    // Where a way ends beside its beginning, the two times would lie over each other: the arrival is told.
    const apart = last === 0 || distanceM(way[0], way[last]) > APART_M;
    features.push(feature("Point", at[0], { unit: id, text: apart ? `${callsign} ${clock(way[0].at)}` : "", end: "from" }));
    if (last > 0) features.push(feature("Point", at[last], { unit: id, text: `${callsign} ${clock(way[last].at)}`, end: "to" }));
  }
  return { type: "FeatureCollection", features };
}

/** How it came: what it drove about after it had arrived is another matter. @param {Came} unit */
function wayThere({ way = [], on_scene_at }) {
  const there = Date.parse(on_scene_at ?? "");
  const upto = way.findIndex(({ at }) => Date.parse(at) >= there);
  return upto < 0 ? way : way.slice(0, upto + 1);
}

/** The corners of what is worth seeing: the incident and the ways to it. @param {any} incident @param {Came[]} units @returns {[number, number][]} (lon, lat) */
export function pointsOf(incident, units) {
  const points = units.flatMap((unit) => wayThere(unit).map(({ lon, lat }) => /** @type {[number, number]} */ ([lon, lat])));
  return typeof incident.lat === "number" && typeof incident.lon === "number" ? [[incident.lon, incident.lat], ...points] : points;
}

/** @param {string} type @param {any} coordinates @param {Record<string, string>} properties */
const feature = (type, coordinates, properties) => ({ type: "Feature", properties, geometry: { type, coordinates } });

export class IncidentWays {
  /** @param {any} map MapLibre's */
  constructor(map) {
    const size = designScale(), line = token("unit-moving"), halo = token("halo");
    const ends = (/** @type {string} */ end, /** @type {any} */ font) => ({
      id: `way-${end}`, type: "symbol", filter: ["==", ["get", "end"], end],
      layout: {
        "text-field": ["get", "text"], "text-font": font, "text-size": 13 * size, "text-anchor": end === "from" ? "top" : "bottom",
        "text-offset": [0, end === "from" ? 0.6 : -0.8], "text-optional": true,
      },
      paint: { "text-color": token("text"), "text-halo-color": halo, "text-halo-width": 2 * size },
    });
    this.ways = new KeptLayers(map, "ways", () => [
      { id: "way-casings", type: "line", filter: ["==", ["geometry-type"], "LineString"], layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": halo, "line-width": 5 * size } },
      { id: "way-lines", type: "line", filter: ["==", ["geometry-type"], "LineString"], layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": line, "line-width": 2 * size } },
      { id: "way-ends", type: "circle", filter: ["has", "end"], paint: { "circle-color": ["match", ["get", "end"], "from", halo, line], "circle-radius": 4 * size, "circle-stroke-color": line, "circle-stroke-width": 2 * size } },
      ends("from", FONT),
      ends("to", FONT_BOLD),
    ], () => undefined);
    this.scene = new KeptLayers(map, "scene", () => [
      { id: "scene", type: "circle", paint: { "circle-color": "transparent", "circle-radius": 14 * size, "circle-stroke-color": token("text"), "circle-stroke-width": 2.5 * size } },
      { id: "scene-dot", type: "circle", paint: { "circle-color": token("text"), "circle-radius": 3 * size } },
    ], () => undefined);
  }

  /** @param {Came[]} units @param {(instant: string) => string} clock */
  show(units, clock) {
    this.ways.show(featuresOf(units, clock));
  }

  /** @param {any} incident whose mark is not on the map; null where it is */
  showScene(incident) {
    const at = incident && typeof incident.lat === "number" && typeof incident.lon === "number" ? [incident.lon, incident.lat] : null;
    this.scene.show(at && feature("Point", at, {}));
  }
}
