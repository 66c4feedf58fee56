/** What the wall does with each message: replica, then glass, then the painted hook. Wired by main.js; owns no connection. */

import { callFigures, incidentFigures, unitFigures } from "./figures.js";
import { LatencyMeter } from "./latency.js";
import { queueOf } from "./queue_order.js";
import { Replica } from "./replica.js";
import { ServerClock } from "./server_clock.js";

/** Lists of figures may change a few times a second; more cannot be read and costs the units their frame. */
const LISTS_EVERY_MS = 250;
/** Events older than this when they came were not late on the way: they are a feed that catches up. */
const METER_LIMIT_MS = 60_000;

/** @typedef {import("./replica.js").Change} Change */

export class Wall {
  /**
   * @param {{table: import("./unit_table.js").UnitTable, queue: import("./queue.js").Queue, strip: import("./strip.js").Strip,
   *   alarms: import("./alarms.js").Alarms, feeds: import("./feeds_bar.js").FeedsBar}} parts
   */
  constructor(parts) {
    this.parts = parts;
    this.replica = new Replica();
    this.clock = new ServerClock();
    this.meter = new LatencyMeter();
    /** @type {import("./live_layer.js").LiveLayer | null} comes when the map is there */
    this.layer = null;
    this.listed = 0;
    this.listing = 0;
    this.stale = { incident: true, call: true, unit: true, alarm: true };
    this.units = this.replica.kind("unit");
    this.incidents = this.replica.kind("incident");
    this.detections = this.replica.kind("detection");
    this.calls = this.replica.kind("call");
    this.alarms = this.replica.kind("alarm");
    this.alarmLoads = this.replica.kind("alarm_load");
  }

  /** @param {any} picture */
  load(picture) {
    this.clock.hear(picture.as_of);
    this.replica.load(picture);
    this.parts.table.clear();
    for (const [id, unit] of this.units) this.#unit(id, unit, true, unit.fix_at);
    this.stale = { incident: true, call: true, unit: true, alarm: true };
    this.list();
    this.layer?.remark();
    this.layer?.touch();
    this.layer?.measure();
  }

  /** @param {string} data @param {string} cursor */
  change(data, cursor) {
    if (!this.replica.isNews(cursor)) return;
    /** @type {{sent_at: string, changes: Change[]}} */
    const { sent_at, changes } = JSON.parse(data);
    this.clock.hear(sent_at);
    let marks = false;
    for (const change of changes) {
      const entity = this.replica.apply(change);
      const { kind, id, fields } = change;
      if (kind === "unit") {
        if (entity === null) this.parts.table.remove(id);
        else if (fields) this.#unit(id, entity, "lat" in fields || "lon" in fields, fields.fix_at ?? change.occurred_at);
        if (fields === null || "status" in fields || "emergency" in fields) this.stale.unit = true;
      } else if (kind === "incident") this.stale.incident = marks = true;
      else if (kind === "detection") marks = true;
      else if (kind === "call") this.stale.call = true;
      else if (kind === "alarm" || kind === "alarm_load") this.stale.alarm = true;
    }
    this.replica.cursor = cursor || this.replica.cursor;
    if (marks) this.layer?.remark();
    this.#listSoon();
    const painted = (/** @type {number} */ at) => this.#painted(cursor, sent_at, changes, at);
    if (this.layer) this.layer.touch(painted);
  }

  /** @param {string} id @param {any} unit @param {boolean} moved @param {string | undefined} fixedAt */
  #unit(id, unit, moved, fixedAt) {
    const now = performance.now() / 1000;
    const old = fixedAt ? (this.clock.now() - Date.parse(fixedAt)) / 1000 : 0;
    this.parts.table.put(id, unit, moved, now, now - (old > 0 ? old : 0));
  }

  #listSoon() {
    if (this.listing || !Object.values(this.stale).includes(true)) return;
    const wait = Math.max(0, this.listed + LISTS_EVERY_MS - performance.now());
    this.listing = wait ? setTimeout(() => this.list(), wait) : requestAnimationFrame(() => this.list());
  }

  /** Queue, strip and alarms, where their part of the picture changed. */
  list() {
    this.listing = 0;
    this.listed = performance.now();
    const now = this.clock.now();
    const { queue, strip, alarms } = this.parts;
    if (this.stale.incident) {
      queue.show(queueOf(this.incidents, now), now);
      strip.showIncidents(incidentFigures(this.incidents, now), now);
    }
    if (this.stale.call) strip.showCalls(callFigures(this.calls, now), now);
    if (this.stale.unit) strip.showUnits(unitFigures(this.units));
    if (this.stale.alarm) alarms.show(this.alarms, this.alarmLoads.get("center"), now);
    this.stale = { incident: false, call: false, unit: false, alarm: false };
  }

  /** Once a second: every age; and whatever time alone changes (a target passed, a new one no longer new). */
  tick() {
    this.stale.incident = this.stale.call = true;
    this.list();
    this.parts.alarms.tick(this.clock.now());
    this.parts.feeds.tick(performance.now() / 1000);
    if (this.layer && this.#marksAged()) {
      this.layer.remark();
      this.layer.touch();
    }
  }

  /** Whether a target was passed or a new incident ceased to be new since the last look. */
  #marksAged() {
    const ages = this.parts.queue.last?.entries.reduce((sum, entry) => sum + Number(entry.isOver) + 4096 * Number(entry.isNew), 0) ?? 0;
    const aged = ages !== this.ages;
    this.ages = ages;
    return aged;
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
