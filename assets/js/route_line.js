/** The way by road from the nearest unit to the incident that waits, as a dotted line on the ground. */

import { designScale, token } from "./tokens.js";

const NOTHING = { type: "FeatureCollection", features: [] };

export class RouteLine {
  /** @param {any} map */
  constructor(map) {
    this.map = map;
    this.data = /** @type {any} */ (NOTHING);
    // Plotly sets its own style once more, and takes our layers with it.
    map.on("styledata", () => this.#lay());
    this.#lay();
  }

  /** @param {[number, number][] | null | undefined} line (lon, lat) points; without any the line goes */
  show(line) {
    if (!line?.length && this.data === NOTHING) return;
    this.data = line?.length ? { type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: line } } : NOTHING;
    this.map.getSource("route")?.setData(this.data);
  }

  #lay() {
    const { map } = this;
    if (!map.getLayer("ground") || map.getSource("route")) return;
    const size = designScale();
    map.addSource("route", { type: "geojson", data: this.data });
    const names = map.getStyle().layers.find((/** @type {any} */ layer) => layer.type === "symbol")?.id;
    map.addLayer({
      id: "route", type: "line", source: "route",
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": token("unit-moving"), "line-width": 5 * size, "line-dasharray": [0.1, 1.8] },
    }, names);
  }
}
