/**
 * Where every unit is, as one array of numbers that goes to the graphics card as it stands.
 *
 * The rule of motion: a fix is drawn where it was reported, in the first frame after it came, and from there the unit glides on by
 * dead reckoning with its own speed and heading (or, where a feed gives none, with those between its last two fixes), for no
 * longer than the time that lay between its last two fixes. So the drawn position is true now. Gliding *towards* a fix would be
 * prettier and would always show where the unit was one interval ago: a car at 15 m/s with a fix every 5 s, 75 m behind.
 *
 * Pure: no DOM and no clock of its own. Times are seconds of the page (performance.now() / 1000).
 */

import { mercatorX, mercatorY, metres, perMetre } from "./mercator.js";

/** Numbers per unit: x, y, x/s, y/s, since, glide for, heading, shape, fixed at, place around an incident. */
export const STRIDE = 10;
const X = 0, Y = 1, VX = 2, VY = 3, SINCE = 4, GLIDE = 5, HEADING = 6, SHAPE = 7, FIXED = 8, FAN = 9;

/** The shapes that the painter knows. A unit that is not on the map has HIDDEN. */
export const SHAPE_OF = { available: 0, dispatched: 1, enroute: 1, on_scene: 2, busy: 3, out_of_service: 4 };
export const EMERGENCY = 5;
export const HIDDEN = -1;

/** Fixes further apart than this say nothing about speed; closer ones are only GPS noise. */
const LONGEST_GLIDE_S = 15;
const SHORTEST_STEP_S = 0.4;
const FIRST_GLIDE_S = 2;
/** A speed derived from two fixes is believed between walking and the fastest pursuit. */
const SLOWEST_MPS = 1.5;
const FASTEST_MPS = 70;
/** A gap of fewer unchanged units than this is cheaper to upload than a second call. */
const NEAR_SLOTS = 24;
/** Single-precision seconds lose milliseconds after some hours: times are then counted from a later zero. */
const REBASE_S = 6 * 3600;

const RAD = Math.PI / 180;
/** Six places around an incident, the first number being none. @type {[number, number][]} */
const FANNED = [[0, 0], ...[0, 1, 2, 3, 4, 5].map((place) => {
  const angle = place * 60 * RAD + 30 * RAD;
  return /** @type {[number, number]} */ ([Math.sin(angle) * 19, -Math.cos(angle) * 19]);
})];

/**
 * @typedef {{lat?: number, lon?: number, speed_mps?: number, heading_deg?: number, status?: string, emergency?: boolean,
 *   incident_id?: string, callsign?: string, fix_at?: string}} Unit
 */

export class UnitTable {
  /** @param {number} lon @param {number} lat a point near all units: positions are kept relative to it, to the centimetre */
  constructor(lon, lat) {
    this.originX = mercatorX(lon);
    this.originY = mercatorY(lat);
    this.zero = 0;
    this.rows = new Float32Array(64 * STRIDE);
    /** Slots in use, with holes: what the painter draws. */
    this.length = 0;
    /** @type {Map<string, number>} */
    this.slots = new Map();
    /** @type {(string | null)[]} */
    this.ids = [];
    /** @type {number[]} */
    this.free = [];
    /** @type {Set<number>} */
    this.dirty = new Set();
    /** True when the array itself was replaced or its times moved: upload everything. */
    this.whole = true;
    this.emergencies = 0;
  }

  /**
   * Takes over the new state of a unit.
   * @param {string} id
   * @param {Unit} unit its whole state after the change
   * @param {boolean} moved whether the change carried a position
   * @param {number} now
   * @param {number} fixedAt when the fix was taken, in seconds of the page
   */
  put(id, unit, moved, now, fixedAt) {
    const known = this.slots.get(id);
    const slot = known ?? this.#take(id);
    const at = slot * STRIDE;
    const rows = this.rows;
    const before = rows[at + SHAPE];
    const { lat, lon } = unit;
    const placed = typeof lat === "number" && typeof lon === "number";
    const shape = !placed ? HIDDEN : unit.emergency ? EMERGENCY : SHAPE_OF[/** @type {keyof SHAPE_OF} */ (unit.status)] ?? HIDDEN;
    this.emergencies += Number(shape === EMERGENCY) - Number(known !== undefined && before === EMERGENCY);
    rows[at + SHAPE] = shape;
    rows[at + FAN] = unit.status === "on_scene" && unit.incident_id ? 1 + (slot % 6) : 0;
    if (placed && (moved || known === undefined)) this.#fix(at, unit, lat, lon, known !== undefined, now, fixedAt);
    this.dirty.add(slot);
  }

  /** @param {string} id */
  remove(id) {
    const slot = this.slots.get(id);
    if (slot === undefined) return;
    this.slots.delete(id);
    this.ids[slot] = null;
    this.free.push(slot);
    if (this.rows[slot * STRIDE + SHAPE] === EMERGENCY) this.emergencies -= 1;
    this.rows[slot * STRIDE + SHAPE] = HIDDEN;
    this.dirty.add(slot);
  }

  clear() {
    this.slots.clear();
    this.ids = [];
    this.free = [];
    this.length = 0;
    this.emergencies = 0;
    this.dirty.clear();
    this.whole = true;
  }

