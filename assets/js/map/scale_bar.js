/** The scale of the map: a bar as long as a round distance. */

import { write } from "../queue.js";

const EARTH_M = 40_075_016.686;

/** The greatest 1, 2 or 5 times a power of ten that is not greater. @param {number} m */
export function roundBelow(m) {
  const power = 10 ** Math.floor(Math.log10(m));
  return ([5, 2].find((times) => times * power <= m) ?? 1) * power;
}

export class ScaleBar {
  /** @param {any} map @param {HTMLElement} element @param {number} most its greatest width in px */
  constructor(map, element, most) {
    this.map = map;
    this.element = element;
    this.most = most;
    map.on("move", () => this.show());
    this.show();
  }

  show() {
    const metresPerPx = (EARTH_M * Math.cos((this.map.getCenter().lat * Math.PI) / 180)) / (512 * 2 ** this.map.getZoom());
    const m = roundBelow(this.most * metresPerPx);
    write(this.element, m < 1000 ? `${m} m` : `${m / 1000} km`);
    const width = `${Math.round(m / metresPerPx)}px`;
    if (this.element.style.width !== width) this.element.style.width = width;
  }
}
