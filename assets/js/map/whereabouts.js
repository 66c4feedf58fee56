/** Where a thing of the picture stands on the map now: the one place that knows it for every kind, for pointers, rings, cards and the camera. */

import { latitude, mercatorX, mercatorY } from "./mercator.js";
import { EMERGENCY } from "./unit_table.js";
import { SIDE } from "./marks.js";
import { sizeFor } from "./unit_painter.js";
import { priorityOf } from "../words.js";

/** Sides of the marks in design px. */
export const CAMERA_SIDE = 22;
export const DETECTION_SIDE = 32;
const EMERGENCY_SIDE = 36;

/** @typedef {{at: readonly number[], beside: readonly number[], side: number}} Where relative Mercator, design px beside it, the mark's side */

export class Whereabouts {
  /** @param {import("./city_map.js").CityMap} city */
  constructor(city) {
    this.table = city.table;
    this.layer = city.layer;
    this.glass = city.glass;
    this.notices = city.notices;
  }

  /** @param {string} kind @param {string} id @param {number} [now] seconds of the page @returns {Where | null} null where it has no place */
  of(kind, id, now = performance.now() / 1000) {
    if (kind === "unit") return this.#unit(id, now);
    if (kind === "notice") return this.#notice(id);
    return this.ofThing(kind, this.glass.replica.kind(kind).get(id));
  }

  /** @param {string} kind one that does not glide @param {any} thing @returns {Where | null} */
  ofThing(kind, thing) {
    if (typeof thing?.lat !== "number" || typeof thing.lon !== "number") return null;
    const side = kind === "incident" ? SIDE[priorityOf(thing)] : kind === "camera" ? CAMERA_SIDE : DETECTION_SIDE;
    return { at: [mercatorX(thing.lon) - this.table.originX, mercatorY(thing.lat) - this.table.originY], beside: [0, 0], side };
  }

  /** @param {Where} where @returns {[number, number]} its longitude and latitude */
  lonLat({ at: [x, y] }) {
    return [(x + this.table.originX) * 360 - 180, latitude(y + this.table.originY)];
  }

  /** An area has no mark: the place of its name stands for it. @param {string} id @returns {Where | null} */
  #notice(id) {
    const anchor = this.notices.of(id)?.anchor;
    return anchor ? { at: [mercatorX(anchor[0]) - this.table.originX, mercatorY(anchor[1]) - this.table.originY], beside: [0, 0], side: 0 } : null;
  }

  /** @param {string} id @param {number} now @returns {Where | null} */
  #unit(id, now) {
    const { table } = this, slot = table.slots.get(id);
    if (slot === undefined || table.shape(slot) < 0) return null;
    const side = table.shape(slot) === EMERGENCY ? EMERGENCY_SIDE : sizeFor(table.slots.size);
    return { at: table.at(slot, now), beside: table.beside(slot), side };
  }
}
