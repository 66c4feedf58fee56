/**
 * Where the wall looks: on tour through the districts, or for 20 s at a new priority 1 with its card. It moves the camera only when there is
 * something else to see, so that a wall without a tour and without a priority 1 stands still.
 */

import { isPlaced } from "./bearings.js";
import { around, boundsOf, lookAt } from "./framing.js";
import { askNearby } from "./nearest.js";
import { write } from "./queue.js";
import { Takeover } from "./takeover.js";
import { unitsFor } from "./takeover_card.js";
import { Tour, stopsOf } from "./tour.js";

/** Who is near is asked before the camera goes, so that it goes once; it does not wait longer than this. */
const ANSWER_WITHIN_MS = 1200;
/** Around an incident, in degrees of latitude: about four blocks, however near the units are. */
const AROUND_DEG = 0.004;
const UNITS_IN_VIEW = 3;

/**
 * @typedef {object} Parts
 * @property {HTMLElement} stage @property {HTMLElement} where says in the bar where the wall looks @property {HTMLElement} alarms what covers the map at the left
 * @property {import("./takeover_card.js").TakeoverCard} card
 */

export class Lookout {
  /**
   * @param {import("./glass.js").Glass} glass @param {import("./map/ground.js").City} city @param {Parts} parts
   * @param {number} tourS seconds at each stop; 0 is no tour
   */
  constructor(glass, city, parts, tourS) {
    this.glass = glass;
    this.city = city;
    this.parts = parts;
    this.tour = new Tour([], tourS * 1000);
    this.takeover = new Takeover();
    /** @type {import("./map/city_map.js").CityMap | null} */
    this.map = null;
    /** @type {string | null} */
    this.id = null;
    /** @type {{units: any[]} | null} */
    this.nearby = null;
    /** About whom the server is asked just now: the camera waits for that. @type {string | null} */
    this.asking = null;
    this.looksAt = "";
    if (tourS > 0) this.#learn(tourS);
    glass.add({
      kinds: ["incident"],
      reload: () => this.takeover.reload(glass.incidents, glass.clock.now()),
      take: ({ id, fields }, incident) => {
        if (incident) this.takeover.take(id, incident, fields ?? {}, glass.clock.now());
        else this.takeover.left(id);
      },
      show: (now) => this.tick(now),
      tick: (now) => this.tick(now),
    });
  }

  /** @param {import("./map/city_map.js").CityMap} map once it is there */
  use(map) {
    this.map = map;
    let resized = 0;
    // After the map has its own new size.
    new ResizeObserver(() => {
      clearTimeout(resized);
      resized = setTimeout(() => this.#look(true), 300);
    }).observe(this.parts.stage);
    new MutationObserver(() => this.#look()).observe(this.parts.alarms, { attributeFilter: ["hidden"] });
    this.#look();
  }

  /** @param {number} now Unix ms of the server */
  tick(now) {
    const id = this.takeover.look(this.glass.incidents, now);
    if (id !== this.id) this.#turnTo(id);
    this.tour.tick(now, id !== null);
    this.#say(now);
    this.#look();
  }

  /** @param {number} tourS */
  async #learn(tourS) {
    try {
      const answer = await fetch("/basemap/districts.geojson");
      if (answer.ok) this.tour = new Tour(stopsOf(await answer.json(), boundsOf), tourS * 1000);
    } catch {
      // Without districts the whole city stands.
    }
  }

  /** @param {string | null} id */
  async #turnTo(id) {
    this.id = id;
    this.nearby = this.asking = null;
    if (id === null || !isPlaced(this.glass.incidents.get(id))) return;
    this.asking = id;
    const asked = askNearby(id).then((nearby) => {
      if (this.id !== id || !nearby) return;
      this.nearby = nearby;
      this.#say(this.glass.clock.now());
    });
    await Promise.race([asked, new Promise((late) => setTimeout(late, ANSWER_WITHIN_MS))]);
    if (this.asking !== id) return;
    this.asking = null;
    this.#look();
  }

  /** @param {number} now */
  #say(now) {
    const { card, where } = this.parts;
    const incident = this.id === null ? null : this.glass.incidents.get(this.id);
    if (incident) card.show(incident, unitsFor(incident, this.glass.units, this.nearby), this.takeover.waiting.length, now);
    else card.hide();
    write(where, incident ? "new priority 1" : this.tour.stop.name || (this.tour.stops.length > 1 ? "all districts" : ""));
  }

  /** Turns the camera to what is to be seen, if it looks elsewhere. @param {boolean} [anew] the screen is another */
  #look(anew = false) {
    if (!this.map || (this.asking !== null && !anew)) return;
    const incident = this.id === null ? null : this.glass.incidents.get(this.id);
    const called = incident && isPlaced(incident);
    const { stage, alarms, card } = this.parts;
    const beside = !alarms.hidden && alarms.offsetWidth < stage.clientWidth / 2 ? alarms.offsetLeft + alarms.offsetWidth : 0;
    const covered = { left: beside, top: 0, right: 0, bottom: called ? stage.clientHeight - card.element.offsetTop : 0 };
    const key = `${called ? this.id : this.tour.stop.name} ${beside}`;
    if (key === this.looksAt && !anew) return;
    const bounds = called ? this.#around(incident) : this.tour.stop.bounds ?? this.city.bounds;
    const look = lookAt(/** @type {any} */ (bounds), { width: stage.clientWidth, height: stage.clientHeight }, covered);
    if (!look) return;
    this.looksAt = key;
    this.map.camera.goTo(look, { glide: !anew && !this.map.layer.software });
  }

  /** The incident in the middle, and who is near it in view. @param {any} incident */
  #around(incident) {
    const { lat, lon } = incident, wide = AROUND_DEG / Math.cos((lat * Math.PI) / 180);
    /** @type {[number, number][]} */
    const points = [[lon - wide, lat - AROUND_DEG], [lon + wide, lat + AROUND_DEG]];
    for (const { id } of this.nearby?.units.slice(0, UNITS_IN_VIEW) ?? []) {
      const unit = this.glass.units.get(id);
      if (isPlaced(unit)) points.push([unit.lon, unit.lat], [2 * lon - unit.lon, 2 * lat - unit.lat]);
    }
    return around(points);
  }
}
