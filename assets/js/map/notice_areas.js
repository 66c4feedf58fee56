/** The areas of public warnings, on the ground and under all that lives: filled lightly by how grave they are, dashed while only expected. */

import { gravityOf, isToCome, ringsOf, standing, titleOf, covers, NOTICE_SEVERITIES } from "../notices.js";
import { designScale, token } from "../tokens.js";
import { roomiest } from "./areas.js";
import { FONT_BOLD } from "./basemap_style.js";
import { KeptLayers } from "./kept_layers.js";

/** @typedef {import("../notices.js").At} At */
/** @typedef {{id: string, rings: At[][], anchor: At | null, size: number}} Area */

export class NoticeAreas {
  /** @param {any} map MapLibre's @param {Map<string, any>} notices of the picture */
  constructor(map, notices) {
    this.notices = notices;
    this.on = true;
    this.chosen = "";
    this.told = "";
    /** @type {Area[]} the gravest last, as they are drawn */
    this.areas = [];
    this.kept = new KeptLayers(map, "notices", areaLayers);
    this.names = new KeptLayers(map, "notice-names", nameLayers, () => undefined);
  }

  /**
   * @param {number} now Unix ms of the server @param {boolean} [anew] something of a notice changed, and not only the time
   */
  show(now, anew = false) {
    const shown = this.on ? standing(this.notices, now).reverse() : [];
    const told = JSON.stringify([this.chosen, shown.map(([id, notice]) => [id, isToCome(notice, now)])]);
    if (told === this.told && !anew) return;
    this.told = told;
    this.areas = shown.map(([id, notice]) => areaOf(id, notice)).filter(({ anchor }) => anchor);
    const notes = new Map(shown), features = this.areas.map(({ id, rings }) => ({
      type: "Feature", geometry: { type: "MultiPolygon", coordinates: rings.map((ring) => [ring]) },
      properties: { gravity: gravityOf(notes.get(id)), coming: isToCome(notes.get(id), now), chosen: id === this.chosen },
    }));
    const names = this.areas.map(({ id, anchor }) => ({
      type: "Feature", geometry: { type: "Point", coordinates: anchor },
      properties: { name: titleOf(notes.get(id)), gravity: gravityOf(notes.get(id)), rank: NOTICE_SEVERITIES.indexOf(gravityOf(notes.get(id))) },
    }));
    this.kept.show(features.length ? { type: "FeatureCollection", features } : null);
    this.names.show(names.length ? { type: "FeatureCollection", features: names } : null);
  }

  /** Those that cover a place, the smallest first: it says most about it. @param {{lng: number, lat: number}} place @returns {string[]} */
  at({ lng, lat }) {
    return this.areas.filter(({ rings }) => covers(rings, [lng, lat])).sort((a, b) => a.size - b.size).map(({ id }) => id);
  }

  /** Where its name stands, or null where it draws no area. @param {string} id @returns {Area | null} */
  of(id) {
    return this.areas.find((area) => area.id === id) ?? null;
  }
}

/** @param {string} id @param {any} notice @returns {Area} */
export function areaOf(id, notice) {
  const rings = ringsOf(notice), sizes = rings.map(extent), size = Math.max(0, ...sizes);
  return { id, rings, size, anchor: rings.length ? roomiest([rings[sizes.indexOf(size)]]) : null };
}

/** The area of a ring's box, in square degrees: enough to tell which is larger. @param {At[]} ring */
function extent(ring) {
  const xs = ring.map(([x]) => x), ys = ring.map(([, y]) => y);
  return (Math.max(...xs) - Math.min(...xs)) * (Math.max(...ys) - Math.min(...ys));
}

const byGravity = () => ["match", ["get", "gravity"], ...NOTICE_SEVERITIES.slice(0, -1).flatMap((name) => [name, token(`notice-${name}`)]), token("notice-minor")];

function areaLayers() {
  const size = designScale(), colour = byGravity(), width = ["case", ["get", "chosen"], 4 * size, 2 * size];
  const line = (/** @type {string} */ id, /** @type {boolean} */ coming, /** @type {any} */ paint) => ({
    id, type: "line", filter: ["==", ["get", "coming"], coming], layout: { "line-join": "round" }, paint: { "line-color": colour, "line-width": width, ...paint },
  });
  return [
    { id: "notices", type: "fill", paint: { "fill-color": colour, "fill-opacity": ["case", ["get", "chosen"], 0.2, ["get", "coming"], 0.05, 0.11], "fill-antialias": false } },
    line("notice-lines", false, {}),
    line("notice-lines-coming", true, { "line-dasharray": [3, 2] }),
  ];
}

function nameLayers() {
  const size = designScale();
  return [{
    id: "notice-names", type: "symbol",
    layout: {
      "text-field": ["get", "name"], "text-font": FONT_BOLD, "text-size": 16 * size, "text-max-width": 10, "text-padding": 4 * size,
      "symbol-sort-key": ["get", "rank"],
    },
    paint: { "text-color": byGravity(), "text-halo-color": token("halo"), "text-halo-width": 2 * size },
  }];
}
