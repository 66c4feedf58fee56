/** One alarm as a desk shows it: in the line that is always there, and in the list behind it; with what may be answered, if anything. */

import { age } from "./format.js";
import { severitySvg } from "./glyphs.js";
import { write } from "./queue.js";
import { isAcknowledged, placeOf, severityOf } from "./words.js";

/** @typedef {{id: string, alarm: any, ended?: boolean}} Entry */
/** @typedef {{name: string, does: string, fits: (alarm: any) => boolean, act: (entry: Entry) => void}} Action */

export class AlarmLine {
  /**
   * @param {HTMLElement} element @param {Action[]} actions @param {(kind: string) => Map<string, any>} picture
   * @param {(ms: number) => string} time by the city's clock
   */
  constructor(element, actions, picture, time) {
    this.element = element;
    this.picture = picture;
    this.time = time;
    element.innerHTML =
      `<span class="mark"></span><b class="alarm-line-title"></b><span class="alarm-line-place"></span>` +
      `<span class="alarm-line-age"></span><span class="alarm-line-who"></span><span class="alarm-line-acts"></span>`;
    [this.mark, this.title, this.place, this.age, this.who, this.acts] = /** @type {HTMLElement[]} */ ([...element.children]);
    this.buttons = actions.map((action) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "act";
      button.textContent = action.name;
      button.addEventListener("click", () => this.entry && action.act(this.entry));
      this.acts.append(button);
      return { action, button };
    });
    /** @type {Entry | null} */
    this.entry = null;
    this.shown = "";
  }

  /** @param {Entry} entry @param {number} now Unix ms of the server */
  show(entry, now) {
    this.entry = entry;
    const { id, alarm, ended } = entry, severity = severityOf(alarm), acknowledged = isAcknowledged(alarm), shelved = alarm.state === "shelved";
    Object.assign(this.element.dataset, { id, severity });
    this.element.toggleAttribute("data-answered", acknowledged || shelved);
    this.element.toggleAttribute("data-ended", ended === true);
    const mark = `${severity}${acknowledged || shelved}`;
    if (this.shown !== mark) this.mark.innerHTML = severitySvg(severity, !acknowledged && !shelved);
    this.shown = mark;
    write(this.title, String(alarm.title ?? "Alarm"));
    this.title.title = [alarm.title, alarm.response].filter(Boolean).join("\n");
    write(this.who, ended ? "cleared" : this.#who(alarm, acknowledged, shelved));
    this.who.title = this.who.textContent ?? "";
    for (const { action, button } of this.buttons) {
      const hidden = ended === true || !action.fits(alarm);
      if (button.hidden !== hidden) button.hidden = hidden;
      const spoken = `${action.does}: ${alarm.title ?? "alarm"}`;
      if (button.ariaLabel !== spoken) button.ariaLabel = spoken;
    }
    this.tick(now);
  }

  /** Its age, and its place, which may be known only after the alarm is. @param {number} now Unix ms of the server */
  tick(now) {
    if (!this.entry) return;
    const { alarm } = this.entry, raised = Date.parse(alarm.raised_at ?? "");
    write(this.place, placeOf(alarm, this.picture) || String(alarm.response ?? ""));
    write(this.age, Number.isFinite(raised) ? age((now - raised) / 1000) : "–");
    const beats = severityOf(alarm) === "critical" && (alarm.state ?? "active") === "active" && !this.entry.ended;
    this.element.toggleAttribute("data-beat", beats && Math.floor(now / 1000) % 2 === 1);
  }

  /** @param {any} alarm @param {boolean} acknowledged @param {boolean} shelved */
  #who(alarm, acknowledged, shelved) {
    if (acknowledged) return `✓ ${alarm.acknowledged_by ?? "acknowledged"}`;
    if (!shelved) return "";
    const until = Date.parse(alarm.shelved_until ?? "");
    return [`shelved${Number.isFinite(until) ? ` until ${this.time(until).slice(0, 5)}` : ""}`, alarm.shelved_by, alarm.shelve_reason].filter(Boolean).join(" · ");
  }
}
