/**
 * The status code and callsign of each unit under its mark: only when the units in view are few enough to be read, and never one label over
 * another. A unit whose fix is old says how old.
 */

import { since } from "../format.js";
import { SPRITE } from "./sprite_painter.js";
import { token } from "../tokens.js";
import { UNIT_TALLIES } from "../words.js";

/** More units in view than this would be a wall of text, on any screen; and so would more than one in so many design pixels. */
const MOST_IN_VIEW = 140;
const ROOM_PX = 6000;
/** How far under its unit a label begins, in design pixels. */
const BELOW_PX = 11;
const CHOOSE_EVERY_MS = 1000;

/** The letter of a status and the token of its colour: told by shape, letter and colour. */
const CODES = new Map(UNIT_TALLIES.flatMap(({ statuses, code, mark }) => statuses.map((status) => [/** @type {string} */ (status), { code, mark }])));
const EMERGENCY = { code: "!", mark: "over" };

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
      const [ux, uy] = table.at(slot, now), [dx, dy] = table.beside(slot);
      const x = (ux + table.originX - camera.centerX) * camera.world + camera.width / 2 + dx * camera.ratio;
      const y = (uy + table.originY - camera.centerY) * camera.world + camera.height / 2 + dy * camera.ratio;
      if (x < 0 || y < 0 || x > camera.width || y > camera.height) continue;
      if (inView.push({ slot, id, x, y }) > most) return;
    }
    /** @type {Set<string>} */
    const taken = new Set();
    const cell = 11 * camera.ratio;
    for (const { slot, id, x, y } of inView) {
      const unit = units.get(id), callsign = unit?.callsign;
      if (!callsign) continue;
      const old = now - table.fixedAt(slot);
      const text = old > this.staleAfterS ? `${callsign} · ${since(old < 120 ? Math.floor(old / 10) * 10 : old)}` : callsign;
      const place = this.#draw(text, unit.emergency ? EMERGENCY : CODES.get(unit.status), camera.ratio);
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
      const [x, y] = this.table.at(slot, now), [dx, dy] = this.table.beside(slot);
      this.rows.set([x, y, dx * ratio - place.width / 2, -(dy + BELOW_PX) * ratio, place.width, place.height, place.x, place.y, place.width, place.height], at);
      at += SPRITE;
    }
    return at / SPRITE;
  }

  /** @param {string} text @param {{code: string, mark: string} | undefined} status @param {number} ratio */
  #draw(text, status, ratio) {
    const size = 16 * ratio, code = status?.code ?? "";
    const font = `600 ${size}px ${token("font")}`;
    this.atlas.pen.font = font;
    const gap = code ? 4 * ratio : 0, lead = code ? this.atlas.pen.measureText(code).width + gap : 0;
    const width = lead + this.atlas.pen.measureText(text).width + 6 * ratio;
    return this.atlas.place(`u${code}${text}${size}`, width, Math.ceil(size * 1.35), (pen) => {
      pen.font = font;
      pen.textBaseline = "middle";
      pen.lineJoin = "round";
      pen.lineWidth = 3.5 * ratio;
      pen.strokeStyle = token("halo");
      const write = (/** @type {string} */ word, /** @type {number} */ x, /** @type {string} */ colour) => {
        pen.strokeText(word, x, size * 0.68);
        pen.fillStyle = token(colour);
        pen.fillText(word, x, size * 0.68);
      };
      if (status) write(code, 3 * ratio, status === EMERGENCY ? status.mark : `unit-${status.mark}`);
      write(text, 3 * ratio + lead, "street-name");
    });
  }
}
