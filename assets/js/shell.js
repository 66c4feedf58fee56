/** What stands around every page: the bar with its clock, feeds and latency, and the band that says when the picture is not live. */

import { FeedsBar } from "./feeds_bar.js";
import { write } from "./queue.js";

/** A store that is started again within this time is no reason to alarm a room; the server says so several times a second. */
const STORE_MISSED_AFTER_MS = 2000;

export const part = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

export class Shell {
  /**
   * @param {HTMLElement} root the page
   * @param {import("./glass.js").Glass} glass @param {ReturnType<typeof import("./format.js").clockOf>} clock the city's @param {string} city its name
   */
  constructor(root, glass, clock, city) {
    this.root = root;
    this.glass = glass;
    this.clock = clock;
    this.feeds = new FeedsBar(part("bar-feeds"));
    write(part("bar-city"), city);
  }

  /** @param {"loading" | "live" | "lost"} state @param {number} heardAt Unix ms of this browser */
  link(state, heardAt) {
    this.root.dataset.link = state;
    if (state === "lost") this.#say(heardAt + this.glass.clock.offset, "The connection to the server is gone. What you see is old. Trying again.");
  }

  /** @param {any} beat */
  beat(beat) {
    this.feeds.hear(beat.feeds ?? [], performance.now() / 1000);
    // The server answers, but its store does not: nothing new can come, however lively the connection.
    const lostAt = Date.parse(beat.store_lost_at ?? "");
    const lost = this.glass.clock.now() - lostAt > STORE_MISSED_AFTER_MS;
    this.root.dataset.store = lost ? "lost" : "ok";
    if (lost) this.#say(lostAt, "The server has lost its store. What you see is old. It goes on trying.");
  }

  tick() {
    const now = this.glass.clock.now();
    write(part("bar-time"), this.clock.time(now));
    write(part("bar-date"), this.clock.date(now));
    this.feeds.tick(performance.now() / 1000);
    const meter = this.glass.meter.read(Date.now());
    const html = `glass ${meter ? `<b>${Math.round(meter.p50)}</b> ms · p95 <b>${Math.round(meter.p95)}</b>` : "<b>–</b> ms"}`;
    if (part("bar-latency").innerHTML !== html) part("bar-latency").innerHTML = html;
  }

  /** @param {number} since Unix ms of the server @param {string} why */
  #say(since, why) {
    write(part("band-title"), `NOT LIVE since ${this.clock.time(since)}`);
    write(part("band-detail"), why);
  }
}
