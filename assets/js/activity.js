/** Whether somebody is at this screen: tells the server so, warns before the screen locks, and says when it must. */

/** The server is told no more often than this. */
const TELL_EVERY_MS = 60_000;
/** Windows of one browser tell each other no more often than this, a hand that moves says it far more often. */
const SHARE_EVERY_MS = 1000;
const WARN_MS = 60_000;

/**
 * @typedef {{
 *   tell: () => void, share: () => void, warn: (leftS: number) => void, lock: () => void,
 * }} Does `tell` the server, `share` with the other windows, `warn` of the seconds that are left (0: no more), `lock` the screen
 */

export class Activity {
  /** @param {number} lockAfterMs @param {number} now Unix ms: it goes on while the machine sleeps @param {Does} does */
  constructor(lockAfterMs, now, does) {
    this.lockAfterMs = lockAfterMs;
    this.warnMs = Math.min(WARN_MS, lockAfterMs / 2);
    this.does = does;
    this.seenAt = now;
    this.toldAt = this.sharedAt = -Infinity;
    /** Whether hands moved that the server has not been told of. A page that only opened, perhaps by itself, is no hand. */
    this.untold = false;
    this.leftS = 0;
    this.locked = false;
  }

  /** Somebody moved something in this window. @param {number} now */
  here(now) {
    if (this.locked) return;
    const warned = this.leftS > 0;
    this.heard(now);
    if (this.locked) return;
    this.untold = true;
    if (warned || now - this.sharedAt >= SHARE_EVERY_MS) {
      this.sharedAt = now;
      this.does.share();
    }
    // A screen that is about to lock does so on the server as well, whose clock began with what it was last told.
    if (warned || now - this.toldAt >= TELL_EVERY_MS) this.#tell(now);
  }

  /** Somebody is here, in this window or another one. @param {number} now */
  heard(now) {
    // What moves first after the machine has slept must not open what should have been locked meanwhile.
    this.look(now);
    if (this.locked) return;
    this.seenAt = now;
    this.#warn(0);
  }

  /** Once a second. @param {number} now */
  look(now) {
    if (this.locked) return;
    const leftMs = this.seenAt + this.lockAfterMs - now;
    if (leftMs <= 0) {
      this.locked = true;
      return this.does.lock();
    }
    // Said late, when nothing moves any more, so that the server never locks what is still in use.
    if (this.untold && now - this.toldAt >= TELL_EVERY_MS) this.#tell(now);
    this.#warn(leftMs <= this.warnMs ? Math.ceil(leftMs / 1000) : 0);
  }

  /** @param {number} now */
  #tell(now) {
    this.toldAt = now;
    this.untold = false;
    this.does.tell();
  }

  /** @param {number} leftS */
  #warn(leftS) {
    if (leftS === this.leftS) return;
    this.leftS = leftS;
    this.does.warn(leftS);
  }
}
