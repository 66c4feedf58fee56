/**
 * Callsigns beside their units: only when the units in view are few enough to be read, and never one label over another. A unit whose
 * fix is old says how old.
 */

import { since } from "./format.js";
import { SPRITE } from "./sprite_painter.js";
import { token } from "./tokens.js";

/** More units in view than this would be a wall of text, on any screen; and so would more than one in so many design pixels. */
const MOST_IN_VIEW = 140;
const ROOM_PX = 6000;
/** How far under its unit a label begins, in design pixels. */
const BELOW_PX = 11;
const CHOOSE_EVERY_MS = 1000;

export class UnitLabels {
  /** @param {import("./unit_table.js").UnitTable} table @param {import("./atlas.js").Atlas} atlas @param {number} staleAfterS */
  constructor(table, atlas, staleAfterS) {
    this.table = table;
    this.atlas = atlas;
    this.staleAfterS = staleAfterS;
    this.chosenAt = 0;
    this.shown = /** @type {{slot: number, place: import("./atlas.js").Place}[]} */ ([]);
    this.rows = new Float32Array(MOST_IN_VIEW * SPRITE);
    this.atlasVersion = -1;
  }

  /**
   * Chooses anew which labels fit, once a second at most.
   * @param {Map<string, any>} units @param {import("./unit_painter.js").Camera} camera @param {number} now seconds of the page
   * @param {boolean} [force]
   */
  choose(units, camera, now, force = false) {
    if (!force && now * 1000 - this.chosenAt < CHOOSE_EVERY_MS) return;
    this.chosenAt = now * 1000;
    /** @type {{slot: number, id: string, x: number, y: number}[]} */
    const inView = [];
    this.shown = [];
    const table = this.table;
    const most = Math.min(MOST_IN_VIEW, (camera.width * camera.height) / camera.ratio ** 2 / ROOM_PX);
    for (const [id, slot] of table.slots) {
      if (table.shape(slot) < 0) continue;
      const [ux, uy] = table.at(slot, now);
      const x = (ux + table.originX - camera.centerX) * camera.world + camera.width / 2;
      const y = (uy + table.originY - camera.centerY) * camera.world + camera.height / 2;
      if (x < 0 || y < 0 || x > camera.width || y > camera.height) continue;
      if (inView.push({ slot, id, x, y }) > most) return;
    }
    /** @type {Set<string>} */
    const taken = new Set();
    const cell = 11 * camera.ratio;
    for (const { slot, id, x, y } of inView) {
      const callsign = units.get(id)?.callsign;
      if (!callsign) continue;
      const old = now - table.fixedAt(slot);
      const text = old > this.staleAfterS ? `${callsign} · ${since(old < 120 ? Math.floor(old / 10) * 10 : old)}` : callsign;
      const place = this.#draw(text, camera.ratio);
      const cells = [], top = y + BELOW_PX * camera.ratio;
      for (let cx = Math.floor((x - place.width / 2) / cell); cx <= Math.floor((x + place.width / 2) / cell); cx += 1) {
        for (let cy = Math.floor(top / cell); cy <= Math.floor((top + place.height) / cell); cy += 1) cells.push(`${cx},${cy}`);
      }
      if (cells.some((one) => taken.has(one))) continue;
      cells.forEach((one) => taken.add(one));
      this.shown.push({ slot, place });
    }
    this.atlasVersion = this.atlas.version;
  }

  /** The labels as sprites where their units are now. @param {number} now @param {number} ratio @returns {number} how many */
  move(now, ratio) {
    let at = 0;
    for (const { slot, place } of this.shown) {
      if (this.table.shape(slot) < 0) continue;
      const [x, y] = this.table.at(slot, now);
      this.rows.set([x, y, -place.width / 2, -BELOW_PX * ratio, place.width, place.height, place.x, place.y, place.width, place.height], at);
      at += SPRITE;
    }
    return at / SPRITE;
  }

  /** @param {string} text @param {number} ratio */
  #draw(text, ratio) {
    const size = 16 * ratio;
    const font = `600 ${size}px ${token("font")}`;
    this.atlas.pen.font = font;
    const width = this.atlas.pen.measureText(text).width + 6 * ratio;
    return this.atlas.place(`u${text}${size}`, width, Math.ceil(size * 1.35), (pen) => {
      pen.font = font;
      pen.textBaseline = "middle";
      pen.lineJoin = "round";
      pen.lineWidth = 3.5 * ratio;
      pen.strokeStyle = token("halo");
      pen.strokeText(text, 3 * ratio, size * 0.68);
      pen.fillStyle = token("street-name");
      pen.fillText(text, 3 * ratio, size * 0.68);
    });
  }
}
