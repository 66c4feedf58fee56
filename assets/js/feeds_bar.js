/**
 * The honest clock of the feeds: each with its state by its own interval and its age, which goes on ticking between beats. A feed that
 * falls silent turns late, stale and lost on this screen even if the server should forget to say so.
 */

import { since } from "./format.js";
import { feedSvg } from "./glyphs.js";
import { write } from "./queue.js";

/**
 * @typedef {{source: string, state: string, age_s: number | null, limits_s: number[], kinds?: string[], stopped?: boolean}} Feed the ages up to
 *  which it is live, late and stale, as the server judges, the kinds of which it has told, and whether its breaker has stopped it
 * @typedef {{source: string, name: string, state: string, old: number, kinds: string[]}} Entry
 */

/** The worst last. No age makes a feed stopped: that is what its breaker says. */
const STATES = ["live", "late", "stale", "lost", "stopped"];

/** The state that an age alone gives. @param {number} s @param {number[]} limits */
export function stateByAge(s, limits) {
  return STATES[limits.filter((limit) => s > limit).length];
}

/** The worse of two states. @param {string} a @param {string} b */
export const worse = (a, b) => STATES[Math.max(STATES.indexOf(a), STATES.indexOf(b))] ?? "lost";

/** More feeds than this do not fit in a line: those that are live then share one entry, with the age of the oldest. */
const MOST_ALONE = 2;
/** More in trouble than this share one entry too, but for the worst: a bar that is cut would hide some. A desk's bar has two lines. */
const MOST_TROUBLED = 3;
const MOST_TROUBLED_ON_DESK = 2;
const ALL_LIVE = "";
const MORE_TROUBLED = "\n";

export class FeedsBar {
  /** @param {HTMLElement} list */
  constructor(list) {
    this.list = list;
    this.most = list.closest(".desk-bar") ? MOST_TROUBLED_ON_DESK : MOST_TROUBLED;
    /** @type {Feed[]} */
    this.feeds = [];
    this.heardAt = this.toldAt = 0;
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
    this.toldAt = now;
    const shown = entries(this.feeds, now - this.heardAt, this.most);
    const names = new Set(shown.map((entry) => entry.source));
    for (const [source, item] of this.items) {
      if (names.has(source)) continue;
      item.element.remove();
      this.items.delete(source);
    }
    for (const { source, name, state, old } of shown) {
      const item = this.items.get(source) ?? this.#add(source, state);
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

  /** The feed in the worst trouble of those that have told of one of these kinds, or null while all of them are live. @param {string[]} kinds @returns {Entry | null} */
  troubledOf(kinds) {
    const own = judged(this.feeds, this.toldAt - this.heardAt).filter((entry) => entry.kinds.some((kind) => kinds.includes(kind)));
    return own.sort(byTrouble).find((entry) => entry.state !== "live") ?? null;
  }

  /** @param {string} source @param {string} state */
  #add(source, state) {
    const element = document.createElement("li");
    element.className = "feed";
    element.innerHTML = `<span class="feed-mark"></span><span class="feed-name"></span><b></b>`;
    const [mark, name, text] = /** @type {HTMLElement[]} */ ([...element.children]);
    // What is not live stands first, where a narrow screen cuts last; what is well moves nothing by being heard.
    if (state === "live") this.list.append(element);
    else this.list.prepend(element);
    const item = { element, mark, name, text, state: "" };
    this.items.set(source, item);
    return item;
  }
}

/**
 * What the bar says: each feed by itself, or, of many, those in trouble by themselves and the live ones together.
 * @param {Feed[]} feeds @param {number} passed seconds since the server told their ages @param {number} [most] in trouble that have an entry of their own
 * @returns {Pick<Entry, "source" | "name" | "state" | "old">[]}
 */
export function entries(feeds, passed, most = MOST_TROUBLED) {
  const all = judged(feeds, passed);
  const live = all.filter((entry) => entry.state === "live"), troubled = all.filter((entry) => entry.state !== "live");
  const alone = all.length <= MOST_ALONE || live.length < 2 ? live : [together(ALL_LIVE, live, "live")];
  if (troubled.length <= most) return [...troubled, ...alone];
  const worst = [...troubled].sort(byTrouble), rest = worst.slice(most - 1);
  return [...worst.slice(0, most - 1), together(MORE_TROUBLED, rest, "in trouble"), ...alone];
}

/** @param {Feed[]} feeds @param {number} passed @returns {Entry[]} */
const judged = (feeds, passed) =>
  feeds.map(({ source, state, age_s, limits_s, kinds, stopped }) => {
    const old = (age_s ?? NaN) + passed, is = stopped ? "stopped" : worse(state, stateByAge(old, limits_s ?? []));
    return { source, name: nameOf(source), state: is, old, kinds: kinds ?? [] };
  });

/** @param {Entry} a @param {Entry} b */
const byTrouble = (a, b) => STATES.indexOf(b.state) - STATES.indexOf(a.state) || (b.old || 0) - (a.old || 0);

/** @param {string} source @param {Entry[]} some @param {string} word */
const together = (source, some, word) => ({
  source, name: `${some.length} ${source === ALL_LIVE ? "feeds" : "more"} ${word}`,
  state: some.map((entry) => entry.state).reduce(worse), old: Math.max(...some.map((entry) => entry.old)),
});

/** A feed's name as a person reads it; who makes it up, or that it is ours, is no part of that. @param {string} source */
export function nameOf(source) {
  const name = source.replace(/^(sim|rtcc)[-_]/, "");
  return name.length <= 4 ? name.toUpperCase() : name.charAt(0).toUpperCase() + name.slice(1).replaceAll(/[_-]/g, " ");
}
