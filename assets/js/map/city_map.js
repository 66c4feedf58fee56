/** The live map of a page: the ground, and above it all that lives, brought up to date with each change of the picture. */

import { STALE_AFTER_S, isNew, isOver } from "../words.js";
import { Camera } from "./camera.js";
import { cameraFor, keepGround } from "./ground.js";
import { LiveLayer } from "./live_layer.js";
import { mapIn } from "./map_host.js";
import { marksOf } from "./marks.js";
import { NoticeAreas } from "./notice_areas.js";
import { RouteLine } from "./route_line.js";
import { UnitTable } from "./unit_table.js";

const MARKED = new Set(["incident", "detection"]);

/** @typedef {import("../glass.js").Glass} Glass */

/**
 * What a page adds to the map: of its own choice what stands on it, and what is pinned to that.
 * @typedef {object} Dress
 * @property {(layer: LiveLayer) => Parameters<typeof marksOf>[0]} [picture] without it, every incident and detection
 * @property {import("./live_layer.js").Options["pins"]} [pins]
 * @property {import("./live_layer.js").Options["drawn"]} [drawn]
 */

export class CityMap {
  /**
   * Waits for the map that Plotly makes in `stage`, and hangs it into the glass.
   * @param {HTMLElement} stage around the graph, and not the graph: Dash puts the graph's element in place of a placeholder with the same id
   * @param {Glass} glass @param {import("./ground.js").City} city @param {Dress} [dress]
   */
  static async in(stage, glass, city, dress) {
    return new CityMap(stage, await mapIn(stage), glass, city, dress);
  }

  /**
   * @param {HTMLElement} stage @param {any} map MapLibre's @param {Glass} glass @param {import("./ground.js").City} city
   * @param {Dress} [dress]
   */
  constructor(stage, map, glass, city, dress = {}) {
    this.stage = stage;
    this.map = map;
    this.glass = glass;
    this.table = new UnitTable(city.center[0], city.center[1]);
    map.resize();
    keepGround(map);
    this.route = new RouteLine(map);
    this.notices = new NoticeAreas(map, glass.notices);
    this.noticesStale = false;
    this.camera = new Camera(map, () => cameraFor(map, city));
    const picture = dress.picture ?? (() => ({ incidents: glass.incidents.values(), detections: glass.detections.values() }));
    this.layer = new LiveLayer(stage, map, this.table, {
      staleAfterS: STALE_AFTER_S,
      units: glass.units,
      marks: (layer) => marksOf(picture(layer), this.table, layer.atlas, layer.pixels, glass.clock.now(), performance.now() / 1000),
      pins: dress.pins,
      drawn: dress.drawn,
    });
    this.marksStale = false;
    this.aged = -1;
    this.#soften();
    let resized = 0;
    new ResizeObserver(() => {
      clearTimeout(resized);
      resized = setTimeout(() => this.#resize(), 200);
    }).observe(stage);
    glass.drawing = this;
    this.reload();
  }

  /** @param {import("../replica.js").Change} change @param {any} unit the whole entity after it */
  take({ kind, id, fields, occurred_at }, unit) {
    if (MARKED.has(kind)) this.marksStale = true;
    if (kind === "notice") this.noticesStale = true;
    if (kind !== "unit") return;
    if (unit === null) this.table.remove(id);
    else if (fields) this.#put(id, unit, "lat" in fields || "lon" in fields, fields.fix_at ?? occurred_at);
  }

  reload() {
    this.table.clear();
    for (const [id, unit] of this.glass.units) this.#put(id, unit, true, unit.fix_at);
    this.notices.show(this.glass.clock.now(), true);
    this.layer.remark();
    this.layer.touch();
    this.layer.measure();
  }

  /** @param {(at: number) => void} [painted] told when it is on the glass */
  touch(painted) {
    if (this.marksStale) this.layer.remark();
    this.marksStale = false;
    if (this.noticesStale) this.notices.show(this.glass.clock.now(), true);
    this.noticesStale = false;
    this.layer.touch(painted);
  }

  /** A target that was passed, an incident that is no longer new, or a warning that begins or ends, looks different. @param {number} now Unix ms of the server */
  tick(now) {
    this.notices.show(now);
    let aged = 0;
    for (const incident of this.glass.incidents.values()) aged += Number(isOver(incident, now)) + 4096 * Number(isNew(incident, now));
    if (aged === this.aged) return;
    this.aged = aged;
    this.marksStale = true;
    this.touch();
  }

  /** @param {string} id @param {any} unit @param {boolean} moved @param {string | undefined} fixedAt */
  #put(id, unit, moved, fixedAt) {
    const now = performance.now() / 1000;
    const old = fixedAt ? (this.glass.clock.now() - Date.parse(fixedAt)) / 1000 : 0;
    this.table.put(id, unit, moved, now, now - (old > 0 ? old : 0));
  }

  /** A software renderer gets the ground in no more pixels than the units. */
  #soften() {
    if (this.layer.software) this.map.setPixelRatio(this.layer.ratio);
  }

  #resize() {
    this.#soften();
    this.map.resize();
    this.camera.resized();
  }
}

