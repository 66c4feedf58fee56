/**
 * The alarms on the wall, over the map: a card each for as many as may cover it, and lines that count the rest. Cards are made once and
 * filled anew, and what stands below them is moved without a new layout, so that nothing jumps when the picture changes.
 */

import { SHARED, alarmsOf, cardsOf, unwatchedSince } from "./alarm_order.js";
import { age, plural, since } from "./format.js";
import { BELL_SVG, FLOOD_SVG, feedSvg, severitySvg } from "./glyphs.js";
import { write } from "./queue.js";
import { placeOf } from "./words.js";

/** @typedef {import("./alarm_order.js").Entry} Entry */
/** @typedef {(kind: string) => Map<string, any>} Picture the entities of a kind */

/** A title of more than two lines is said loudly up to its first pause ("Pending too long,"), and one without a pause less loudly. */
const LONG = 34;
const PAUSE = /^(.{4,}?[:,] )(.+)$/;

class Card {
  /** @param {Picture} picture */
  constructor(picture) {
    this.picture = picture;
    this.element = document.createElement("li");
    this.element.className = "alarm";
    this.element.innerHTML =
      `<div class="alarm-mark"></div><div class="alarm-what"><div class="alarm-title"></div><div class="alarm-detail"></div></div>` +
      `<div class="alarm-age"></div><div class="alarm-line"><span class="alarm-place"></span><span class="alarm-ending"></span><span class="alarm-who"></span></div>`;
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (this.element.querySelector(`.alarm-${name}`));
    [this.mark, this.age, this.title, this.detail, this.place, this.ending, this.who] =
      ["mark", "age", "title", "detail", "place", "ending", "who"].map(part);
    /** @type {Entry | null} */
    this.entry = null;
    this.shown = "";
  }

  /** @param {Entry} entry @param {number} now Unix ms of the server */
  show(entry, now) {
    this.entry = entry;
    const { id, alarm, severity, acknowledged } = entry;
    Object.assign(this.element.dataset, { id, severity });
    this.element.toggleAttribute("data-acknowledged", acknowledged);
    const mark = `${severity}${acknowledged}`;
    if (this.shown !== mark) this.mark.innerHTML = severitySvg(severity, !acknowledged);
    this.shown = mark;
    const title = String(alarm.title ?? "Alarm");
    const [, head, detail] = (title.length >= LONG && PAUSE.exec(title)) || [title, title, ""];
    this.element.toggleAttribute("data-long", head.length >= LONG);
    write(this.title, head);
    write(this.detail, detail);
    write(this.ending, alarm.clears_at ? "ending" : "");
    write(this.who, acknowledged ? `✓ ${alarm.acknowledged_by ?? ""}`.trim() : "");
    this.tick(now);
  }

  /** Its age; and its place, which may be known only after the alarm is. @param {number} now Unix ms of the server */
  tick(now) {
    if (!this.entry) return;
    const { alarm, severity, acknowledged, raised } = this.entry;
    // What to do, up to the first pause: that fits.
    write(this.place, placeOf(alarm, this.picture) || String(alarm.response ?? "").split(/[,;]/)[0]);
    write(this.age, Number.isFinite(raised) ? age((now - raised) / 1000) : "–");
    this.element.toggleAttribute("data-beat", severity === "critical" && !acknowledged && Math.floor(now / 1000) % 2 === 1);
  }
}

