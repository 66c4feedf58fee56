/**
 * Which marks stand on the map: open incidents and live detections, as sprites in the order in which they are drawn, and the pulses
 * under new priority 1 incidents. Incidents without a position have no mark; they stay in the queue.
 */

import { drawDetection, drawPriority } from "./glyphs.js";
import { mercatorX, mercatorY, perMetre } from "./mercator.js";
import { SPRITE } from "./sprite_painter.js";
import { STRIDE } from "./unit_table.js";
import { DETECTIONS, TARGET_S, beganAt, isOpen, isPending, priorityOf, waits } from "./words.js";

/** Side of each priority's mark in design px: what matters is larger. */
const SIDE = /** @type {Record<number, number>} */ ({ 1: 48, 2: 38, 3: 25, 4: 22, 5: 20 });
/** Only for these does a mark say that the target has passed: on a hundred quiet ones it would be noise; the queue counts them. */
const SAYS_OVER = 2;
/** A priority 1 is new, and pulses, for this long while nobody has arrived. */
export const NEW_S = 120;
const PULSE_SHAPE = 6;

/** @param {any} incident @param {number} now Unix ms */
export const isNew = (incident, now) =>
  priorityOf(incident) === 1 && waits(incident) && now - beganAt(incident) < NEW_S * 1000;

/** Waits longer than its priority may. @param {any} incident @param {number} now Unix ms */
export const isOver = (incident, now) =>
  waits(incident) && now - beganAt(incident) > TARGET_S[/** @type {1} */ (priorityOf(incident))] * 1000;

/**
 * @param {{incidents: Map<string, any>, detections: Map<string, any>}} picture
 * @param {{originX: number, originY: number}} origin
 * @param {import("./atlas.js").Atlas} atlas
 * @param {number} ratio device px per design px
 * @param {number} now Unix ms of the server
 * @param {number} pageNow seconds of the page, for the rhythm of the pulses
 */
export function marksOf(picture, origin, atlas, ratio, now, pageNow) {
  /** @type {{order: number, row: number[]}[]} */
  const marks = [];
  /** @type {number[]} */
  const pulses = [];
  const place = (/** @type {any} */ thing) => [mercatorX(thing.lon) - origin.originX, mercatorY(thing.lat) - origin.originY];
  for (const incident of picture.incidents.values()) {
    if (typeof incident.lat !== "number" || typeof incident.lon !== "number" || !isOpen(incident)) continue;
    const priority = priorityOf(incident), pending = isPending(incident), over = priority <= SAYS_OVER && isOver(incident, now);
    const [x, y] = place(incident);
    const side = Math.round(SIDE[priority] * ratio);
    const cut = atlas.place(`i${priority}${pending}${over}${side}`, side, side, (pen) => drawPriority(pen, side, priority, pending, over));
    marks.push({ order: priority === 1 ? 9 : 5 - priority + (pending ? 0.5 : 0), row: [x, y, -side / 2, side * 0.46, side, side, cut.x, cut.y, side, side] });
    if (isNew(incident, now)) {
      const row = new Array(STRIDE).fill(0);
      row[0] = x; row[1] = y; row[4] = pageNow; row[7] = PULSE_SHAPE; row[8] = 1e9;
      pulses.push(...row);
    }
  }
  for (const detection of picture.detections.values()) {
    if (typeof detection.lat !== "number" || typeof detection.lon !== "number" || detection.review === "dismissed") continue;
    const [x, y] = place(detection);
    const side = Math.round(32 * ratio);
    const letter = DETECTIONS[detection.detection_type]?.[0] ?? "D";
    if (detection.accuracy_m > 0) marks.push({ order: -1, row: [x, y, 0, 0, -detection.accuracy_m * perMetre(detection.lat), 0, 0, 0, 0, 0] });
    const cut = atlas.place(`d${letter}${side}`, side, side, (pen) => drawDetection(pen, side, letter));
    marks.push({ order: 8, row: [x, y, -side / 2, side / 2, side, side, cut.x, cut.y, side, side] });
  }
  marks.sort((a, b) => a.order - b.order);
  const rows = new Float32Array(marks.length * SPRITE);
  marks.forEach((mark, at) => rows.set(mark.row, at * SPRITE));
  const firstOver = marks.findIndex((mark) => mark.order > 4);
  return { rows, under: firstOver < 0 ? marks.length : firstOver, pulses: new Float32Array(pulses) };
}
