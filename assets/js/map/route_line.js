/** The way by road from the nearest unit to the incident that waits, as a dotted line on the ground. */

import { designScale, token } from "../tokens.js";
import { KeptLayers } from "./kept_layers.js";

export class RouteLine {
  /** @param {any} map */
  constructor(map) {
    this.kept = new KeptLayers(map, "route", () => [{
      id: "route", type: "line",
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": token("unit-moving"), "line-width": 5 * designScale(), "line-dasharray": [0.1, 1.8] },
    }]);
  }

  /** @param {[number, number][] | null | undefined} line (lon, lat) points; without any the line goes */
  show(line) {
    this.kept.show(line?.length ? { type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: line } } : null);
  }
}
