/** The small card beside what is chosen on the map: what it is, in what state, and how old that is; placed so that it never covers it. */

import { age, since } from "../format.js";
import { prioritySvg, unitSvg } from "../glyphs.js";
import { write } from "../queue.js";
import { DETECTIONS, STALE_AFTER_S, beganAt, calmly, isOver, isPending, priorityOf, tallyOf } from "../words.js";
import { hidesPlate } from "../hides.js";
import { withheld } from "../withheld.js";
import { isDown } from "./camera_cones.js";
import { noticeCard } from "./notice_card.js";

const KMH = 3.6;
const SLOWEST_MPS = 0.5;
/** Between the chosen mark's edge and the card, and between the card and the edge of the map, in design px. */
const GAP = 16;
const RIM = 8;
/** No card says more. */
const LINES = 5;
const STATUS = /** @type {Record<string, string>} */ ({
  pending: "Pending", dispatched: "Dispatched", enroute: "En route", on_scene: "On scene", available: "Available", busy: "Busy",
  out_of_service: "Out of service", off_duty: "Off duty", cleared: "Cleared", closed: "Closed", cancelled: "Cancelled",
  unreviewed: "Unreviewed", confirmed: "Confirmed", dismissed: "Dismissed",
});

/** @typedef {{mark: string, title: string, state: string, lines: string[], old: string}} Card `old`: what is old is never shown as current */
/** @typedef {"open" | "follow" | "confirm" | "dismiss" | "close"} Act */
/** @typedef {{at: number, atLeast: boolean}} Heard when something was reported, Unix ms of the server; `atLeast`: it was there already */

/**
 * What the card says.
 * @param {string} kind @param {any} thing @param {number} now Unix ms of the server @param {Heard} [heard] where the thing itself does not say it
 * @returns {Card}
 */
export function cardOf(kind, thing, now, heard) {
  const seconds = (/** @type {any} */ at) => (now - Date.parse(at ?? "")) / 1000;
  const ago = (/** @type {any} */ at, /** @type {string} */ word) => (Number.isFinite(seconds(at)) ? `${word} ${since(seconds(at))}`.trim() : "");
  if (kind === "unit") {
    const { mark, code } = tallyOf(thing.status) ?? { mark: "out", code: "" };
    const fixAge = seconds(thing.fix_at), speed = Number(thing.speed_mps);
    const moves = speed > SLOWEST_MPS ? `${Math.round(speed * KMH)} km/h` : "Standing";
    return {
      mark: unitSvg(thing.emergency ? "emergency" : mark), title: String(thing.callsign ?? "Unit"),
      state: thing.emergency ? "! Emergency" : `${code} ${STATUS[thing.status] ?? calmly(String(thing.status ?? "unknown"))}`.trim(),
      lines: [ago(thing.status_since, "for"), [Number.isFinite(speed) ? moves : "", ago(thing.fix_at, "fix")].filter(Boolean).join(" · ")],
      old: fixAge > STALE_AFTER_S ? `Position ${since(fixAge)} old` : "",
    };
  }
  if (kind === "incident") {
    const priority = priorityOf(thing), waited = (now - beganAt(thing)) / 1000;
    return {
      mark: prioritySvg(priority, isPending(thing)), title: calmly(String(thing.type ?? thing.type_code ?? "Incident")),
      state: [STATUS[thing.status ?? "pending"] ?? calmly(String(thing.status)), Number.isFinite(waited) ? age(waited) : ""].filter(Boolean).join(" · "),
      lines: [thing.address ? String(thing.address) : "Location withheld", Array.isArray(thing.units) ? thing.units.slice(0, 6).join(" ") : ""],
      old: isOver(thing, now) ? "Over its target" : "",
    };
  }
  if (kind === "notice") return noticeCard(thing, now);
  if (kind === "camera") {
    return {
      mark: "", title: String(thing.name ?? "Camera"), state: isDown(thing) ? `Down (${thing.state})` : "Up",
      lines: [typeof thing.heading_deg === "number" ? `Looks ${compass(thing.heading_deg)}` : ""], old: "",
    };
  }
  const sure = Number(thing.confidence), name = DETECTIONS[thing.detection_type]?.[1] ?? calmly(String(thing.detection_type ?? "Detection"));
  return {
    mark: "", title: name, state: STATUS[thing.review ?? "unreviewed"] ?? String(thing.review),
    lines: [
      [Number.isFinite(sure) ? `${Math.round(sure * 100)} % sure` : "", thing.accuracy_m > 0 ? `± ${Math.round(thing.accuracy_m)} m` : ""].filter(Boolean).join(" · "),
      heard ? `${heard.atLeast ? "more than " : ""}${since((now - heard.at) / 1000)} ago` : "",
    ],
    old: "",
  };
}

