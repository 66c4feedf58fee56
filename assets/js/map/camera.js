/**
 * Where the map looks. Whenever Plotly draws its figure anew it puts back the camera of its own layout: a movement that neither a person
 * nor this page asked for is taken back at once.
 */

const OURS = { ours: true };
const GLIDE_MS = 600;

/** @typedef {{center: [number, number], zoom: number}} Look */

export class Camera {
  /** @param {any} map @param {() => Look} home where it looks when nobody has moved it; asked again when the screen's size changes */
  constructor(map, home) {
    this.map = map;
    this.home = home;
    this.wanted = home();
    /** Whether a person, or a page on their behalf, has moved it away from home. */
    this.away = false;
    map.on("moveend", (/** @type {any} */ event) => this.#moved(event));
    this.#jump();
  }

  /** Looks somewhere else. @param {Partial<Look>} look @param {{glide?: boolean}} [how] */
  goTo(look, { glide = true } = {}) {
    this.away = true;
    this.wanted = { ...this.wanted, ...look };
    const still = !glide || matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (still) this.#jump();
    else this.map.easeTo({ ...this.wanted, bearing: 0, pitch: 0, duration: GLIDE_MS }, OURS);
  }

  /** @param {{glide?: boolean}} [how] */
  goHome(how) {
    this.goTo(this.home(), how);
    this.away = false;
  }

  /** The screen has another size: home is elsewhere. */
  resized() {
    if (!this.away) this.wanted = this.home();
    this.#jump();
  }

  /** @param {any} event */
  #moved(event) {
    if (event.originalEvent) this.away = true;
    if (event.originalEvent || event.ours) {
      const { lng, lat } = this.map.getCenter();
      // The end of a gesture may come while we are on the way elsewhere.
      if (event.originalEvent) this.wanted = { center: [lng, lat], zoom: this.map.getZoom() };
    } else this.#jump();
  }

  #jump() {
    const { center, zoom } = this.wanted;
    const { lng, lat } = this.map.getCenter();
    if (Math.abs(this.map.getZoom() - zoom) + Math.abs(lng - center[0]) + Math.abs(lat - center[1]) < 1e-6) return;
    this.map.jumpTo({ center, zoom, bearing: 0, pitch: 0 }, OURS);
  }
}
