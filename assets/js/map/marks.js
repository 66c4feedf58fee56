/**
 * Which marks stand on the map: open incidents and live detections, as sprites in the order in which they are drawn, and the pulses
 * under new priority 1 incidents. Incidents without a position have no mark; they stay in the queue.
 */

import { drawDetection, drawPriority } from "../glyphs.js";
import { mercatorX, mercatorY, perMetre } from "./mercator.js";
import { SPRITE } from "./sprite_painter.js";
import { STRIDE } from "./unit_table.js";
import { DETECTIONS, isNew, isOpen, isOver, isPending, priorityOf } from "../words.js";

/** Side of each priority's mark in design px: what matters is larger. */
export const SIDE = /** @type {Record<number, number>} */ ({ 1: 48, 2: 38, 3: 25, 4: 22, 5: 20 });
/** Only for these does a mark say that the target has passed: on a hundred quiet ones it would be noise; the queue counts them. */
const SAYS_OVER = 2;
const PULSE_SHAPE = 6;

/** What is drawn above what: an incident by its priority and state, and the others among them; units lie between, emergencies above all. */
export const ORDER = { camera: 0, unit: 4, detection: 8, emergency: 10 };

/** @param {number} priority @param {boolean} pending */
export const orderOf = (priority, pending) => (priority === 1 ? 9 : 5 - priority + (pending ? 0.5 : 0));

/** @typedef {{order: number, row: number[]}} Mark */

/**
 * @param {{incidents: Iterable<any>, detections: Iterable<any>, others?: Mark[], calls?: {x: number, y: number}[]}} picture
 *   `others` stand among them; at `calls` something pulses that is no new priority 1
 * @param {{originX: number, originY: number}} origin
 * @param {import("./atlas.js").Atlas} atlas
 * @param {number} ratio device px per design px
 * @param {number} now Unix ms of the server
 * @param {number} pageNow seconds of the page, for the rhythm of the pulses
 */
export function marksOf(picture, origin, atlas, ratio, now, pageNow) {
  const marks = picture.others ?? [];
  /** @type {number[]} */
  const pulses = [];
  const pulse = (/** @type {number} */ x, /** @type {number} */ y) => {
    const row = new Array(STRIDE).fill(0);
    row[0] = x; row[1] = y; row[4] = pageNow; row[7] = PULSE_SHAPE; row[8] = 1e9;
    pulses.push(...row);
  };
  const place = (/** @type {any} */ thing) => [mercatorX(thing.lon) - origin.originX, mercatorY(thing.lat) - origin.originY];
  for (const incident of picture.incidents) {
    if (typeof incident.lat !== "number" || typeof incident.lon !== "number" || !isOpen(incident)) continue;
    const priority = priorityOf(incident), pending = isPending(incident), over = priority <= SAYS_OVER && isOver(incident, now);
    const [x, y] = place(incident);
    const side = Math.round(SIDE[priority] * ratio);
    const cut = atlas.place(`i${priority}${pending}${over}${side}`, side, side, (pen) => drawPriority(pen, side, priority, pending, over));
    marks.push({ order: orderOf(priority, pending), row: [x, y, -side / 2, side * 0.46, side, side, cut.x, cut.y, side, side] });
    if (isNew(incident, now)) pulse(x, y);
  }
  for (const { x, y } of picture.calls ?? []) pulse(x, y);
  for (const detection of picture.detections) {
    if (typeof detection.lat !== "number" || typeof detection.lon !== "number" || detection.review === "dismissed") continue;
    const [x, y] = place(detection);
    const side = Math.round(32 * ratio);
    const letter = DETECTIONS[detection.detection_type]?.[0] ?? "D";
    if (detection.accuracy_m > 0) marks.push({ order: -1, row: [x, y, 0, 0, -detection.accuracy_m * perMetre(detection.lat), 0, 0, 0, 0, 0] });
    const cut = atlas.place(`d${letter}${side}`, side, side, (pen) => drawDetection(pen, side, letter));
    marks.push({ order: ORDER.detection, row: [x, y, -side / 2, side / 2, side, side, cut.x, cut.y, side, side] });
  }
  marks.sort((a, b) => a.order - b.order);
  const rows = new Float32Array(marks.length * SPRITE);
  marks.forEach((mark, at) => rows.set(mark.row, at * SPRITE));
  const firstOver = marks.findIndex((mark) => mark.order > ORDER.unit);
  return { rows, under: firstOver < 0 ? marks.length : firstOver, pulses: new Float32Array(pulses) };
}
