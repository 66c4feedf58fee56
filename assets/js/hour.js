/** The last hour as the server's record tells it: the live picture forgets what is closed. Asked for in turns; without an answer there is none. */

const AGAIN_MS = 30_000;
/** An answer older than this is no last hour any more. */
const GOOD_MS = 100_000;

/**
 * @typedef {{count: number, median_s: number | null, p90_s: number | null}} Spread
 * @typedef {{whole: boolean, from: string, to: string, hour: {response: {high: Spread, all: Spread},
 *   answer: {count: number, p90_s: number | null, within_15_s: number | null} | null}}} Told
 */

export class Hour {
  #askedAt = -Infinity;
  #toldAt = -Infinity;
  #busy = false;
  /** @type {Told | null} */
  #told = null;

  /** @param {() => void} changed @param {typeof fetch} [ask] */
  constructor(changed, ask = (...request) => fetch(...request)) {
    this.changed = changed;
    this.ask = ask;
  }

  /** What is known of the hour up to now. @param {number} now Unix ms @returns {Told | null} */
  known(now) {
    return now - this.#toldAt <= GOOD_MS ? this.#told : null;
  }

  /** Call it each second. @param {number} now Unix ms */
  async look(now) {
    if (this.#busy || now - this.#askedAt < AGAIN_MS) return;
    this.#askedAt = now;
    this.#busy = true;
    try {
      const answer = await this.ask("/api/v1/hour", { signal: AbortSignal.timeout(AGAIN_MS) });
      if (!answer.ok) return;
      const told = await answer.json();
      if (!told?.hour?.response) return;
      [this.#told, this.#toldAt] = [told, now];
      this.changed();
    } catch {
      // The strip then says what the picture knows.
    } finally {
      this.#busy = false;
    }
  }
}
