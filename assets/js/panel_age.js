/** How old what a panel shows may be: the feed that is in the worst trouble of those that tell of its kinds. */

import { since } from "./format.js";
import { feedSvg } from "./glyphs.js";
import { write } from "./queue.js";

export class PanelAge {
  /** @param {HTMLElement} element @param {import("./feeds_bar.js").FeedsBar} feeds @param {string[]} kinds that the panel shows */
  constructor(element, feeds, kinds) {
    this.element = element;
    this.feeds = feeds;
    this.kinds = kinds;
    element.innerHTML = `<span class="feed-mark"></span><span></span>`;
    [this.mark, this.text] = /** @type {Element[]} */ ([...element.children]);
    this.state = "live";
  }

  /** Says nothing while every feed is live. */
  tick() {
    const feed = this.feeds.troubledOf(this.kinds), state = feed?.state ?? "live";
    if (feed) write(this.text, `${feed.name} ${Number.isFinite(feed.old) ? `${since(feed.old)} old` : state}`);
    if (this.state === state) return;
    this.state = this.element.dataset.state = state;
    this.mark.innerHTML = feedSvg(state);
    this.element.hidden = !feed;
  }
}
