/** The start that every page has: the live stream opens at once, while Dash still builds the page; then both are brought together. */

import { clockOf } from "./format.js";
import { Glass } from "./glass.js";
import { buildLate } from "./late.js";
import { Live } from "./live.js";
import { askIfOpen, wasLocked, watchScreen } from "./locking.js";
import { readCity } from "./map/ground.js";
import { Shell } from "./shell.js";
import { setTargets } from "./words.js";

/** A page that Dash could not build within this time is loaded anew: nobody stands at a wall to press a key. */
const BUILT_WITHIN_MS = 30_000;

/**
 * @typedef {{root: HTMLElement, glass: Glass, city: import("./map/ground.js").City, clock: ReturnType<typeof clockOf>, live: Live,
 *   feeds: import("./feeds_bar.js").FeedsBar}} Page
 */

/** @param {string} id of the page's root element @returns {Promise<Page>} once it is built */
export async function openPage(id) {
  watchScreen();
  const glass = new Glass();
  /** @type {Shell | null} */
  let shell = null;
  /** What was said before there was a shell to show it. @type {{beat: any, link: Parameters<Shell["link"]> | null}} */
  const early = { beat: null, link: null };
  const live = new Live({
    picture: (picture) => glass.load(picture),
    change: (data, cursor) => glass.change(data, cursor),
    beat: (data) => {
      early.beat = JSON.parse(data);
      glass.clock.hear(early.beat.server_time);
      shell?.beat(early.beat);
    },
    locked: wasLocked,
    doubt: askIfOpen,
    link: (...said) => {
      early.link = said;
      shell?.link(...said);
    },
  });
  const [read, root] = await Promise.all([readCity(), built(id)]);
  const city = read ?? nowhere();
  const clock = clockOf(city.timezone);
  setTargets(city.targets);
  shell = new Shell(root, glass, clock, city.name);
  if (early.beat) shell.beat(early.beat);
  if (early.link) shell.link(...early.link);
  const tick = () => {
    shell?.tick();
    glass.tick();
    // With the second, not at some moment within it.
    setTimeout(tick, 1000 - (glass.clock.now() % 1000) + 5);
  };
  // After the page has added its views.
  setTimeout(tick);
  buildLate(glass.firstPaint);
  // For tests and for whoever has to look into a page from its console; nothing here reads it.
  Object.assign(window, { rtcc: { glass, live } });
  return { root, glass, city, clock, live, feeds: shell.feeds };
}

/** Waits for Dash to have built the page. @param {string} id @returns {Promise<HTMLElement>} */
function built(id) {
  return new Promise((resolve) => {
    const giveUp = setTimeout(() => location.reload(), BUILT_WITHIN_MS);
    const look = () => {
      const root = document.getElementById(id);
      if (!root) return false;
      clearTimeout(giveUp);
      resolve(root);
      return true;
    };
    if (look()) return;
    const observer = new MutationObserver(() => look() && observer.disconnect());
    // The program may begin before the document has a body.
    observer.observe(document.documentElement, { childList: true, subtree: true });
  });
}

/** A server that has no city yet still has a picture. @returns {import("./map/ground.js").City} */
const nowhere = () => ({ name: "", timezone: Intl.DateTimeFormat().resolvedOptions().timeZone, center: [0, 20], zoom: 1.5, bounds: [] });
