/** Layers of our own in the map's ground that stay there: Plotly sets its own style once more when Dash first patches the figure. */

import { isPlotlys } from "./map_host.js";

/** The ground adds its layers one by one, and tells of changes between them. */
const LAST_OF_GROUND = "district-names";
const NOTHING = { type: "FeatureCollection", features: [] };

export class KeptLayers {
  /**
   * @param {any} map @param {string} source its name
   * @param {() => any[]} layers the layers that show it, the lowest first, without their source
   * @param {(styleLayers: any[]) => string | undefined} [under] the layer that they lie under; the first name on the map if not said
   */
  constructor(map, source, layers, under = firstName) {
    this.map = map;
    this.source = source;
    this.layers = layers;
    this.under = under;
    this.data = /** @type {any} */ (NOTHING);
    map.on("styledata", () => this.#lay());
    this.#lay();
  }

  /** @param {any} data GeoJSON; without any there is nothing to see */
  show(data) {
    if (!data && this.data === NOTHING) return;
    this.data = data ?? NOTHING;
    this.map.getSource(this.source)?.setData(this.data);
  }

  #lay() {
    const { map, source } = this;
    // Not before the ground itself is laid, or its land would lie over them.
    if (!map.getLayer(LAST_OF_GROUND) || map.getSource(source)) return;
    map.addSource(source, { type: "geojson", data: this.data });
    const under = this.under(map.getStyle().layers);
    for (const layer of this.layers()) map.addLayer({ source, ...layer }, under);
  }
}

/** @param {any[]} styleLayers */
const firstName = (styleLayers) => styleLayers.find(({ id, type }) => type === "symbol" && !isPlotlys(id))?.id;
