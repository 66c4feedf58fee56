/** The head of an incident's page: what it is, where, how it stands, and its intervals, which go on while it is open. */

import { age } from "./format.js";
import { LOCK_SVG, prioritySvg } from "./glyphs.js";
import { cellsOf } from "./incident_story.js";
import { write } from "./queue.js";
import { beganAt, calmly, isOpen, isOver, isPending, priorityOf } from "./words.js";

const STATUSES = /** @type {Record<string, string>} */ ({
  pending: "Pending", dispatched: "Dispatched", enroute: "En route", on_scene: "On scene", cleared: "Cleared", closed: "Closed", cancelled: "Cancelled",
});

export class IncidentHead {
  /** @param {(id: string) => HTMLElement} part @param {string} id of the incident */
  constructor(part, id) {
    this.id = id;
    const place = part("incident-head");
    const inside = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (place.querySelector(selector));
    [this.mark, this.type, this.address, this.lock] = [".mark", ".incident-type", ".incident-address", ".incident-lock"].map(inside);
    this.fact = (/** @type {string} */ name) => inside(`[data-fact="${name}"] dd`);
    this.cells = new Map(
      [...part("incident-intervals").children].map((cell) => {
        const find = (/** @type {string} */ name) => /** @type {HTMLElement} */ (cell.querySelector(`.interval-${name}`));
        return [/** @type {HTMLElement} */ (cell).dataset.interval, { cell: /** @type {HTMLElement} */ (cell), value: find("value"), fill: find("fill"), target: find("target") }];
      }),
    );
    this.drawn = "";
  }

  /** @param {any} incident @param {number} now Unix ms of the server */
  show(incident, now) {
    const priority = priorityOf(incident), pending = isPending(incident);
    const drawn = `${priority}${pending}`;
    if (this.drawn !== drawn) this.mark.innerHTML = prioritySvg(priority, pending);
    this.drawn = drawn;
    this.mark.title = `Priority ${priority}`;
    write(this.type, calmly(String(incident.type ?? incident.type_code ?? "Incident")));
    write(this.address, String(incident.address ?? (incident.sensitive ? "Address not shown here" : "No address yet")));
    this.lock.hidden = incident.sensitive !== true;
    if (!this.lock.firstChild) this.lock.innerHTML = `${LOCK_SVG}<span>Sensitive</span>`;
    write(this.fact("status"), STATUSES[incident.status ?? "pending"] ?? String(incident.status));
    write(this.fact("area"), [incident.beat, incident.district].filter(Boolean).join(" · ") || "–");
    write(this.fact("number"), this.id);
    this.tick(incident, now);
    document.title = `${this.type.textContent} · ${this.address.textContent} · RTCC`;
  }

  /** @param {any} incident @param {number} now Unix ms of the server */
  tick(incident, now) {
    const began = beganAt(incident), ended = isOpen(incident) ? now : Date.parse(incident.cleared_at ?? "");
    write(this.fact("age"), Number.isFinite(ended - began) ? age((ended - began) / 1000) : "–");
    this.fact("age").toggleAttribute("data-over", isOver(incident, now));
  }

  /** @param {import("./incident_story.js").Interval[]} intervals @param {number} now Unix ms of the server */
  showIntervals(intervals, now) {
    for (const { name, s, target, share, over, runs } of cellsOf(intervals, now)) {
      const parts = this.cells.get(name);
      if (!parts) continue;
      write(parts.value, s === null ? "–" : age(s));
      write(parts.target, over ? `${age(over)} over ${age(Number(target))}` : target ? `of ${age(target)}` : "");
      parts.fill.style.transform = `scaleX(${share.toFixed(4)})`;
      parts.cell.toggleAttribute("data-owed", target !== null);
      parts.cell.toggleAttribute("data-over", over > 0);
      parts.cell.toggleAttribute("data-runs", runs);
    }
  }
}
