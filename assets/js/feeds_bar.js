/**
 * The honest clock of the feeds: each with its state by its own interval and its age, which goes on ticking between beats. A feed that
 * falls silent turns late, stale and lost on this screen even if the server should forget to say so.
 */

import { since } from "./format.js";
import { feedSvg } from "./glyphs.js";
import { write } from "./queue.js";

/** @typedef {{source: string, state: string, age_s: number, limits_s: number[]}} Feed
 *  the ages up to which it is live, late and stale, as the server judges */

const STATES = ["live", "late", "stale", "lost"];

/** The state that an age alone gives. @param {number} s @param {number[]} limits */
export function stateByAge(s, limits) {
  return STATES[limits.filter((limit) => s > limit).length];
}

/** The worse of two states. @param {string} a @param {string} b */
export const worse = (a, b) => STATES[Math.max(STATES.indexOf(a), STATES.indexOf(b))] ?? "lost";

/** More feeds than this do not fit in a line: those that are live then share one entry, with the age of the oldest. */
const MOST_ALONE = 2;
const ALL_LIVE = "";

export class FeedsBar {
  /** @param {HTMLElement} list */
  constructor(list) {
    this.list = list;
    /** @type {Feed[]} */
    this.feeds = [];
    this.heardAt = 0;
    /** @type {Map<string, {element: HTMLElement, mark: HTMLElement, name: HTMLElement, text: HTMLElement, state: string}>} */
    this.items = new Map();
  }

  /** @param {Feed[]} feeds @param {number} now seconds of the page */
  hear(feeds, now) {
    this.feeds = feeds;
    this.heardAt = now;
    this.tick(now);
  }

  /** @param {number} now seconds of the page */
  tick(now) {
    const shown = entries(this.feeds, now - this.heardAt);
    const names = new Set(shown.map((entry) => entry.source));
    for (const [source, item] of this.items) {
      if (names.has(source)) continue;
      item.element.remove();
      this.items.delete(source);
    }
    for (const { source, name, state, old } of shown) {
      const item = this.items.get(source) ?? this.#add(source);
      if (item.state !== state) {
        item.state = state;
        item.element.dataset.state = state;
        item.mark.innerHTML = feedSvg(state);
      }
      write(item.name, name);
      const word = state === "live" ? "" : `${state} `;
      write(item.text, Number.isFinite(old) ? word + since(old) : state);
    }
  }

  /** @param {string} source */
  #add(source) {
    const element = document.createElement("li");
    element.className = "feed";
    element.innerHTML = `<span class="feed-mark"></span><span class="feed-name"></span><b></b>`;
    const [mark, name, text] = /** @type {HTMLElement[]} */ ([...element.children]);
    // What is not live stands first, where a narrow screen cuts last.
    if (source === ALL_LIVE) this.list.append(element);
    else this.list.prepend(element);
    const item = { element, mark, name, text, state: "" };
    this.items.set(source, item);
    return item;
  }
}

/**
 * What the bar says: each feed by itself, or, of many, those in trouble by themselves and the live ones together.
 * @param {Feed[]} feeds @param {number} passed seconds since the server told their ages
 * @returns {{source: string, name: string, state: string, old: number}[]}
 */
export function entries(feeds, passed) {
  const all = feeds.map(({ source, state, age_s, limits_s }) => {
    const old = (age_s ?? NaN) + passed;
    return { source, name: nameOf(source), state: worse(state, stateByAge(old, limits_s ?? [])), old };
  });
  const live = all.filter((entry) => entry.state === "live");
  if (all.length <= MOST_ALONE || live.length < 2) return all;
  const oldest = Math.max(...live.map((entry) => entry.old));
  const together = { source: ALL_LIVE, name: `${live.length} feeds live`, state: "live", old: oldest };
  return [...all.filter((entry) => entry.state !== "live"), together];
}

/** A feed's name as a person reads it. @param {string} source */
const nameOf = (source) =>
  source.length <= 4 ? source.toUpperCase() : source.charAt(0).toUpperCase() + source.slice(1).replaceAll("_", " ");
