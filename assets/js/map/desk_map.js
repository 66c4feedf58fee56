/**
 * The live map of the desks: the map of every page, and on it what only somebody who sits there needs. What is chosen on it is what is
 * chosen on the page; layers are switched, units followed, distances measured.
 */

import { command, mayOperate, say } from "../command.js";
import { write } from "../queue.js";
import { part } from "../shell.js";
import { designScale } from "../tokens.js";
import { CameraCones } from "./camera_cones.js";
import { Chosen } from "./chosen.js";
import { CityMap } from "./city_map.js";
import { TOOL_SVG } from "./desk_glyphs.js";
import { CAMERAS_FROM, DeskPicture } from "./desk_picture.js";
import { Follow } from "./follow.js";
import { switchGround } from "./ground_switches.js";
import { Heat } from "./heat.js";
import { LayerPanel, LayerSwitches } from "./layer_switches.js";
import { Measure } from "./measure.js";
import { Pointing } from "./pointing.js";
import { ScaleBar } from "./scale_bar.js";
import { shiftFor } from "./basemap_style.js";
import { ThingCard } from "./thing_card.js";
import { Whereabouts } from "./whereabouts.js";

const SCALE_PX = 110;
const HEAT_SAYS = /** @type {Record<string, string>} */ ({
  off: "", loading: "Heat: asking the journal", shown: "Heat: incidents of the last 24 h", none: "Heat: no incidents in the last 24 h",
  failed: "Heat: the journal does not answer; trying again",
});

/**
 * @typedef {object} Options
 * @property {(id: string) => void} [open] an incident that was opened; without it, its page is loaded
 * @property {() => void} [toggle] the key `m` was pressed while the map has the focus: where a page can make its map larger
 */

/**
 * The map in the page's stage, once it is there.
 * @param {import("../page.js").Page & {keys?: import("../keys.js").Keys}} page @param {import("../selection.js").Selection} selection the kinds that it
 *   knows are those that can be chosen on the map
 * @param {Options} [options]
 */
export async function openMap(page, selection, options = {}) {
  write(part("stage-credit"), page.city.attribution ?? "");
  const switches = new LayerSwitches(), picture = new DeskPicture(page.glass, switches, selection);
  /** @type {DeskMap | null} the layer draws before there is one */
  let desk = null;
  const city = await CityMap.in(part("stage"), page.glass, page.city, {
    picture: (layer) => picture.picture(layer),
    pins: (layer, now) => picture.pins(layer, now),
    drawn: (now) => desk?.chosen.drawn(now),
  });
  desk = new DeskMap(city, page, picture, options);
  // For tests and for whoever has to look into a page from its console; nothing here reads it.
  Object.assign(/** @type {any} */ (window).rtcc, { map: city.map, layer: city.layer, table: city.table, camera: city.camera, desk });
  page.root.dataset.map = "ready";
  return desk;
}

