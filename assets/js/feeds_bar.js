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

export class FeedsBar {
  /** @param {HTMLElement} list */
  constructor(list) {
    this.list = list;
    /** @type {Feed[]} */
    this.feeds = [];
    this.heardAt = 0;
    /** @type {Map<string, {element: HTMLElement, mark: HTMLElement, text: HTMLElement, state: string}>} */
    this.items = new Map();
  }

  /** @param {Feed[]} feeds @param {number} now seconds of the page */
  hear(feeds, now) {
    this.feeds = feeds;
    this.heardAt = now;
    const names = new Set(feeds.map((feed) => feed.source));
    for (const [name, item] of this.items) {
      if (names.has(name)) continue;
      item.element.remove();
      this.items.delete(name);
    }
    this.tick(now);
  }

  /** @param {number} now seconds of the page */
  tick(now) {
    for (const feed of this.feeds) {
      const item = this.items.get(feed.source) ?? this.#add(feed.source);
      const old = (feed.age_s ?? NaN) + (now - this.heardAt);
      const state = worse(feed.state, stateByAge(old, feed.limits_s ?? []));
      if (item.state !== state) {
        item.state = state;
        item.element.dataset.state = state;
        item.mark.innerHTML = feedSvg(state);
      }
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
    name.textContent = source.length <= 4 ? source.toUpperCase() : source.charAt(0).toUpperCase() + source.slice(1).replaceAll("_", " ");
    this.list.append(element);
    const item = { element, mark, text, state: "" };
    this.items.set(source, item);
    return item;
  }
}
