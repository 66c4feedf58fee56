/** Following a unit: the camera stays on it, for as long as it is on the map and nobody moves the map by hand. */

/** Where the processor draws, each movement costs the whole ground: the map then takes a step when the unit has gone this far, or long enough. */
const SOFTWARE_STEP_PX = 24;
const SOFTWARE_STEP_MS = 1000;
const STEP_PX = 0.5;

export class Follow {
  /**
   * @param {import("./city_map.js").CityMap} city @param {import("./whereabouts.js").Whereabouts} whereabouts
   * @param {() => void} changed told when another unit is followed, or none
   */
  constructor(city, whereabouts, changed) {
    this.city = city;
    this.whereabouts = whereabouts;
    this.changed = changed;
    /** @type {string | null} */
    this.id = null;
    this.turn = 0;
    city.map.on("movestart", (/** @type {any} */ event) => event.originalEvent && !isZoom(event.originalEvent) && this.stop());
  }

  /** @param {string} id */
  start(id) {
    this.id = id;
    this.steppedAt = 0;
    this.turn += 1;
    this.#step(this.turn);
    this.changed();
  }

  stop() {
    if (this.id === null) return;
    this.id = null;
    this.changed();
  }

  /** @param {number} turn only the loop of the latest start goes on */
  #step(turn) {
    if (this.id === null || turn !== this.turn) return;
    const where = this.whereabouts.of("unit", this.id);
    if (!where) return this.stop();
    const { layer, camera, map } = this.city, { clientWidth, clientHeight } = map.getContainer();
    const [x, y] = layer.screen()(where.at), far = Math.hypot(x - clientWidth / 2, y - clientHeight / 2);
    const now = performance.now(), waited = now - (this.steppedAt ?? 0);
    const due = layer.software ? far >= SOFTWARE_STEP_PX || (waited >= SOFTWARE_STEP_MS && far >= 1) : far >= STEP_PX;
    if (due && !map.isZooming()) {
      this.steppedAt = now;
      camera.goTo({ center: this.whereabouts.lonLat(where), zoom: map.getZoom() }, { glide: false });
    }
    requestAnimationFrame(() => this.#step(turn));
  }
}

/** Coming closer does not mean letting go. @param {Event} event */
const isZoom = (event) => event.type === "wheel" || event.type === "dblclick";