  /**
   * Where a unit is drawn at a time, relative to the origin; the same sum as the shader's.
   * @param {number} slot @param {number} now @returns {[number, number]}
   */
  at(slot, now) {
    const at = slot * STRIDE;
    const rows = this.rows;
    const past = Math.min(Math.max(now - this.zero - rows[at + SINCE], 0), rows[at + GLIDE]);
    return [rows[at + X] + rows[at + VX] * past, rows[at + Y] + rows[at + VY] * past];
  }

  /** How many units are on the map. */
  get shown() {
    let count = 0;
    for (let at = SHAPE, end = this.length * STRIDE; at < end; at += STRIDE) if (this.rows[at] !== HIDDEN) count += 1;
    return count;
  }

  /** @param {number} slot */
  shape(slot) {
    return this.rows[slot * STRIDE + SHAPE];
  }

  /**
   * How far beside its place a unit is drawn, because an incident stands there; the same sum as the shader's.
   * @param {number} slot @returns {readonly [number, number]} design px to the right and down
   */
  beside(slot) {
    return FANNED[this.rows[slot * STRIDE + FAN]] ?? FANNED[0];
  }

  /** When the fix of a unit was taken, in seconds of the page. @param {number} slot */
  fixedAt(slot) {
    return this.rows[slot * STRIDE + FIXED] + this.zero;
  }

  /** The fastest motion on the map now, in Mercator per second; 0 when nothing glides. @param {number} now */
  fastest(now) {
    let most = 0;
    for (let at = 0, end = this.length * STRIDE, rows = this.rows; at < end; at += STRIDE) {
      if (rows[at + SHAPE] === HIDDEN || now - this.zero - rows[at + SINCE] > rows[at + GLIDE]) continue;
      const speed = Math.abs(rows[at + VX]) + Math.abs(rows[at + VY]);
      if (speed > most) most = speed;
    }
    return most;
  }

  /**
   * What changed since the last call, as ranges of slots, joined where that is cheaper than another upload.
   * @returns {[number, number][]} first slot and the one after the last
   */
  takeDirty() {
    /** @type {[number, number][]} */
    const ranges = [];
    if (this.whole) {
      this.whole = false;
      if (this.length) ranges.push([0, this.length]);
    } else if (this.dirty.size === 1) {
      for (const slot of this.dirty) ranges.push([slot, slot + 1]);
    } else {
      for (const slot of Int32Array.from(this.dirty).sort()) {
        const last = ranges[ranges.length - 1];
        if (last && slot - last[1] < NEAR_SLOTS) last[1] = slot + 1;
        else ranges.push([slot, slot + 1]);
      }
    }
    this.dirty.clear();
    return ranges;
  }

  /** Counts time from a later zero when single precision would begin to show. @param {number} now */
  rebase(now) {
    const shift = now - this.zero;
    if (shift < REBASE_S) return;
    for (let at = 0, end = this.length * STRIDE; at < end; at += STRIDE) {
      this.rows[at + SINCE] -= shift;
      this.rows[at + FIXED] -= shift;
    }
    this.zero = now;
    this.whole = true;
  }

  /** @param {string} id */
  #take(id) {
    const slot = this.free.pop() ?? this.length++;
    if (this.length * STRIDE > this.rows.length) {
      const wider = new Float32Array(this.rows.length * 2);
      wider.set(this.rows);
      this.rows = wider;
      this.whole = true;
    }
    this.rows.fill(0, slot * STRIDE, (slot + 1) * STRIDE);
    this.slots.set(id, slot);
    this.ids[slot] = id;
    return slot;
  }

  /**
   * @param {number} at @param {Unit} unit @param {number} lat @param {number} lon @param {boolean} known
   * @param {number} now @param {number} fixedAt
   */
  #fix(at, unit, lat, lon, known, now, fixedAt) {
    const rows = this.rows;
    const x = mercatorX(lon) - this.originX;
    const y = mercatorY(lat) - this.originY;
    const since = now - this.zero;
    const step = known ? since - rows[at + SINCE] : Infinity;
    const dx = x - rows[at + X], dy = y - rows[at + Y];
    let glide = step < LONGEST_GLIDE_S ? Math.max(step, SHORTEST_STEP_S) : FIRST_GLIDE_S;
    let speed = unit.speed_mps, heading = typeof unit.heading_deg === "number" ? unit.heading_deg * RAD : undefined;
    if (step >= SHORTEST_STEP_S && step <= LONGEST_GLIDE_S && (speed === undefined || heading === undefined)) {
      const derived = metres(lat, dx, dy) / step;
      const believed = derived >= SLOWEST_MPS && derived <= FASTEST_MPS;
      speed ??= believed ? derived : 0;
      if (believed) heading ??= Math.atan2(dx, -dy);
    }
    heading ??= rows[at + HEADING];
    const pace = (speed ?? 0) * perMetre(lat);
    rows[at + X] = x;
    rows[at + Y] = y;
    rows[at + VX] = pace * Math.sin(heading);
    rows[at + VY] = -pace * Math.cos(heading);
    rows[at + SINCE] = since;
    rows[at + GLIDE] = pace ? glide : 0;
    rows[at + HEADING] = heading;
    rows[at + FIXED] = fixedAt - this.zero;
  }
}
