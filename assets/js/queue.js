/**
 * The queue on the wall: as many rows as fit, the rest as counts. Rows are made once and filled anew, so that nothing is created or
 * moved when the picture changes; a text node is written only when its text is another one.
 */

import { age } from "./format.js";
import { LOCK_SVG, prioritySvg } from "./glyphs.js";
import { PRIORITIES, TARGET_S, calmly } from "./words.js";

/** @typedef {import("./queue_order.js").Entry} Entry */

/** A type of more letters is written smaller, so that it can be read to its end. */
const LONG = 17, VERY_LONG = 24;

class Row {
  constructor() {
    this.element = document.createElement("li");
    this.element.className = "row";
    const part = (/** @type {string} */ name, tag = "div") => {
      const element = document.createElement(tag);
      element.className = `row-${name}`;
      this.element.append(element);
      return element;
    };
    this.mark = part("mark");
    this.type = part("type");
    this.age = part("age");
    this.place = part("place");
    this.side = part("side");
    this.fill = document.createElement("div");
    this.fill.className = "row-fill";
    part("bar").append(this.fill);
    /** @type {Entry | null} */
    this.entry = null;
    this.shown = { mark: "", place: "" };
  }

  /** @param {Entry} entry @param {number} now Unix ms of the server @param {string} nearest who could be there first, where that is known */
  show(entry, now, nearest) {
    this.entry = entry;
    const { incident, priority, pending } = entry;
    this.element.dataset.id = entry.id;
    const mark = `${priority}${pending}`;
    if (this.shown.mark !== mark) this.mark.innerHTML = prioritySvg(priority, pending);
    this.shown.mark = mark;
    const type = calmly(String(incident.type ?? incident.type_code ?? "Incident"));
    write(this.type, type);
    this.element.dataset.length = type.length <= LONG ? "" : type.length <= VERY_LONG ? "long" : "very-long";
    this.element.toggleAttribute("data-there", entry.isThere === true);
    const place = incident.address ? String(incident.address) : "";
    if (this.shown.place !== place || !this.place.textContent) {
      this.place.textContent = place || "Location withheld";
      if (!place) this.place.insertAdjacentHTML("afterbegin", LOCK_SVG);
    }
    this.shown.place = place;
    const units = Array.isArray(incident.units) ? incident.units : [];
    const going = !pending && units.length ? units.slice(0, 2).join(" ") + (units.length > 2 ? ` +${units.length - 2}` : "") : "";
    const who = going || (pending ? nearest : "");
    write(this.side, who || String(incident.district ?? ""));
    this.side.toggleAttribute("data-units", who !== "");
    this.tick(now);
  }

  /** @param {number} now Unix ms of the server */
  tick(now) {
    if (!this.entry) return;
    const { began, priority, isNew, isOver, isThere } = this.entry;
    const s = (now - began) / 1000;
    write(this.age, Number.isFinite(s) ? age(s) : "–");
    const share = isThere ? 0 : Math.min(1, Math.max(0, s / TARGET_S[/** @type {1} */ (priority)])) || 0;
    const fill = `scaleX(${share.toFixed(3)})`;
    if (this.fill.style.transform !== fill) this.fill.style.transform = fill;
    this.element.toggleAttribute("data-over", isOver);
    this.element.toggleAttribute("data-new", isNew);
    this.element.toggleAttribute("data-beat", isNew && Math.floor(now / 1000) % 2 === 1);
  }
}

/** @param {Element} element @param {string} text */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export class Queue {
  /** @param {(id: string) => HTMLElement} part finds the queue's elements by id */
  constructor(part) {
    this.list = part("queue-rows");
    this.body = /** @type {HTMLElement} */ (this.list.parentElement);
    this.empty = part("queue-empty");
    this.count = part("queue-count");
    this.going = part("queue-going");
    this.over = part("queue-over");
    this.rest = part("queue-rest");
    /** @type {Row[]} */
    this.rows = [];
    this.room = 0;
    /** The incident that waits most urgently, and who could be there first. */
    this.nearest = { id: "", text: "" };
    new ResizeObserver(() => this.fit()).observe(this.body);
    this.fit();
  }

  /** How many whole rows fit now. */
  fit() {
    const probe = this.rows[0] ?? new Row();
    if (!probe.element.isConnected) this.list.append(probe.element);
    // As many rows as fit at their least height, then all of them as high as fills the space.
    this.list.style.removeProperty("--row");
    const height = probe.element.offsetHeight || 92;
    this.room = Math.max(1, Math.floor((this.body.clientHeight + 1) / height));
    this.list.style.setProperty("--row", `${this.body.clientHeight / this.room}px`);
    if (!this.rows.length) probe.element.remove();
    if (this.last) this.show(this.last.entries, this.last.now, this.last.there);
  }

  /** @param {string} id of an incident @param {string} text who could be there first; "" when that is not known */
  setNearest(id, text) {
    this.nearest = { id, text };
    if (this.last) this.show(this.last.entries, this.last.now, this.last.there);
  }

  /**
   * @param {Entry[]} entries who waits, in order @param {number} now Unix ms of the server
   * @param {Entry[]} [there] where somebody is already, for the room that the queue leaves
   */
  show(entries, now, there = []) {
    this.last = { entries, now, there };
    const shown = [...entries.slice(0, this.room), ...there.slice(0, Math.max(0, this.room - entries.length))];
    while (this.rows.length < shown.length) {
      const row = new Row();
      this.rows.push(row);
      this.list.append(row.element);
    }
    this.rows.forEach((row, at) => {
      row.element.hidden = at >= shown.length;
      if (at < shown.length) row.show(shown[at], now, shown[at].id === this.nearest.id ? this.nearest.text : "");
      else row.entry = null;
    });
    this.empty.hidden = shown.length > 0;
    const pending = entries.reduce((sum, entry) => sum + Number(entry.pending), 0);
    const going = entries.length - pending;
    const over = entries.reduce((sum, entry) => sum + Number(entry.isOver), 0);
    write2(this.count, String(pending), " pending");
    write(this.going, going ? `· ${going} on the way` : "");
    write2(this.over, over ? String(over) : "", over ? " over target" : entries.length ? "none over target" : "");
    this.over.toggleAttribute("data-some", over > 0);
    const html = restOf(entries.slice(this.room), there.length);
    if (this.restHtml !== html) this.rest.innerHTML = this.restHtml = html;
  }

  /** Ages, without another look at the picture. @param {number} now Unix ms of the server */
  tick(now) {
    for (const row of this.rows) row.tick(now);
  }
}

/** @param {HTMLElement} element @param {string} strong @param {string} text */
function write2(element, strong, text) {
  if (!element.firstChild) element.append(document.createElement("b"), "");
  const [b, rest] = /** @type {[Node, Node]} */ (/** @type {unknown} */ (element.childNodes));
  if (b.textContent !== strong) b.textContent = strong;
  if (rest.nodeValue !== text) rest.nodeValue = text;
}

/** What the rows could not show. @param {Entry[]} rest of those who wait @param {number} there where somebody is already */
function restOf(rest, there) {
  const scene = `<span>${there} on scene</span>`;
  if (!rest.length) return scene;
  const tallies = PRIORITIES.map((priority) => [priority, rest.filter((entry) => entry.priority === priority).length]).filter(([, n]) => n);
  const marks = tallies.map(([priority, n]) => `<span class="tally">${prioritySvg(priority, true)}${n}</span>`).join("");
  return `<span>and ${rest.length} more ${marks}</span>${scene}`;
}
