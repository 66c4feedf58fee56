/** What is chosen, beside the queues: its fields and notes from the picture, ticking; who is near and what was here before from the server. */

import { alarmsOf } from "../alarm_order.js";
import { noticeSvg, prioritySvg } from "../glyphs.js";
import { gravityOf } from "../notices.js";
import { write } from "../queue.js";
import { part } from "../shell.js";
import { listenForReasons, onOpened, withheld } from "../withheld.js";
import { isAbout, isPending, priorityOf } from "../words.js";
import { stateFor, toldOf } from "./facts.js";
import { setProps } from "./filter_bar.js";
import { Notes } from "./notes.js";

/** Units move: who is nearest is asked again after this time. */
const AGAIN_MS = 15_000;
/** A server that has said nothing for this long will not. */
const ANSWERS_WITHIN_MS = 12_000;
const ASKED = ["chosen-units", "chosen-cameras", "chosen-history"];

/** @typedef {import("../selection.js").Thing} Thing */

export class ChosenPanel {
  /**
   * @param {{glass: import("../glass.js").Glass, clock: {time: (ms: number) => string}}} page @param {import("../selection.js").Selection} selection
   * @param {(element: HTMLElement) => import("../alarm_line.js").AlarmLine} alarmLine
   */
  constructor({ glass, clock }, selection, alarmLine) {
    this.glass = glass;
    this.time = clock.time;
    this.selection = selection;
    this.alarmLine = alarmLine;
    this.notes = new Notes(glass, clock.time);
    [this.mark, this.title, this.state, this.facts, this.body, this.empty, this.alarms, this.close] =
      ["mark", "title", "state", "facts", "body", "empty", "alarms", "close"].map((name) => part(`chosen-${name}`));
    this.link = /** @type {HTMLAnchorElement} */ (part("chosen-open"));
    this.panel = part("chosen");
    this.shownFacts = this.markShown = "";
    this.askedAt = -Infinity;
    /** @type {import("./facts.js").Told | null} the last that was known: what is chosen may leave the picture */
    this.told = null;
    this.close.addEventListener("click", () => selection.set(null));
    selection.on((thing, before) => this.#choose(thing, before));
    listenForReasons();
    onOpened((kind, id) => this.#opened(kind, id));
    glass.add({
      kinds: ["incident", "unit", "call", "detection", "camera", "alarm", "note", "notice"],
      show: (now) => this.show(now), tick: (now) => this.#tick(now),
    });
  }

  /** The id of the incident that can be opened: the chosen one, or the one that the chosen unit or call is about; "" for none. */
  get incident() {
    const { thing } = this.selection;
    if (!thing) return "";
    return thing.kind === "incident" ? thing.id : String(this.glass.replica.kind(thing.kind).get(thing.id)?.incident_id ?? "");
  }

  /** @param {Thing | null} thing @param {Thing | null} before */
  #choose(thing, before) {
    this.told = null;
    this.body.scrollTop = 0;
    this.panel.toggleAttribute("data-open", Boolean(thing));
    this.panel.dataset.kind = thing?.kind ?? "";
    this.notes.about(thing?.kind === "incident" ? thing.id : "");
    if (thing?.kind === "incident") this.#ask(thing.id, true);
    else if (before?.kind === "incident") setProps("chosen-id", { data: null });
    if (this.glass.loaded) this.show(this.glass.clock.now());
  }

  /** @param {number} now Unix ms of the server */
  show(now) {
    const { thing } = this.selection;
    this.body.hidden = this.close.hidden = !thing;
    this.empty.hidden = Boolean(thing);
    if (!thing) return this.#showNothing();
    const entity = this.glass.replica.kind(thing.kind).get(thing.id);
    this.panel.toggleAttribute("data-gone", !entity);
    if (entity) this.told = toldOf(thing, entity, (kind) => this.glass.replica.kind(kind), this.time);
    write(this.title, this.told?.title ?? "Not in the picture");
    this.#showMark(thing, entity);
    this.#showFacts(this.told?.facts ?? []);
    this.link.hidden = this.incident === "";
    this.link.href = `/incident/${encodeURIComponent(this.incident)}`;
    this.#showAlarms(thing, now);
    this.notes.show();
    this.#tick(now);
  }

  #showNothing() {
    write(this.title, "Nothing chosen");
    write(this.state, "Take a row, or a mark on the map.");
    this.mark.innerHTML = this.markShown = "";
    this.link.hidden = true;
  }

