/** What stands on a desk's map: the layers that are on, cameras among them, and pinned above all the marks of alarms and the ring of what is chosen. */

import { SPRITE } from "./sprite_painter.js";
import { isDown } from "./camera_cones.js";
import { drawAlarm, drawCamera, drawRing } from "./desk_glyphs.js";
import { layerOfPriority } from "./layer_switches.js";
import { ORDER } from "./marks.js";
import { CAMERA_SIDE } from "./whereabouts.js";
import { standing } from "../notices.js";
import { SEVERITIES, isAcknowledged, isAlarmOpen, isOpen, priorityOf, severityOf } from "../words.js";

/** A flood of alarms must not bury the map that it is about: so many marks, the worst first. */
const MOST_ALARMS = 200;
const ALARM_SIDE = 22;
/** How much wider than its mark the ring is, in design px. */
const RING_ROOM = 18;
const RING_STEP = 4;
/** Below this zoom cameras would be a carpet. */
export const CAMERAS_FROM = 13;

/**
 * What the open alarms are about: each thing once, with its worst alarm.
 * @param {Iterable<any>} alarms @returns {{kind: string, id: string, severity: string, waiting: boolean}[]} the worst first
 */
export function alarmed(alarms) {
  /** @type {Map<string, {kind: string, id: string, severity: string, waiting: boolean}>} */
  const things = new Map();
  for (const alarm of alarms) {
    const about = alarm.about?.[0];
    if (!about || !isAlarmOpen(alarm)) continue;
    const key = `${about.kind} ${about.id}`, known = things.get(key);
    const found = { kind: about.kind, id: about.id, severity: severityOf(alarm), waiting: !isAcknowledged(alarm) };
    if (!known || urgency(found) < urgency(known)) things.set(key, found);
  }
  return [...things.values()].sort((a, b) => urgency(a) - urgency(b)).slice(0, MOST_ALARMS);
}

/** @param {{severity: string, waiting: boolean}} alarm */
const urgency = ({ severity, waiting }) => 2 * SEVERITIES.indexOf(severity) + (waiting ? 0 : 1);

export class DeskPicture {
  /**
   * @param {import("../glass.js").Glass} glass @param {import("./layer_switches.js").LayerSwitches} switches
   * @param {import("../selection.js").Selection} selection
   */
  constructor(glass, switches, selection) {
    this.glass = glass;
    this.switches = switches;
    this.selection = selection;
    /** @type {import("./whereabouts.js").Whereabouts | null} */
    this.whereabouts = null;
    /** Whether the map is close enough for cameras. */
    this.close = false;
    this.alarms = /** @type {ReturnType<typeof alarmed>} */ ([]);
    this.pinned = new Float32Array((MOST_ALARMS + 1) * SPRITE);
  }

  /** What of a kind can be seen, and so be pointed at. @param {string} kind @returns {Iterable<[string, any]>} */
  *seen(kind) {
    const { glass, switches } = this;
    if (kind === "incident") {
      for (const one of glass.incidents) if (isOpen(one[1]) && switches.on(layerOfPriority(priorityOf(one[1])))) yield one;
    } else if (kind === "detection" && switches.on("detections")) {
      for (const one of glass.detections) if (one[1].review !== "dismissed") yield one;
    } else if (kind === "camera" && switches.on("cameras") && this.close) {
      yield* glass.cameras;
    }
  }

  /** @param {import("./live_layer.js").LiveLayer} layer @returns {Parameters<typeof import("./marks.js").marksOf>[0]} */
  picture(layer) {
    const { atlas, pixels } = layer, side = Math.round(CAMERA_SIDE * pixels);
    const others = [], calls = [];
    for (const [, camera] of this.seen("camera")) {
      const where = this.whereabouts?.ofThing("camera", camera);
      if (!where) continue;
      const down = isDown(camera), cut = atlas.place(`c${down}${side}`, side, side, (pen) => drawCamera(pen, side, down));
      others.push({ order: ORDER.camera, row: [where.at[0], where.at[1], -side / 2, side / 2, side, side, cut.x, cut.y, side, side] });
    }
    for (const { kind, id, severity, waiting } of this.#shownAlarms()) {
      const where = severity === "critical" && waiting && kind !== "unit" ? this.whereabouts?.of(kind, id) : null;
      if (where) calls.push({ x: where.at[0], y: where.at[1] });
    }
    return { incidents: things(this.seen("incident")), detections: things(this.seen("detection")), others, calls };
  }

  /** @param {import("./live_layer.js").LiveLayer} layer @param {number} now seconds of the page */
  pins(layer, now) {
    const { whereabouts, selection, pinned } = this, { atlas, pixels } = layer;
    if (!whereabouts) return pinned.subarray(0, 0);
    let at = 0;
    const put = (/** @type {import("./whereabouts.js").Where} */ { at: [x, y], beside: [dx, dy] }, /** @type {number} */ right, /** @type {number} */ down, /** @type {number} */ side, /** @type {{x: number, y: number}} */ cut) => {
      const half = side / 2;
      pinned.set([x, y, Math.round((dx + right) * pixels) - half, half - Math.round((dy + down) * pixels), side, side, cut.x, cut.y, side, side], at);
      at += SPRITE;
    };
    const side = Math.round(ALARM_SIDE * pixels);
    for (const { kind, id, severity, waiting } of this.#shownAlarms()) {
      const where = whereabouts.of(kind, id, now);
      if (!where) continue;
      const away = where.side / 2 + 3;
      put(where, away, -away, side, atlas.place(`a${severity}${waiting}${side}`, side, side, (pen) => drawAlarm(pen, side, severity, waiting)));
    }
    const { thing } = selection, where = thing && thing.kind !== "notice" && whereabouts.of(thing.kind, thing.id, now);
    if (where) {
      const ring = Math.round((Math.ceil(where.side / RING_STEP) * RING_STEP + RING_ROOM) * pixels);
      put(where, 0, 0, ring, atlas.place(`ring${ring}`, ring, ring, (pen) => drawRing(pen, ring, pixels)));
    }
    return pinned.subarray(0, at);
  }

  /** How many things each layer has. @returns {Record<string, number>} */
  counts() {
    const { glass } = this;
    const counts = { p1: 0, p2: 0, p3: 0, p4: 0, units: 0, detections: 0, cameras: glass.cameras.size, alarms: 0, notices: standing(glass.notices, glass.clock.now()).length };
    for (const incident of glass.incidents.values()) if (isOpen(incident)) counts[/** @type {"p1"} */ (layerOfPriority(priorityOf(incident)))] += 1;
    for (const detection of glass.detections.values()) if (detection.review !== "dismissed") counts.detections += 1;
    for (const alarm of glass.alarms.values()) if (isAlarmOpen(alarm)) counts.alarms += 1;
    counts.units = this.whereabouts?.table.shown ?? 0;
    return counts;
  }

  /** Alarms anew: their own kind changed. */
  readAlarms() {
    this.alarms = alarmed(this.glass.alarms.values());
  }

  #shownAlarms() {
    return this.switches.on("alarms") ? this.alarms : [];
  }
}

/** @param {Iterable<[string, any]>} entries */
function* things(entries) {
  for (const [, thing] of entries) yield thing;
}
