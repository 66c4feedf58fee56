/** The rows of /admin: one a feed, filled anew and never made anew, each of a fixed height until somebody unfolds it. */

import { feedSvg } from "../glyphs.js";
import { HeldList } from "../held_list.js";
import { write } from "../queue.js";
import { Section, make } from "../section.js";
import { buildDetail, detailOf } from "./feed_detail.js";
import { figure } from "./feed_facts.js";

/** The cells of a row after its state, as they are named to who cannot see the columns: class, name. */
const CELLS = /** @type {[string, string][]} */ ([
  ["last", "Last success"], ["interval", "Interval"], ["lag", "Lag p50 · p95"], ["read", "Read"], ["accepted", "Accepted"], ["unchanged", "Unchanged"],
  ["refused", "Refused"], ["letters", "Dead letters"],
]);

/** A share of refused rows that is worth a look, counted since the feed began. */
const MUCH = 0.01;

/** @typedef {import("./feed_facts.js").Row} Row */

export class FeedList {
  /** @param {HTMLElement} element @param {HTMLElement} waits @param {(ms: number) => string} time */
  constructor(element, waits, time) {
    this.time = time;
    /** @type {Map<string, Section>} */
    this.details = new Map();
    /** @type {Set<string>} */
    this.open = new Set();
    this.list = new HeldList(element, waits, {
      none: "", make: (button) => this.#make(button), fill: (button, row) => this.#fill(button, /** @type {any} */ (row)), choose: ({ id }) => this.toggle(id),
    });
  }

  /** @param {Row[]} rows @param {number} now Unix ms of the server */
  show(rows, now) {
    this.list.show(rows, now);
  }

  /** @param {string} id */
  toggle(id) {
    if (!this.open.delete(id)) this.open.add(id);
    const row = this.list.rows.get(id), button = this.list.elements.get(id)?.firstElementChild;
    if (row && button) this.#fill(/** @type {HTMLElement} */ (button), /** @type {any} */ (row));
  }

  /** @param {HTMLElement} button */
  #make(button) {
    const item = /** @type {HTMLElement} */ (button.parentElement), id = `feed-${item.dataset.id}`;
    const cells = CELLS.map(([name, says]) => make("span", `feed-cell feed-${name}`, make("i", "", says), make("b", "")));
    button.classList.add("feed-row");
    button.append(
      make("span", "feed-state", make("span", "feed-mark"), make("b", "")), make("span", "feed-title"), ...cells,
      make("span", "feed-how"), make("span", "feed-says"),
    );
    const detail = make("div", "feed-detail");
    detail.id = id;
    detail.hidden = true;
    button.setAttribute("aria-controls", id);
    // What is pressed in it is not the row.
    detail.addEventListener("click", (event) => event.stopPropagation());
    item.append(detail);
    this.details.set(String(item.dataset.id), new Section(detail));
  }

  /** @param {HTMLElement} button @param {Row} row */
  #fill(button, row) {
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (button.querySelector(name));
    const { state } = row, open = this.open.has(row.id);
    if (button.dataset.state !== state) {
      button.dataset.state = state;
      part(".feed-mark").innerHTML = feedSvg(state);
    }
    write(part(".feed-state b"), row.word);
    write(part(".feed-title"), row.title);
    part(".feed-title").title = row.title;
    write(part(".feed-how"), row.title === row.id ? row.how : `${row.id} · ${row.how}`);
    write(part(".feed-says"), row.says);
    const texts = [row.last, row.interval, row.lag, ...row.counts, figure(row.refused), figure(row.letters)];
    CELLS.forEach(([name], at) => write(part(`.feed-${name} b`), texts[at]));
    part(".feed-refused").toggleAttribute("data-some", row.refused > MUCH * row.told.rows);
    part(".feed-letters").toggleAttribute("data-some", row.letters > 0);
    button.setAttribute("aria-expanded", String(open));
    const detail = this.details.get(row.id);
    if (open) detail?.show(detailOf(row.told, this.time), buildDetail);
    if (detail && detail.element.hidden === open) detail.element.hidden = !open;
  }
}
