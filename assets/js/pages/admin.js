/** The start of /admin: how every feed is, asked again and again; between two answers the ages go on, and what falls silent says so. */

import { FeedList } from "../admin/feed_list.js";
import { countsOf, rowsOf } from "../admin/feed_facts.js";
import { mayOversee } from "../command.js";
import { openDesk } from "../desk.js";
import { nameOf, stateByAge, worse } from "../feeds_bar.js";
import { since } from "../format.js";
import { feedSvg } from "../glyphs.js";
import { write } from "../queue.js";
import { Section, make, mark } from "../section.js";
import { part } from "../shell.js";

const PATH = "/api/v1/feeds";
const EVERY_MS = 5000;
const WITHIN_MS = 10_000;

const { root, glass, clock, keys } = await openDesk("admin");
const list = new FeedList(part("admin-feeds"), part("admin-waits"), clock.time);
const others = new Section(part("admin-others"));
/** What the server told last, and when. @type {{feeds: import("../admin/feed_facts.js").Told[], sources: any[]} | null} */
let told = null;
let toldAt = 0;

/** @param {number} now Unix ms of the server */
function show(now) {
  if (!told) return;
  const passed = (performance.now() - toldAt) / 1000, rows = rowsOf(told.feeds, passed, now);
  const declared = new Set(told.feeds.map(({ source }) => source));
  list.show(rows, now);
  write(part("admin-counts"), rows.length ? countsOf(rows) : "");
  part("admin-none").hidden = rows.length > 0;
  part("admin-away").hidden = true;
  root.dataset.feeds = rows.length ? "some" : "none";
  others.show(told.sources.filter(({ source }) => !declared.has(source)).map((other) => {
    const old = (other.age_s ?? NaN) + passed, state = worse(other.state, stateByAge(old, other.limits_s));
    return { name: nameOf(other.source), source: other.source, state, says: `${state}${Number.isFinite(old) ? ` ${since(old)}` : ""}` };
  }), (all) => (all.length ? [
    make("h3", "", "Heard without being declared"),
    make("ul", "", ...all.map(({ name, source, state, says }) => {
      const item = make("li", "feed", mark(feedSvg(state), "feed-mark"), make("span", "feed-name", name), make("b", "", says));
      item.dataset.state = state;
      item.title = source;
      return item;
    })),
  ] : []));
}

async function ask() {
  try {
    const answer = await fetch(PATH, { cache: "no-store", signal: AbortSignal.timeout(WITHIN_MS) }), body = await answer.json().catch(() => null);
    if (answer.status === 401 || answer.status === 403) return close();
    if (!answer.ok || !body) fail(body?.detail ?? `The server answered ${answer.status}.`);
    else {
      [told, toldAt] = [body, performance.now()];
      write(part("admin-says"), "");
      glass.refresh(view);
    }
  } catch {
    fail("The server does not answer.");
  }
  setTimeout(ask, EVERY_MS);
}

/** What stands here is old, and since when. @param {string} why */
function fail(why) {
  if (told) {
    write(part("admin-says"), `Not refreshed since ${clock.time(glass.clock.now() - (performance.now() - toldAt))}: ${why} It is asked again.`);
    return;
  }
  root.dataset.feeds = "away";
  write(part("admin-counts"), "");
  write(part("admin-away").children[1], `${why} It is asked again.`);
  part("admin-away").hidden = false;
}

/** Whoever looks may not know, or no longer. */
function close() {
  const { viewer, role } = document.documentElement.dataset;
  root.dataset.feeds = "closed";
  write(part("admin-closed").querySelector("p") ?? part("admin-closed"), viewer
    ? `${viewer} is signed in as ${role}. How the feeds are is shown to supervisors and administrators.`
    : "Nobody is signed in on this screen. How the feeds are is shown to supervisors and administrators.");
  part("admin-closed").hidden = false;
}

const view = { kinds: [], ages: true, show };
glass.add(view);
keys.add("j", "Next feed", () => list.list.step(1));
keys.add("k", "Feed before", () => list.list.step(-1));
keys.add("Enter", "Unfold the feed in hand, or fold it", () => list.list.step(0));
if (mayOversee()) await ask();
else close();
