/**
 * The server's clock as this browser can know it: every message says when it was sent, and none arrives before it was sent, so the
 * greatest difference seen lately is the closest to the truth. Pure but for its default clock.
 */

/** A drifting clock is followed within two of these. */
const WINDOW_MS = 60_000;

export class ServerClock {
  /** @param {() => number} [here] this browser's clock, Unix ms */
  constructor(here = Date.now) {
    this.here = here;
    this.turnedAt = here();
    this.latest = -Infinity;
    this.previous = -Infinity;
  }

  /** Learns from a message. @param {string} sentAt @param {number} [arrivedAt] Unix ms of this browser */
  hear(sentAt, arrivedAt = this.here()) {
    const sent = Date.parse(sentAt);
    if (!Number.isFinite(sent)) return;
    if (arrivedAt - this.turnedAt > WINDOW_MS) {
      this.previous = this.latest;
      this.latest = -Infinity;
      this.turnedAt = arrivedAt;
    }
    this.latest = Math.max(this.latest, sent - arrivedAt);
  }

  /** How far the server's clock is ahead of this one, in ms. */
  get offset() {
    const offset = Math.max(this.latest, this.previous);
    return Number.isFinite(offset) ? offset : 0;
  }

  /** The server's time now, Unix ms. */
  now() {
    return this.here() + this.offset;
  }
}