/** @param {number} degrees */
const compass = (degrees) => ["north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"][Math.round((((degrees % 360) + 360) % 360) / 45) % 8];

/**
 * Where the card stands: at the right of the chosen mark, else at its left, below or above, whichever has room; and where none has, in the corner that
 * is farthest from it.
 * @param {readonly number[]} mark its middle @param {number} half half its side, with the ring
 * @param {readonly number[]} card its width and height @param {readonly number[]} room width and height of the map that is free
 * @param {number} [scale] px per design px
 * @returns {[number, number]} its left and top
 */
export function besideMark([x, y], half, [width, height], [right, bottom], scale = 1) {
  const gap = GAP * scale, rim = RIM * scale, away = half + gap;
  const keep = (/** @type {number} */ at, /** @type {number} */ most) => Math.round(Math.max(rim, Math.min(at, most - rim)));
  const left = keep(x - width / 2, right - width), top = keep(y - height / 2, bottom - height);
  if (x + away + width + rim <= right) return [Math.round(x + away), top];
  if (x - away - width >= rim) return [Math.round(x - away - width), top];
  if (y + away + height + rim <= bottom) return [left, Math.round(y + away)];
  if (y - away - height >= rim) return [left, Math.round(y - away - height)];
  return [x > right / 2 ? rim : keep(right, right - width), y > bottom / 2 ? rim : keep(bottom, bottom - height)];
}

export class ThingCard {
  /** @param {HTMLElement} element @param {Record<Act, () => void>} does @param {boolean} may whether whoever looks may say what a detection is */
  constructor(element, does, may) {
    this.element = element;
    const part = (/** @type {string} */ name, tag = "div", into = element) => into.appendChild(Object.assign(document.createElement(tag), { className: `card-${name}` }));
    this.mark = part("mark", "span");
    this.title = part("title");
    this.state = part("state");
    this.lines = Array.from({ length: LINES }, () => part("line"));
    this.old = part("old");
    this.plate = part("plate");
    this.plateOf = "";
    const acts = part("acts");
    const act = (/** @type {Act} */ name, /** @type {string} */ word) => {
      const button = /** @type {HTMLButtonElement} */ (part(name, "button", acts));
      Object.assign(button, { type: "button", textContent: word });
      button.classList.add("act");
      button.addEventListener("click", does[name]);
      return button;
    };
    this.open = act("open", "Open");
    this.follow = act("follow", "Follow");
    this.reviews = { confirmed: act("confirm", "Confirm"), dismissed: act("dismiss", "Dismiss") };
    this.may = may;
    act("close", "Close");
    this.shown = "";
    this.size = [0, 0];
    this.place = "";
  }

  /** @param {string} kind @param {any} thing @param {number} now Unix ms of the server @param {boolean} followed @param {Heard} [heard] @param {string} [id] */
  show(kind, thing, now, followed, heard, id = "") {
    const { mark, title, state, lines, old } = cardOf(kind, thing, now, heard);
    this.element.dataset.kind = kind;
    if (mark !== this.shown) this.mark.innerHTML = this.shown = mark;
    this.mark.hidden = !mark;
    write(this.title, title);
    write(this.state, state);
    this.lines.forEach((line, n) => {
      write(line, lines[n] ?? "");
      line.hidden = !lines[n];
    });
    write(this.old, old);
    this.old.hidden = !old;
    this.#showPlate(kind === "detection" && hidesPlate(thing) ? id : "");
    this.open.hidden = kind !== "incident";
    this.follow.hidden = kind !== "unit";
    for (const [review, button] of Object.entries(this.reviews)) button.hidden = kind !== "detection" || !this.may || thing.review === review;
    write(this.follow, followed ? "Stop following" : "Follow");
    this.element.hidden = false;
    this.size = [this.element.offsetWidth, this.element.offsetHeight];
  }

  /** @param {string} id of the detection whose plate is not told; "" for none */
  #showPlate(id) {
    this.plate.hidden = !id;
    if (this.plateOf === id) return;
    this.plateOf = id;
    this.plate.replaceChildren(...(id ? [withheld("plate", id, "Plate", (fields) => fields.plate ?? "")] : []));
  }

  hide() {
    this.element.hidden = true;
  }

  /** @param {[number, number]} at its left and top */
  stand([left, top]) {
    const place = `translate(${left}px, ${top}px)`;
    if (place !== this.place) this.element.style.transform = this.place = place;
  }
}