export class DeskMap {
  /** @param {CityMap} city @param {Parameters<typeof openMap>[0]} page @param {DeskPicture} picture @param {Options} options */
  constructor(city, page, picture, options) {
    const { switches, selection } = picture, { map } = city;
    this.city = city;
    this.picture = picture;
    this.selection = selection;
    this.options = options;
    /** When each detection was reported, as far as this page has heard it. @type {Map<string, import("./thing_card.js").Heard>} */
    this.heard = new Map();
    this.whereabouts = picture.whereabouts = new Whereabouts(city);
    this.cones = new CameraCones(map);
    this.heat = new Heat(map, (state) => write(part("map-legend"), HEAT_SAYS[state]));
    const card = new ThingCard(part("map-card"), {
      open: () => selection.thing && this.open(selection.thing.id),
      follow: () => this.toggleFollow(),
      confirm: () => this.#review("confirmed"),
      dismiss: () => this.#review("dismissed"),
      close: () => selection.set(null),
    }, mayOperate());
    this.follow = new Follow(city, this.whereabouts, () => this.#say());
    this.chosen = new Chosen(city, this.whereabouts, selection, card, () => this.follow.id, this.heard);
    this.measure = new Measure(map, part("map-measure"), () => this.#say());
    this.pointing = new Pointing(city, this.whereabouts, picture, this.chosen, {
      busy: (at) => this.measure.on && (this.measure.add(at), true),
      open: (id) => this.open(id),
    });
    this.panel = new LayerPanel(part("map-layers-button"), part("map-layers"), switches);
    new ScaleBar(map, part("map-scale"), SCALE_PX * designScale());
    switchGround(map, switches);
    switches.listeners.push((id, on) => this.#switched(id, on));
    selection.on((thing) => thing?.id !== this.follow.id && this.follow.stop());
    this.#buttons();
    this.#keys(page.keys);
    this.#watch();
    for (const id of ["units", "cameras", "heat", "notices"]) this.#switched(id, switches.on(id));
  }

  /** Whatever is chosen on the page comes into view by itself; this looks at a place. @param {{lat: number, lon: number}} place @param {number} [zoom] */
  lookAt({ lat, lon }, zoom) {
    this.city.camera.goTo({ center: [lon, lat], zoom: zoom ?? this.city.map.getZoom() }, { glide: !this.city.layer.software });
  }

  /** @param {string} id of an incident */
  open(id) {
    if (this.options.open) this.options.open(id);
    else location.assign(`/incident/${encodeURIComponent(id)}`);
  }

  /** Follows the chosen unit, or no longer. */
  toggleFollow() {
    const { thing } = this.selection;
    if (this.follow.id !== null) this.follow.stop();
    else if (thing?.kind === "unit") this.follow.start(thing.id);
    this.chosen.tell();
  }

  /** The keyboard goes to the map; and once it is there, the page may make the map larger. */
  focus() {
    const canvas = this.city.map.getCanvas();
    if (document.activeElement === canvas) this.options.toggle?.();
    else canvas.focus();
  }

  /** Ends what is going on, the innermost first. @returns {boolean} whether anything was */
  letGo() {
    if (this.measure.on) this.measure.stop();
    else if (this.follow.id !== null) this.toggleFollow();
    else if (this.selection.thing) this.selection.set(null);
    else return false;
    return true;
  }

  #buttons() {
    const { map, camera } = this.city;
    /** @type {Record<keyof typeof TOOL_SVG, () => void>} */
    const does = {
      closer: () => map.zoomIn({}, { originalEvent: new Event("wheel") }), farther: () => map.zoomOut({}, { originalEvent: new Event("wheel") }),
      home: () => this.#home(), measure: () => this.#measure(), layers: () => {},
    };
    for (const [name, act] of Object.entries(does)) {
      const button = part(`map-${name}-button`);
      button.insertAdjacentHTML("afterbegin", TOOL_SVG[/** @type {"home"} */ (name)]);
      button.addEventListener("click", act);
    }
    this.goHome = () => camera.goHome({ glide: !this.city.layer.software });
  }

  /** Says what the chosen detection is, after having looked. @param {"confirmed" | "dismissed"} review */
  async #review(review) {
    const { thing } = this.selection;
    if (!thing) return;
    const accepted = await command(`/api/v1/detections/${encodeURIComponent(thing.id)}/review`, { review });
    if (accepted) say(`The detection is ${review}.`);
  }

  /** @param {import("../keys.js").Keys} [keys] */
  #keys(keys) {
    if (!keys?.all.some((key) => key.keys === "m")) keys?.add("m", "Map", () => this.focus());
    keys?.add("f", "Follow the chosen unit", () => this.toggleFollow());
    keys?.add("d", "Measure a distance", () => this.#measure());
    if (keys && !keys.all.some((key) => key.keys === "Escape")) keys.add("Escape", "Let go of what is chosen", () => this.letGo());
    // Before the page's own keys: measuring and following end first.
    document.addEventListener("keydown", (event) => {
      const ours = event.key === "Escape" ? this.measure.on || this.follow.id !== null : event.key === "Backspace" && this.measure.on;
      if (!ours || event.defaultPrevented || document.querySelector("dialog[open]") || isField(event.target)) return;
      event.preventDefault();
      if (event.key === "Escape") this.letGo();
      else this.measure.back();
    }, true);
    this.city.map.getCanvas().addEventListener("keydown", (event) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const act = { h: () => this.#home(), Enter: () => this.pointing.enter(), Escape: () => this.letGo() }[event.key];
      // What the map has no use for is the page's.
      if (!act || act() === false) return;
      event.preventDefault();
    });
  }

  /** What the picture's changes mean for the map, beyond what every map does. */
  #watch() {
    const { glass, layer, map } = this.city, hear = (/** @type {string} */ id, /** @type {number} */ at, /** @type {boolean} */ atLeast) => {
      if (!this.heard.has(id)) this.heard.set(id, { at, atLeast });
    };
    glass.add({
      kinds: ["alarm", "camera", "detection"],
      take: ({ kind, id, occurred_at }, entity) => {
        if (kind !== "detection") return;
        if (entity) hear(id, Date.parse(occurred_at), false);
        else this.heard.delete(id);
      },
      reload: () => {
        for (const id of glass.detections.keys()) hear(id, glass.clock.now(), true);
        for (const id of this.heard.keys()) if (!glass.detections.has(id)) this.heard.delete(id);
      },
      show: () => this.#taken(),
    });
    glass.add({ kinds: [], show: () => {}, tick: () => {
      this.chosen.tell();
      if (!this.panel.panel.hidden) this.panel.count(this.picture.counts());
    } });
    this.panel.button.addEventListener("click", () => this.panel.count(this.picture.counts()));
    const closeEnough = () => {
      const close = map.getZoom() >= shiftFor(designScale())(CAMERAS_FROM);
      if (close === this.picture.close) return;
      this.picture.close = close;
      layer.remark();
      layer.touch();
    };
    map.on("zoom", closeEnough);
    closeEnough();
  }

  #taken() {
    const { glass, layer } = this.city;
    this.picture.readAlarms();
    this.cones.show(this.picture.switches.on("cameras") ? glass.cameras.values() : []);
    layer.remark();
    layer.touch();
  }

  /** @param {string} id @param {boolean} on */
  #switched(id, on) {
    if (id === "heat") this.heat.turn(on);
    if (id === "units") this.city.layer.showsUnits = on;
    if (id === "notices") this.#showNotices(on);
    this.#taken();
  }

  /** @param {boolean} on */
  #showNotices(on) {
    this.city.notices.on = on;
    this.city.notices.show(this.city.glass.clock.now());
  }

  #measure() {
    if (this.measure.on) this.measure.stop();
    else this.measure.start();
  }

  #home() {
    this.follow.stop();
    this.goHome?.();
  }

  #say() {
    const { follow, measure } = this;
    const callsign = follow.id === null ? "" : this.city.glass.units.get(follow.id)?.callsign ?? follow.id;
    write(part("map-says"), measure.on ? "Measuring · Esc ends" : callsign ? `Following ${callsign} · Esc` : "");
    part("map-says").hidden = !measure.on && !callsign;
    part("map-measure-button").setAttribute("aria-pressed", String(measure.on));
    this.city.stage.toggleAttribute("data-measuring", measure.on);
    this.chosen?.tell();
  }
}

/** @param {EventTarget | null} target */
const isField = (target) => target instanceof HTMLElement && target.matches("input:not([type=checkbox]), select, textarea");
