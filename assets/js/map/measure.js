/** Measuring on the map: a line from point to point, and how long it is over the ground. Drawn above the map, so that the ground is not drawn anew. */

const EARTH_M = 6_371_008.8;
const RAD = Math.PI / 180;
const SVG = "http://www.w3.org/2000/svg";

/** @typedef {[number, number]} LonLat */

/** The distance between two points over the ground, in metres. @param {LonLat} a @param {LonLat} b */
export function groundMetres([aLon, aLat], [bLon, bLat]) {
  const dLat = (bLat - aLat) * RAD, dLon = (bLon - aLon) * RAD;
  const half = Math.sin(dLat / 2) ** 2 + Math.cos(aLat * RAD) * Math.cos(bLat * RAD) * Math.sin(dLon / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(half)));
}

/** The length of a line, in metres. @param {LonLat[]} points */
export const lengthOf = (points) => points.slice(1).reduce((sum, point, n) => sum + groundMetres(points[n], point), 0);

/** "85 m", "1.42 km", "12.3 km". @param {number} m */
export const distance = (m) => (m < 1000 ? `${Math.round(m)} m` : `${(m / 1000).toFixed(m < 10_000 ? 2 : 1)} km`);

export class Measure {
  /** @param {any} map @param {HTMLElement} place an empty element over the whole map @param {(on: boolean) => void} changed */
  constructor(map, place, changed) {
    this.map = map;
    this.changed = changed;
    this.on = false;
    /** @type {LonLat[]} */
    this.points = [];
    /** @type {LonLat | null} where the pointer is: the line's loose end */
    this.loose = null;
    const svg = place.appendChild(document.createElementNS(SVG, "svg"));
    this.halo = svg.appendChild(document.createElementNS(SVG, "polyline"));
    this.line = svg.appendChild(document.createElementNS(SVG, "polyline"));
    this.dots = svg.appendChild(document.createElementNS(SVG, "g"));
    this.halo.setAttribute("class", "measure-halo");
    this.total = place.appendChild(Object.assign(document.createElement("output"), { className: "measure-total", hidden: true }));
    map.on("move", () => this.on && this.#draw());
    map.on("mousemove", (/** @type {any} */ event) => this.on && this.points.length && this.#loosely(event.lngLat));
    map.on("mouseout", () => this.on && this.#loosely(null));
  }

  start() {
    this.on = true;
    this.changed(true);
    this.#draw();
  }

  stop() {
    this.on = false;
    this.points = [];
    this.loose = null;
    this.changed(false);
    this.#draw();
  }

  /** @param {{lng: number, lat: number}} at */
  add({ lng, lat }) {
    this.points.push([lng, lat]);
    this.loose = null;
    this.#draw();
  }

  /** Takes the last point back. */
  back() {
    this.points.pop();
    this.loose = null;
    this.#draw();
  }

  /** @param {{lng: number, lat: number} | null} at */
  #loosely(at) {
    this.loose = at && [at.lng, at.lat];
    this.#draw();
  }

  #draw() {
    const line = this.loose ? [...this.points, this.loose] : this.points;
    const places = line.map((point) => this.map.project(point));
    const said = places.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
    this.line.setAttribute("points", said);
    this.halo.setAttribute("points", said);
    this.dots.replaceChildren(...places.slice(0, this.points.length).map(({ x, y }) => {
      const dot = document.createElementNS(SVG, "circle");
      for (const [name, value] of Object.entries({ cx: x, cy: y, r: 4 })) dot.setAttribute(name, String(value));
      return dot;
    }));
    this.total.hidden = line.length < 2;
    if (line.length < 2) return;
    this.total.textContent = distance(lengthOf(line));
    const { x, y } = places[places.length - 1], { clientWidth } = this.map.getContainer();
    const left = x + 12 + this.total.offsetWidth > clientWidth ? x - 12 - this.total.offsetWidth : x + 12;
    this.total.style.transform = `translate(${Math.round(left)}px, ${Math.round(Math.max(0, y - this.total.offsetHeight / 2))}px)`;
  }
}
