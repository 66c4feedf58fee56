/** What is chosen, on the map: its card, and a view that has it in it. Its ring is drawn with the units. */

import { around, lookAt } from "../framing.js";
import { besideMark } from "./thing_card.js";

/** What is chosen elsewhere is brought into view when it lies outside of this share of the map. */
const INNER = 0.86;
/** The ring stands out over its mark by this much on each side, in design px. */
const RING_PX = 11;
/** Around the area of a warning that is brought into view, in CSS px. */
const ROOM_PX = 48;
const CORNER_PX = 10;

export class Chosen {
  /**
   * @param {import("./city_map.js").CityMap} city @param {import("./whereabouts.js").Whereabouts} whereabouts
   * @param {import("../selection.js").Selection} selection @param {import("./thing_card.js").ThingCard} card
   * @param {() => string | null} followed @param {Map<string, import("./thing_card.js").Heard>} heard when each detection was reported
   */
  constructor(city, whereabouts, selection, card, followed, heard) {
    this.city = city;
    this.whereabouts = whereabouts;
    this.selection = selection;
    this.card = card;
    this.followed = followed;
    this.heard = heard;
    /** Chosen with the pointer: it is in view, and the map stays where it is. */
    this.byHand = false;
    /** Chosen before it came into the picture: brought into view when it does. */
    this.sought = false;
    selection.on(() => this.#changed());
  }

  /** @param {import("./picking.js").Thing | null} thing */
  pick(thing) {
    this.byHand = true;
    this.selection.set(thing);
    this.byHand = false;
  }

  /** Each second, and whenever something else is chosen: what the card says. */
  tell() {
    const { thing } = this.selection, entity = thing && this.city.glass.replica.kind(thing.kind).get(thing.id);
    if (!thing || !entity || !this.whereabouts.of(thing.kind, thing.id)) return this.card.hide();
    const followed = thing.kind === "unit" && this.followed() === thing.id;
    this.card.show(thing.kind, entity, this.city.glass.clock.now(), followed, thing.kind === "detection" ? this.heard.get(thing.id) : undefined, thing.id);
    if (this.sought) this.#seek(thing);
    this.drawn(performance.now() / 1000);
  }

  /** With each drawing: where the card stands. @param {number} now seconds of the page */
  drawn(now) {
    const { card, city } = this, { thing } = this.selection;
    if (card.element.hidden || !thing) return;
    const where = this.whereabouts.of(thing.kind, thing.id, now);
    if (!where) return card.hide();
    const { layer, stage } = city, size = layer.scale ?? 1;
    const tools = stage.querySelector(".map-buttons"), taken = tools ? stage.clientWidth - /** @type {HTMLElement} */ (tools).offsetLeft : 0;
    const mark = layer.screen()(where.at, where.beside), half = (where.side / 2 + RING_PX) * size;
    // A warning is an area: its card stands in the corner, whatever part of it is in view.
    if (thing.kind === "notice") {
      card.element.removeAttribute("data-away");
      return card.stand([CORNER_PX * size, CORNER_PX * size]);
    }
    const outside = mark[0] < -half || mark[1] < -half || mark[0] > stage.clientWidth + half || mark[1] > stage.clientHeight + half;
    card.element.toggleAttribute("data-away", outside);
    card.stand(besideMark(mark, half, card.size, [stage.clientWidth - taken, stage.clientHeight], size));
  }

  #changed() {
    const { thing } = this.selection;
    this.sought = thing !== null && !this.byHand;
    this.city.notices.chosen = thing?.kind === "notice" ? thing.id : "";
    this.city.notices.show(this.city.glass.clock.now());
    this.tell();
    this.city.layer.touch();
  }

  /** Never a zoom: only as far as needed for it to be seen. @param {import("./picking.js").Thing} thing */
  #seek(thing) {
    const where = this.whereabouts.of(thing.kind, thing.id);
    if (!where) return;
    this.sought = false;
    const { layer, map, camera } = this.city, { clientWidth, clientHeight } = map.getContainer();
    if (thing.kind === "notice") return this.#frame(thing.id, clientWidth, clientHeight);
    const [x, y] = layer.screen()(where.at, where.beside);
    const inside = Math.abs(x / clientWidth - 0.5) < INNER / 2 && Math.abs(y / clientHeight - 0.5) < INNER / 2;
    if (!inside) camera.goTo({ center: this.whereabouts.lonLat(where), zoom: map.getZoom() }, { glide: !layer.software });
  }

  /** What the card in the corner leaves free, where that is enough to see the rest in. @param {number} width of the map */
  #besideCard(width) {
    const [taken] = this.card.size;
    return taken && taken < width / 2 ? taken + ROOM_PX : ROOM_PX;
  }

  /** The whole area of a warning. @param {string} id @param {number} width @param {number} height */
  #frame(id, width, height) {
    const { layer, camera, notices } = this.city, bounds = around(notices.of(id)?.rings.flat() ?? []);
    const look = bounds && lookAt(bounds, { width, height }, { left: this.#besideCard(width), right: ROOM_PX, top: ROOM_PX, bottom: ROOM_PX });
    if (look) camera.goTo(look, { glide: !layer.software });
  }
}
