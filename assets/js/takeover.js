/**
 * Which new priority 1 has the wall now: each for 20 s, the newest first, and one that was interrupted for the rest of its time.
 * Pure: told of changes and of the time.
 */

import { beganAt, isNew, isOpen, priorityOf, waits } from "./words.js";

const SHOWN_MS = 20_000;
/** One that was interrupted must still be seen, and not only flash by. */
const LEAST_MS = 8000;
/** In a bad minute the queue tells the rest; a wall that runs through ten addresses shows none. */
const MOST_WAITING = 3;
/** The wall looks each second; a clock that was set must not end a turn. */
const MOST_STEP_MS = 2000;

/** @typedef {{id: string, left: number}} Turn left in ms */

export class Takeover {
  constructor() {
    /** Those that had their turn, or have it; only ids that are still in the picture. @type {Set<string>} */
    this.seen = new Set();
    /** The next one last. @type {Turn[]} */
    this.waiting = [];
    /** @type {Turn | null} */
    this.turn = null;
    this.toldAt = NaN;
  }

  /** One more incident, or another of its fields. @param {string} id @param {any} incident @param {any} fields that changed @param {number} now Unix ms of the server */
  take(id, incident, fields, now) {
    if (!incident || this.seen.has(id) || priorityOf(incident) !== 1 || !waits(incident)) return;
    // One that has become a priority 1 is as new as one that began as such, however long it waits.
    if (isNew(incident, now) || "priority" in fields) this.#add(id);
  }

  /** Everything may be another. @param {Map<string, any>} incidents @param {number} now Unix ms of the server */
  reload(incidents, now) {
    for (const id of this.seen) if (!incidents.has(id)) this.seen.delete(id);
    const fresh = [...incidents].filter(([id, incident]) => !this.seen.has(id) && isNew(incident, now));
    for (const [id] of fresh.sort(([, a], [, b]) => beganAt(a) - beganAt(b))) this.#add(id);
  }

  /** @param {string} id */
  left(id) {
    this.seen.delete(id);
  }

  /** Goes on with the time. @param {Map<string, any>} incidents @param {number} now Unix ms of the server @returns {string | null} the incident that has the wall */
  look(incidents, now) {
    const passed = Math.min(MOST_STEP_MS, Math.max(0, now - this.toldAt)) || 0;
    this.toldAt = now;
    if (this.turn) this.turn.left -= passed;
    const isGone = (/** @type {Turn} */ { id }) => !incidents.has(id) || !isOpen(incidents.get(id));
    if (this.turn && (this.turn.left <= 0 || isGone(this.turn))) this.turn = null;
    this.waiting = this.waiting.filter((turn) => !isGone(turn));
    this.turn ??= this.waiting.pop() ?? null;
    return this.turn?.id ?? null;
  }

  /** @param {string} id */
  #add(id) {
    this.seen.add(id);
    if (this.turn) this.waiting.push({ id: this.turn.id, left: Math.max(this.turn.left, LEAST_MS) });
    this.turn = { id, left: SHOWN_MS };
    if (this.waiting.length > MOST_WAITING) this.waiting.shift();
  }
}
