/** The map of the phone: fetched when somebody asks for it, since it is many times what the rest of the page weighs. */

import { isPlaced } from "../bearings.js";
import { make } from "../section.js";

const NEAR_ZOOM = 14.5;

export class MapSheet {
  /** @param {(id: string) => HTMLElement} part @param {import("../page.js").Page} page @param {import("./mine.js").Mine} mine */
  constructor(part, page, mine) {
    this.page = page;
    this.mine = mine;
    this.kinds = ["unit"];
    this.stage = part("stage");
    this.ask = part("officer-map-ask");
    this.why = part("officer-map-why");
    this.load = /** @type {HTMLButtonElement} */ (part("officer-map-load"));
    this.me = make("div", "officer-map-me");
    this.toMe = /** @type {HTMLButtonElement} */ (part("officer-map-me"));
    /** @type {import("../map/city_map.js").CityMap | null} */
    this.map = null;
    this.load.addEventListener("click", () => this.#open());
    this.toMe.addEventListener("click", () => this.#goToMe());
  }

  show() {
    const { map, mine: { unit } } = this;
    this.toMe.hidden = !map || !isPlaced(unit);
    this.me.hidden = !map || !isPlaced(unit);
    if (!map || !isPlaced(unit)) return;
    const { x, y } = map.map.project([unit.lon, unit.lat]);
    this.me.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
  }

  async #open() {
    this.load.disabled = true;
    this.load.textContent = "Loading …";
    try {
      const { plotly } = this.stage.dataset;
      if (!plotly) throw new Error("the server names no map library");
      const [{ CityMap }] = await Promise.all([import("../map/city_map.js"), script(plotly)]);
      const graph = make("div", "stage-map");
      this.stage.prepend(graph);
      const { Plotly } = /** @type {any} */ (window);
      await Plotly.newPlot(graph, [{ type: "scattermap", lon: [], lat: [], mode: "markers", hoverinfo: "skip" }], layout(this.page.city), {
        displayModeBar: false, scrollZoom: true, doubleClick: false, showTips: false, responsive: true,
      });
      this.map = await CityMap.in(this.stage, this.page.glass, this.page.city);
    } catch (error) {
      console.info("no map:", error);
      this.why.textContent = "The map did not come. The link may be too slow just now.";
      this.load.textContent = "Try again";
      this.load.disabled = false;
      return;
    }
    this.ask.hidden = true;
    this.stage.append(this.me);
    this.map.map.on("move", () => this.show());
    this.stage.dataset.map = "ready";
    this.#goToMe();
    this.show();
  }

  #goToMe() {
    const { unit } = this.mine;
    if (isPlaced(unit)) this.map?.camera.goTo({ center: [unit.lon, unit.lat], zoom: NEAR_ZOOM });
  }
}

/** @param {string} address @returns {Promise<void>} */
function script(address) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = address;
    element.onload = () => resolve();
    element.onerror = () => {
      element.remove();
      reject(new Error(`${address} did not come`));
    };
    document.head.append(element);
  });
}

/** A bare map; its style needs one source, or Plotly loses `sources` altogether. @param {import("../map/ground.js").City} city */
const layout = ({ center: [lon, lat], zoom }) => ({
  map: {
    style: {
      version: 8, sources: { anchor: { type: "geojson", data: { type: "FeatureCollection", features: [] } } },
      layers: [{ id: "ground", type: "background" }],
    },
    center: { lon, lat }, zoom, uirevision: "officer",
  },
  uirevision: "officer", margin: { l: 0, r: 0, t: 0, b: 0 }, showlegend: false, hovermode: false, autosize: true,
});
