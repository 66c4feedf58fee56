/**
 * The live core of every page: its copy of the picture, the server's clock and the latency meter; and the views and the map that are shown
 * from them. What comes goes into the replica first, then onto the glass, then out as the painted hook. Owns no connection.
 */

import { LatencyMeter } from "./latency.js";
import { Replica } from "./replica.js";
import { ServerClock } from "./server_clock.js";

/** Lists and figures may change a few times a second; more cannot be read and costs the units their frame. */
const LISTS_EVERY_MS = 250;
/** Events older than this when they came were not late on the way: they are a feed that catches up. */
const METER_LIMIT_MS = 60_000;
/** The mark in the browser's own record of the page's start: the first picture is on the glass. */
const FIRST_PAINT = "rtcc:first-live-paint";

/** @typedef {import("./replica.js").Change} Change */
/** @typedef {import("./replica.js").Entity} Entity */

/**
 * What is shown from the picture beside the map.
 * @typedef {object} View
 * @property {string[]} kinds whose changes it shows
 * @property {(now: number) => void} show paints from the replica: when one of its kinds changed, a few times a second at most; Unix ms of the server
 * @property {boolean} [ages] time alone changes what it shows: then it is shown anew each second too
 * @property {(now: number) => void} [tick] each second, after that
 * @property {(change: Change, entity: Entity | null) => void} [take] each change of its kinds at once, with the whole entity after it, null when it left
 * @property {() => void} [reload] the whole picture was replaced: no change was told one by one
 */

/**
 * What draws with every change, and knows when that is on the glass.
 * @typedef {{take: (change: Change, entity: Entity | null) => void, reload: () => void, touch: (painted: (at: number) => void) => void, tick: (now: number) => void}} Drawing
 */

export class Glass {
  constructor() {
    this.replica = new Replica();
    this.clock = new ServerClock();
    this.meter = new LatencyMeter();
    /** @type {Drawing | null} the map, when the page has one and it is there */
    this.drawing = null;
    /** @type {View[]} */
    this.views = [];
    /** @type {Set<View>} */
    this.stale = new Set();
    this.listed = 0;
    this.listing = 0;
    /** @type {((at: number) => void)[]} */
    this.unpainted = [];
    this.shown = false;
    /** When the first picture is on the glass. @type {Promise<void>} */
    this.firstPaint = new Promise((resolve) => (this.first = resolve));
    this.units = this.replica.kind("unit");
    this.incidents = this.replica.kind("incident");
    this.detections = this.replica.kind("detection");
    this.cameras = this.replica.kind("camera");
    this.calls = this.replica.kind("call");
    this.alarms = this.replica.kind("alarm");
    this.alarmLoads = this.replica.kind("alarm_load");
    this.notes = this.replica.kind("note");
    this.notices = this.replica.kind("notice");
  }

  /** Whether a picture has come at all. */
  get loaded() {
    return this.replica.cursor !== null;
  }

  /** @param {View} view */
  add(view) {
    this.views.push(view);
    if (!this.loaded) return;
    view.reload?.();
    this.#paintSoon(view);
  }

  /** @param {any} picture */
  load(picture) {
    this.clock.hear(picture.as_of);
    this.replica.load(picture);
    for (const view of this.views) {
      view.reload?.();
      this.stale.add(view);
    }
    this.drawing?.reload();
    this.list();
  }

  /** @param {string} data @param {string} cursor */
  change(data, cursor) {
    if (!this.replica.isNews(cursor)) return;
    /** @type {{sent_at: string, changes: Change[]}} */
    const { sent_at, changes } = JSON.parse(data);
    this.clock.hear(sent_at);
    for (const change of changes) {
      const entity = this.replica.apply(change);
      this.drawing?.take(change, entity);
      for (const view of this.views) {
        if (!view.kinds.includes(change.kind)) continue;
        view.take?.(change, entity);
        this.stale.add(view);
      }
    }
    this.replica.cursor = cursor || this.replica.cursor;
    const painted = (/** @type {number} */ at) => this.#painted(cursor, sent_at, changes, at);
    if (this.drawing) this.drawing.touch(painted);
    else this.unpainted.push(painted);
    this.#listSoon();
  }

  /** Shows a view anew with the next list, because of something that is not in the picture: a filter, a selection. @param {View} view */
  refresh(view) {
    if (this.loaded) this.#paintSoon(view);
  }

  /** Once a second: every age, and whatever time alone changes (a target passed, a new one no longer new). */
  tick() {
    if (!this.loaded) return;
    for (const view of this.views) if (view.ages) this.stale.add(view);
    this.list();
    const now = this.clock.now();
    for (const view of this.views) view.tick?.(now);
    this.drawing?.tick(now);
  }

  /** Every view that is stale. */
  list() {
    this.listing = 0;
    this.listed = performance.now();
    const now = this.clock.now(), stale = [...this.stale];
    this.stale.clear();
    for (const view of stale) view.show(now);
    if (!this.shown && this.loaded && stale.length) {
      this.shown = true;
      this.unpainted.push(() => {
        performance.mark(FIRST_PAINT);
        this.first?.();
      });
    }
    this.#tellPainted();
  }

  /** @param {View} view */
  #paintSoon(view) {
    this.stale.add(view);
    this.#listSoon();
  }

  #listSoon() {
    if (this.listing || !(this.stale.size || this.unpainted.length)) return;
    const wait = Math.max(0, this.listed + LISTS_EVERY_MS - performance.now());
    this.listing = wait ? setTimeout(() => this.list(), wait) : requestAnimationFrame(() => this.list());
  }

  /** Beside the map, a change is on the glass with the first frame after the views have shown it. */
  #tellPainted() {
    if (!this.unpainted.length) return;
    const waiting = this.unpainted.splice(0);
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        const at = Date.now();
        for (const painted of waiting) painted(at);
        channel.port1.close();
      };
      channel.port2.postMessage(0);
    });
  }

  /** @param {string} cursor @param {string} sent_at @param {Change[]} changes @param {number} at Unix ms of this browser */
  #painted(cursor, sent_at, changes, at) {
    const there = at + this.clock.offset;
    for (const { received_at } of changes) {
      const ms = there - Date.parse(received_at);
      if (ms < METER_LIMIT_MS) this.meter.add(ms, at);
    }
    const detail = {
      cursor, sent_at, painted_at: new Date(at).toISOString(),
      changes: changes.map(({ kind, id, occurred_at, received_at }) => ({ kind, id, occurred_at, received_at })),
    };
    window.dispatchEvent(new CustomEvent("rtcc:painted", { detail }));
  }
}
