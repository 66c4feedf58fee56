/**
 * The alarms of a desk: a line that is always there with what must be answered first, and on demand the list of all. The line changes by
 * itself; a key that was meant for what stood there a moment ago does nothing.
 */

import { AlarmActions } from "./alarm_actions.js";
import { AlarmLine } from "./alarm_line.js";
import { alarmsOf, unwatchedSince } from "./alarm_order.js";
import { mayOperate, say } from "./command.js";
import { plural } from "./format.js";
import { BELL_SVG, FLOOD_SVG, feedSvg } from "./glyphs.js";
import { Holding, waiting } from "./holding.js";
import { write } from "./queue.js";
import { part } from "./shell.js";

/** A list of more cannot be read; those beyond are counted, and come as others are answered. */
const MOST_LINES = 100;
/** Somebody who presses a key has seen what has stood there for this long. */
const SEEN_AFTER_MS = 800;

/** @typedef {import("./alarm_line.js").Entry} Entry */

export class AlarmDesk {
  /** @param {{glass: import("./glass.js").Glass, clock: {time: (ms: number) => string}, keys: import("./keys.js").Keys}} page @param {import("./selection.js").Selection} [selection] where what an alarm is about can be shown */
  constructor({ glass, clock, keys }, selection) {
    this.glass = glass;
    this.clock = clock;
    this.selection = selection;
    this.actions = new AlarmActions(glass.alarms, document.documentElement.dataset.viewer ?? "");
    [this.count, this.load, this.first, this.all, this.rows, this.rest, this.flood, this.bar] =
      ["count", "load", "first", "all", "rows", "rest", "flood", "release"].map((name) => part(`alarm-desk-${name}`));
    part("alarm-desk-bell").innerHTML = BELL_SVG;
    this.flood.innerHTML = `${FLOOD_SVG}FLOOD`;
    this.load.innerHTML = `${feedSvg("lost")}<span></span>`;
    this.may = mayOperate();
    const picture = (/** @type {string} */ kind) => glass.replica.kind(kind);
    /** A line of somebody else's list, beside what it is about. */
    this.lineIn = (/** @type {HTMLElement} */ element, shows = false) =>
      new AlarmLine(element, this.#answers().filter(({ name }) => shows || name !== "Show"), picture, clock.time);
    const top = document.createElement("div"), none = document.createElement("span");
    top.className = "alarm-line";
    none.className = "alarm-desk-none";
    this.first.append(top, none);
    this.none = none;
    this.top = this.lineIn(top, true);
    /** @type {AlarmLine[]} */
    this.lines = [];
    this.holding = new Holding();
    /** @type {Map<string, Entry>} */
    this.entries = new Map();
    this.topSince = 0;
    this.all.addEventListener("click", () => this.#open(this.rows.hidden));
    this.bar.addEventListener("click", () => this.release());
    this.rows.addEventListener("pointerleave", () => this.#soon());
    this.rows.addEventListener("focusout", () => this.#soon());
    if (this.may) {
      keys.add("a", "Acknowledge the alarm in hand", () => this.#answer((entry) => this.actions.acknowledge(entry), ["active"]));
      keys.add("s", "Shelve the alarm in hand", () => this.#answer((entry) => this.actions.shelve(entry), ["active", "acknowledged"]));
    }
    glass.add({ kinds: ["alarm", "alarm_load"], show: (now) => this.show(now), tick: (now) => this.tick(now) });
  }

  /** Whether something waits behind the list, and shows it. */
  release() {
    if (this.waits) this.show(this.glass.clock.now(), true);
  }

  /** @param {number} now Unix ms of the server @param {boolean} [asked] a person wants to see what waits */
  show(now, asked = false) {
    const { glass } = this, center = glass.alarmLoads.get("center");
    const { entries, unacknowledged } = alarmsOf(glass.alarms, false);
    const shelved = [...glass.alarms].filter(([, alarm]) => alarm.state === "shelved").map(([id, alarm]) => ({ id, alarm }));
    this.actions.look();
    this.#showTop(entries[0], unacknowledged, now);
    write(this.count, `${unacknowledged} to acknowledge${shelved.length ? ` · ${shelved.length} shelved` : ""}`);
    this.count.toggleAttribute("data-some", unacknowledged > 0);
    this.flood.hidden = center?.flood !== true;
    const total = entries.length + shelved.length;
    write(this.all, this.rows.hidden ? (total ? `All ${total} ${plural(total, "alarm")} ▾` : "No alarms") : "Close the list ▴");
    /** @type {HTMLButtonElement} */ (this.all).disabled = total === 0 && this.rows.hidden;
    if (!this.rows.hidden) this.#showList([...entries, ...shelved], now, asked);
    this.#watch(now);
  }

  /** @param {number} now Unix ms of the server */
  tick(now) {
    this.#watch(now);
    this.top.tick(now);
    if (this.rows.hidden) return;
    for (const line of this.lines) line.tick(now);
    if (this.waits && !this.#held()) this.show(now);
  }

  /** @returns {import("./alarm_line.js").Action[]} */
  #answers() {
    const about = (/** @type {any} */ alarm) => this.selection && alarm.about?.find((/** @type {any} */ one) => this.selection?.kinds.includes(one.kind));
    const { actions } = this, isShelved = (/** @type {any} */ alarm) => alarm.state === "shelved";
    const shows = {
      name: "Show", does: "Show what it is about", fits: (/** @type {any} */ alarm) => Boolean(about(alarm)),
      act: (/** @type {Entry} */ { alarm }) => this.selection?.set(about(alarm)),
    };
    if (!this.may) return [shows];
    return [
      { name: "Acknowledge", does: "Acknowledge", fits: (alarm) => (alarm.state ?? "active") === "active", act: (entry) => void actions.acknowledge(entry) },
      { name: "Shelve", does: "Shelve", fits: (alarm) => !isShelved(alarm), act: (entry) => actions.shelve(entry) },
      { name: "Unshelve", does: "Take from the shelf", fits: isShelved, act: (entry) => void actions.unshelve(entry) },
      { name: "Note", does: "Write a note", fits: () => true, act: (entry) => actions.note(entry) },
      shows,
    ];
  }

  /** @param {Entry | undefined} entry @param {number} unacknowledged @param {number} now */
  #showTop(entry, unacknowledged, now) {
    const shown = entry && (unacknowledged || entry.alarm.state !== "acknowledged") ? entry : undefined;
    this.top.element.hidden = !shown;
    this.none.hidden = Boolean(shown);
    write(this.none, entry ? "All alarms are acknowledged." : "Nothing to answer.");
    if (!shown) {
      this.top.entry = null;
      return;
    }
    const is = `${shown.id} ${shown.alarm.raised_at}`;
    if (this.topIs !== is) [this.topIs, this.topSince] = [is, performance.now()];
    this.top.show(shown, now);
  }

  /** @param {Entry[]} entries in order @param {number} now @param {boolean} asked */
  #showList(entries, now, asked) {
    const byId = new Map(entries.map((entry) => [entry.id, entry]));
    const placed = this.holding.place(entries.slice(0, MOST_LINES).map(({ id }) => id), this.#held() && !asked);
    while (this.lines.length < placed.shown.length) {
      const element = document.createElement("li");
      element.className = "alarm-line";
      this.rows.append(element);
      this.lines.push(this.lineIn(element, true));
    }
    this.lines.forEach((line, at) => {
      const id = placed.shown[at];
      line.element.hidden = id === undefined;
      if (id === undefined) {
        line.entry = null;
        return;
      }
      // What has left the picture while the list holds still is told by its last words.
      const entry = byId.get(id) ?? { .../** @type {Entry} */ (this.entries.get(id)), ended: true };
      this.entries.set(id, entry);
      line.show(entry, now);
    });
    for (const id of this.entries.keys()) if (!placed.shown.includes(id)) this.entries.delete(id);
    const said = waiting(placed);
    this.waits = said !== "";
    this.bar.hidden = !this.waits;
    if (this.waits) write(this.bar, `${said} · show (r)`);
    this.bar.toggleAttribute("data-urgent", placed.fresh.some((id) => byId.get(id)?.alarm.severity === "critical"));
    this.rest.hidden = entries.length <= MOST_LINES;
    write(this.rest, `and ${entries.length - MOST_LINES} more, less urgent`);
  }

  /** The alarm that somebody works on in the list, else the one in the line. @param {(entry: Entry) => void} act @param {string[]} states in which that is an answer */
  #answer(act, states) {
    const line = this.lines.find(({ element, entry }) => entry && element.contains(document.activeElement));
    const entry = line?.entry ?? this.top.entry;
    if (!entry || !states.includes(entry.alarm.state ?? "active")) return say("There is no alarm to answer.");
    if (!line && performance.now() - this.topSince < SEEN_AFTER_MS) return say("Another alarm came first just now: look, then press the key again.");
    act(entry);
  }

  /** @param {boolean} open */
  #open(open) {
    this.rows.hidden = !open;
    this.all.setAttribute("aria-expanded", String(open));
    if (!open) {
      this.rest.hidden = this.bar.hidden = true;
      this.waits = false;
      this.holding = new Holding();
    }
    this.show(this.glass.clock.now());
  }

  #held() {
    const pointer = matchMedia("(hover: hover)").matches && this.rows.matches(":hover");
    return pointer || (this.rows.contains(document.activeElement) && document.activeElement?.matches(":focus-visible") === true);
  }

  #soon() {
    requestAnimationFrame(() => this.waits && !this.#held() && this.show(this.glass.clock.now()));
  }

  /** The load, or since when nobody watches. @param {number} now */
  #watch(now) {
    const center = this.glass.alarmLoads.get("center"), unwatched = unwatchedSince(center, now);
    this.load.toggleAttribute("data-unwatched", unwatched !== null);
    const text = /** @type {Element} */ (this.load.lastElementChild), per = center?.per_operator;
    if (unwatched === null) write(text, Number.isFinite(per) ? `${per < 99.95 ? per.toFixed(1) : Math.round(per)} per operator in 10 min` : "load not known");
    else write(text, `alarms not watched${Number.isFinite(unwatched) ? ` since ${this.clock.time(unwatched)}` : ""}`);
  }
}