export class Alarms {
  /**
   * @param {(id: string) => HTMLElement} part finds the list's elements by id
   * @param {{time: (ms: number) => string}} clock the city's @param {Picture} picture
   */
  constructor(part, clock, picture) {
    this.clock = clock;
    this.picture = picture;
    this.panel = part("alarms");
    this.stage = /** @type {HTMLElement} */ (this.panel.parentElement);
    this.rows = part("alarms-rows");
    this.rest = part("alarms-rest");
    this.flood = part("alarms-flood");
    this.flood.innerHTML = `${FLOOD_SVG}FLOOD`;
    part("alarms-bell").innerHTML = BELL_SVG;
    part("alarms-count").innerHTML = `<b></b><span></span>`;
    part("alarms-load").innerHTML = `${feedSvg("lost")}<span></span>`;
    this.load = part("alarms-load");
    [this.count, this.counted] = /** @type {Element[]} */ ([...part("alarms-count").children]);
    this.loadText = /** @type {Element} */ (this.load.lastElementChild);
    this.groups = SHARED.map((severity) => {
      const element = document.createElement("div");
      element.className = "alarms-line";
      element.dataset.group = severity;
      element.innerHTML = `<span class="alarms-mark"></span><span></span>`;
      this.panel.append(element);
      return { severity, element, mark: element.children[0], text: element.children[1], shown: "" };
    });
    /** @type {Card[]} */
    this.cards = [];
    /** @type {any} */
    this.center = undefined;
    this.listed = alarmsOf(new Map(), false);
    this.restHtml = "";
    new ResizeObserver(() => this.#lay(this.now ?? NaN)).observe(this.stage);
  }

  /** @param {Map<string, any>} alarms @param {any} center the load, if it is known @param {number} now Unix ms of the server */
  show(alarms, center, now) {
    this.center = center;
    this.listed = alarmsOf(alarms, center?.flood === true);
    this.#lay(now);
  }

  /** Ages, and whether somebody still watches, without another look at the alarms. @param {number} now Unix ms of the server */
  tick(now) {
    this.now = now;
    this.#watch(now);
    for (const card of this.cards) card.tick(now);
    for (const group of this.groups) this.#age(group, now);
  }

  /** @param {number} now Unix ms of the server */
  #lay(now) {
    this.now = now;
    const { entries, unacknowledged, shelved } = this.listed;
    const { shown, more, moreOf } = cardsOf(entries, this.#room());
    while (this.cards.length < shown.length) {
      const card = new Card(this.picture);
      this.cards.push(card);
      this.rows.append(card.element);
    }
    this.cards.forEach((card, at) => {
      card.element.hidden = at >= shown.length;
      if (at < shown.length) card.show(shown[at], now);
      else card.entry = null;
    });
    write(this.count, String(unacknowledged));
    write(this.counted, ` unacknowledged${shelved ? ` · ${shelved} shelved` : ""}`);
    const counts = ["critical", "high"].filter((severity) => moreOf[severity]);
    const html = `and ${more} more` + counts.map((of) => `<span class="alarms-mark">${severitySvg(of, true)}</span>${moreOf[of]} ${of}`).join("");
    if (this.restHtml !== html) this.rest.innerHTML = this.restHtml = html;
    this.rest.hidden = more === 0;
    for (const group of this.groups) this.#age(group, now);
    const lines = [this.rest, ...this.groups.map((group) => group.element)].filter((line) => !line.hidden);
    lines.forEach((line, at) => line.style.setProperty("--at", String(at)));
    this.panel.style.setProperty("--cards", String(shown.length));
    this.panel.style.setProperty("--lines", String(lines.length));
    this.#watch(now);
  }

  /** How many cards fit into the share of the map that the stylesheet allows. */
  #room() {
    const style = getComputedStyle(this.panel);
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const size = (/** @type {string} */ name) => parseFloat(style.getPropertyValue(name)) * rem;
    const most = (this.stage.clientHeight * parseFloat(style.maxHeight)) / 100;
    const lines = this.center?.flood === true ? 1 + SHARED.length : 1;
    return Math.max(1, Math.floor((most - size("--head") - lines * size("--foot")) / size("--card")) || 1);
  }

  /** The line of a severity whose alarms are told together. @param {Alarms["groups"][number]} line @param {number} now */
  #age(line, now) {
    const group = this.listed.groups.find(({ severity }) => severity === line.severity);
    line.element.hidden = !group;
    if (!group) return;
    const mark = String(group.acknowledged);
    if (line.shown !== mark) line.mark.innerHTML = severitySvg(group.severity, !group.acknowledged);
    line.shown = mark;
    const oldest = Number.isFinite(group.oldest) ? `, oldest ${since((now - group.oldest) / 1000)}` : "";
    write(line.text, `${group.count} ${group.severity} ${plural(group.count, "alarm")}${oldest}`);
  }

  /** The load, or since when nobody watches: then it is shown even where no alarm is known. @param {number} now */
  #watch(now) {
    const { entries, groups } = this.listed;
    const unwatched = unwatchedSince(this.center, now);
    this.panel.hidden = unwatched === null && !entries.length && !groups.length;
    this.flood.hidden = this.center?.flood !== true;
    this.load.toggleAttribute("data-unwatched", unwatched !== null);
    const per = this.center?.per_operator;
    if (unwatched === null) write(this.loadText, Number.isFinite(per) ? `${figure(per)} per operator in 10 min` : "load not known");
    else write(this.loadText, `alarms not watched${Number.isFinite(unwatched) ? ` since ${this.clock.time(unwatched)}` : ""}`);
  }
}

/** @param {number} n */
const figure = (n) => (n < 99.95 ? n.toFixed(1) : String(Math.round(n)));
