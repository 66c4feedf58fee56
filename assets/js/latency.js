/** The latency meter: from the server's receipt of an event to its being on this glass, over the last minute. Pure. */

import { percentile } from "./format.js";

const WINDOW_MS = 60_000;
/** A fair sample is enough: at a thousand changes a second the meter must not be what slows them. */
const MOST = 2000;

export class LatencyMeter {
  constructor() {
    this.values = new Float64Array(MOST);
    this.times = new Float64Array(MOST);
    this.next = 0;
  }

  /** @param {number} ms @param {number} at Unix ms */
  add(ms, at) {
    const slot = this.next % MOST;
    this.values[slot] = Math.max(0, ms);
    this.times[slot] = at;
    this.next += 1;
  }

  /** @param {number} now Unix ms @returns {{p50: number, p95: number, count: number} | null} */
  read(now) {
    /** @type {number[]} */
    const recent = [];
    for (let slot = 0, end = Math.min(this.next, MOST); slot < end; slot += 1) {
      if (now - this.times[slot] <= WINDOW_MS) recent.push(this.values[slot]);
    }
    const p50 = percentile(recent, 0.5), p95 = percentile(recent, 0.95);
    return p50 === null || p95 === null ? null : { p50, p95, count: recent.length };
  }
}
