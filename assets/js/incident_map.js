/** The map of an incident's page: where it is and the ways by which units came, all of it in view until somebody looks elsewhere. */

import { around, lookAt } from "./framing.js";
import { openMap } from "./map/desk_map.js";
import { IncidentWays, pointsOf } from "./map/incident_ways.js";
import { Selection } from "./selection.js";
import { isOpen } from "./words.js";

/** Around what is shown, in CSS px: marks and words stand beside their places. */
const ROOM_PX = 56;

export class IncidentMap {
  /** @param {{time: (ms: number) => string}} clock the city's */
  constructor(clock) {
    this.clock = clock;
    this.shown = "";
    this.framed = "";
    /** @type {import("./map/city_map.js").CityMap | null} */
    this.city = null;
    /** @type {{incident: any, units: import("./map/incident_ways.js").Came[]} | null} */
    this.what = null;
  }

  /** @param {Parameters<typeof openMap>[0]} page */
  async open(page) {
    const desk = await openMap(page, new Selection(["unit", "detection", "camera", "notice"]));
    // Home is here, and not the whole city.
    desk.goHome = () => this.home();
    this.city = desk.city;
    this.ways = new IncidentWays(desk.city.map);
    if (this.what) this.show(this.what.incident, this.what.units);
  }

  /** @param {any} incident @param {import("./map/incident_ways.js").Came[]} units */
  show(incident, units) {
    this.what = { incident, units };
    if (!this.city || !this.ways) return;
    const key = JSON.stringify([incident.lat, incident.lon, isOpen(incident), units.map(({ id, way }) => [id, way?.length, way?.at(-1)?.at])]);
    if (key === this.shown) return;
    this.shown = key;
    this.ways.show(units, (instant) => this.clock.time(Date.parse(instant)).slice(0, 5));
    this.ways.showScene(isOpen(incident) ? null : incident);
    const frame = JSON.stringify([incident.lat, incident.lon]);
    // The camera goes where the incident is; a unit that drives on does not move it again.
    if (frame !== this.framed) this.home(false);
    this.framed = frame;
  }

  /** Looks at the incident and the ways to it. */
  home(glide = true) {
    if (!this.city || !this.what) return;
    const bounds = around(pointsOf(this.what.incident, this.what.units));
    const { clientWidth: width, clientHeight: height } = this.city.stage;
    const look = bounds && lookAt(bounds, { width, height }, { left: ROOM_PX, right: ROOM_PX, top: ROOM_PX, bottom: ROOM_PX });
    if (look) this.city.camera.goTo(look, { glide });
    else this.city.camera.goHome({ glide });
  }
}
