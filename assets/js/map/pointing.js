/** Pointing at the map, by pointer or by key: what lies there is chosen, and an incident that is chosen is opened. */

import { ORDER, orderOf } from "./marks.js";
import { REACH_PX, pick } from "./picking.js";
import { EMERGENCY } from "./unit_table.js";
import { isPending, priorityOf } from "../words.js";

/** With the keyboard the map itself is moved: what lies around its middle is meant. */
const KEY_REACH_PX = 60;

/** @typedef {import("./picking.js").Thing} Thing */

export class Pointing {
  /**
   * @param {import("./city_map.js").CityMap} city @param {import("./whereabouts.js").Whereabouts} whereabouts
   * @param {import("./desk_picture.js").DeskPicture} picture @param {import("./chosen.js").Chosen} chosen
   * @param {{busy: (at: any) => boolean, open: (id: string) => void}} does `busy`: whether the click was for something else
   */
  constructor(city, whereabouts, picture, chosen, does) {
    this.city = city;
    this.whereabouts = whereabouts;
    this.picture = picture;
    this.chosen = chosen;
    this.does = does;
    const { map } = city;
    // A double click opens what is chosen; it must not come closer as well.
    map.doubleClickZoom.disable();
    map.on("click", (/** @type {any} */ event) => this.#click(event));
    let moved = /** @type {any} */ (null);
    map.on("mousemove", (/** @type {any} */ event) => {
      if (!moved) requestAnimationFrame(() => {
        this.#hover(moved.point);
        moved = null;
      });
      moved = event;
    });
  }

  /** @param {{x: number, y: number}} point CSS px @param {boolean} [next] of a pile, the one under what is chosen @param {number} [reach] @returns {Thing | null} */
  at({ x, y }, next = false, reach = REACH_PX * (this.city.layer.scale ?? 1)) {
    const { layer, table } = this.city, { kinds, thing } = this.chosen.selection, onScreen = layer.screen();
    const candidates = [];
    for (const kind of ["incident", "detection", "camera"]) {
      if (!kinds.includes(kind)) continue;
      for (const [id, entity] of this.picture.seen(kind)) {
        const where = this.whereabouts.ofThing(kind, entity);
        if (!where) continue;
        const [cx, cy] = onScreen(where.at, where.beside), far = Math.hypot(cx - x, cy - y);
        const order = kind === "incident" ? orderOf(priorityOf(entity), isPending(entity)) : ORDER[/** @type {"camera"} */ (kind)];
        if (far <= reach) candidates.push({ kind, id, far, order });
      }
    }
    if (kinds.includes("unit")) {
      const now = performance.now() / 1000;
      for (const [id, slot] of table.slots) {
        const shape = table.shape(slot);
        if (shape < 0 || (!layer.showsUnits && shape !== EMERGENCY)) continue;
        const [ux, uy] = onScreen(table.at(slot, now), table.beside(slot)), far = Math.hypot(ux - x, uy - y);
        if (far <= reach) candidates.push({ kind: "unit", id, far, order: shape === EMERGENCY ? ORDER.emergency : ORDER.unit });
      }
    }
    return pick(candidates, thing, next, reach);
  }

  /** Enter on the map: what is nearest to its middle is chosen, and an incident that is chosen is opened. */
  enter() {
    const { thing } = this.chosen.selection, { clientWidth, clientHeight } = this.city.map.getContainer();
    const middle = { x: clientWidth / 2, y: clientHeight / 2 };
    const found = this.at(middle, false, KEY_REACH_PX * (this.city.layer.scale ?? 1));
    if (thing?.kind === "incident" && (!found || found.id === thing.id)) this.does.open(thing.id);
    else if (found) this.chosen.pick(found);
  }

  /** @param {any} event MapLibre's */
  #click(event) {
    if (this.does.busy(event.lngLat)) return;
    const { thing } = this.chosen.selection, twice = event.originalEvent.detail > 1;
    const found = this.at(event.point, !twice);
    if (twice && thing?.kind === "incident") this.does.open(thing.id);
    else if (!twice) this.chosen.pick(found ?? this.#areaAt(event.lngLat));
  }

  /** Where no mark is meant, the ground is: the warning that covers it, with each click the next larger, then none. @param {{lng: number, lat: number}} place @returns {Thing | null} */
  #areaAt(place) {
    const { kinds, thing } = this.chosen.selection;
    if (!kinds.includes("notice")) return null;
    const ids = this.city.notices.at(place), id = ids[thing?.kind === "notice" ? ids.indexOf(thing.id) + 1 : 0];
    return id === undefined ? null : { kind: "notice", id };
  }

  /** @param {{x: number, y: number}} point */
  #hover(point) {
    const cursor = this.at(point) ? "pointer" : "";
    const { style } = this.city.map.getCanvas();
    if (style.cursor !== cursor) style.cursor = cursor;
  }
}