  /** @param {Thing} thing @param {any} entity */
  #showMark(thing, entity) {
    const html = !entity ? "" : thing.kind === "incident" ? prioritySvg(priorityOf(entity), isPending(entity))
      : thing.kind === "notice" ? noticeSvg(gravityOf(entity)) : "";
    if (this.markShown !== html) this.mark.innerHTML = this.markShown = html;
  }

  /** @param {import("./facts.js").Told["facts"]} facts */
  #showFacts(facts) {
    const shown = JSON.stringify(facts);
    if (this.shownFacts === shown) return;
    this.shownFacts = shown;
    this.facts.replaceChildren(
      ...facts.map(([word, text]) => {
        const fact = document.createElement("div"), term = document.createElement("dt"), value = document.createElement("dd");
        term.textContent = word;
        value.append(typeof text === "string" ? text : withheld(text.kind, text.id, word, (fields) => fields[text.field] ?? ""));
        fact.append(term, value);
        return fact;
      }),
    );
  }

  /** @param {Thing} thing @param {number} now */
  #showAlarms({ kind, id }, now) {
    const about = [...this.glass.alarms].filter(([, alarm]) => isAbout(alarm, kind, id));
    const { entries } = alarmsOf(new Map(about), false);
    this.lines ??= /** @type {import("../alarm_line.js").AlarmLine[]} */ ([]);
    while (this.lines.length < entries.length) {
      const element = document.createElement("li");
      element.className = "alarm-line";
      this.alarms.append(element);
      this.lines.push(this.alarmLine(element));
    }
    this.lines.forEach((line, at) => {
      line.element.hidden = at >= entries.length;
      if (at < entries.length) line.show(entries[at], now);
      else line.entry = null;
    });
    /** @type {HTMLElement} */ (this.alarms.parentElement).hidden = !entries.length;
  }

  /** @param {number} now Unix ms of the server */
  #tick(now) {
    const { thing } = this.selection;
    if (!thing) return;
    const gone = this.panel.hasAttribute("data-gone");
    write(this.state, gone ? "No longer in the live picture" : this.told ? stateFor(this.told, now) : "");
    for (const line of this.lines ?? []) line.tick(now);
    if (thing.kind !== "incident") return;
    const waited = performance.now() - this.askedAt;
    if (waited > ANSWERS_WITHIN_MS) this.#giveUp();
    if (waited > AGAIN_MS && !gone && document.visibilityState === "visible") this.#ask(thing.id, false);
  }

  /** What one word was asked for shows the others, and what the server tells. @param {string} kind @param {string} id */
  #opened(kind, id) {
    const { thing } = this.selection;
    if (!thing || thing.id !== id) return;
    this.shownFacts = "";
    this.#showFacts(this.told?.facts ?? []);
    if (kind === "place" && thing.kind === "incident") setProps("chosen-id", { data: null });
    if (kind === "place" && thing.kind === "incident") setTimeout(() => setProps("chosen-id", { data: id }));
  }

  /** The answers come into their parts by the page's callbacks. @param {string} id @param {boolean} anew */
  #ask(id, anew) {
    this.askedAt = performance.now();
    if (anew) for (const name of ASKED) setProps(name, { children: said("Looking …", "empty asked") });
    setProps("chosen-asked", { data: { id, at: Date.now() } });
    if (anew) setProps("chosen-id", { data: id });
  }

  #giveUp() {
    for (const name of ASKED) {
      if (part(name).querySelector(".asked")) setProps(name, { children: said("The server does not answer. It is asked again when the picture is live.", "empty") });
    }
  }
}

/** @param {string} text @param {string} className */
const said = (text, className) => ({ type: "Div", namespace: "dash_html_components", props: { children: text, className } });
