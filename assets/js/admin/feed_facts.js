/** How each declared feed is, from what the server told and the time since: what a row of /admin shows, those in trouble first. Pure. */

import { stateByAge, worse } from "../feeds_bar.js";
import { since } from "../format.js";

/** The worst first. */
const ORDER = ["stopped", "never", "lost", "stale", "late", "live"];
const WORDS = /** @type {Record<string, string>} */ ({
  stopped: "Stopped", never: "Never heard", lost: "Lost", stale: "Stale", late: "Late", live: "Live",
});
const TRANSPORTS = /** @type {Record<string, string>} */ ({ poll: "HTTP poll", push: "HTTP push", listen: "listen", mqtt: "MQTT", file: "file" });
const FORMATS = /** @type {Record<string, string>} */ ({
  rows: "rows", native: "native", eido: "EIDO", cap: "CAP", cot: "CoT", gtfs_rt: "GTFS-realtime",
});

/**
 * @typedef {object} Told a feed as `GET /api/v1/feeds` tells of it
 * @property {string} feed @property {string} title @property {string} source @property {string} transport @property {string} format
 * @property {number} interval_s @property {number[]} limits_s @property {string} state @property {number | null} age_s
 * @property {string | null} success_at @property {string | null} attempt_at @property {string | null} next_at
 * @property {string | null} error @property {string | null} error_at @property {number | null} lag_p50_s @property {number | null} lag_p95_s
 * @property {number} rows @property {number} accepted @property {number} unchanged @property {number} refused @property {number} events
 * @property {Record<string, number>} reasons @property {string | null} stopped_since @property {string | null} stopped_why
 * @property {string | null} try_at @property {number} held @property {number} held_dropped @property {number} lost_messages
 * @property {number} dead_letters
 *
 * @typedef {object} Row
 * @property {string} id @property {string} title @property {string} how the transport and the format @property {string} state @property {string} word
 * @property {string} last how long ago it last spoke @property {string} interval @property {string} lag @property {string[]} counts
 * @property {number} refused @property {number} letters @property {string} says its last trouble in one line @property {Told} told
 */

/** The state now: what the server said, or what its age has made of it since. @param {Told} told @param {number} passed seconds since it was told */
export function stateOf({ stopped_since, age_s, state, limits_s }, passed) {
  if (stopped_since) return "stopped";
  return age_s === null ? "never" : worse(state, stateByAge(age_s + passed, limits_s));
}

/** "0.4 s", "12 s", "3 min". @param {number | null} s */
export function lagText(s) {
  if (s === null) return "–";
  return Math.abs(s) < 9.95 ? `${s.toFixed(1)} s` : since(s);
}

/**
 * The rows in the order in which somebody must look at them.
 * @param {Told[]} feeds in the order of feeds.toml @param {number} passed seconds since they were told @param {number} now Unix ms of the server
 * @returns {Row[]}
 */
export function rowsOf(feeds, passed, now) {
  const rows = feeds.map((told) => {
    const state = stateOf(told, passed), { lag_p50_s: p50, lag_p95_s: p95 } = told;
    return {
      id: told.feed, title: told.title, how: `${TRANSPORTS[told.transport] ?? told.transport} × ${FORMATS[told.format] ?? told.format}`,
      state, word: WORDS[state], last: told.age_s === null ? "never" : `${since(told.age_s + passed)} ago`, interval: since(told.interval_s),
      lag: p50 === null ? "–" : `${lagText(p50)} · ${lagText(p95)}`,
      counts: [told.rows, told.accepted, told.unchanged].map(figure), refused: told.refused, letters: told.dead_letters,
      says: saysOf(told, now), told,
    };
  });
  // Of equals the first declared stands first: the sort keeps their order.
  return rows.sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
}

/** "1,234". @param {number} n */
export const figure = (n) => n.toLocaleString("en-US");

/** What lets a stopped feed go on. @param {string} feed */
export const resumeOf = (feed) => `rtcc feeds resume ${feed}`;
/** What reads again what was held back or could not be read. @param {string} feed */
export const redriveOf = (feed) => `rtcc feeds redrive ${feed}`;

/** @param {Told} told @param {number} now Unix ms of the server */
function saysOf({ feed, stopped_since, stopped_why, error, error_at, lost_messages }, now) {
  const ago = (/** @type {string | null} */ at) => (at ? ` ${since((now - Date.parse(at)) / 1000)} ago` : "");
  if (stopped_since) return `Stopped${ago(stopped_since)} · ${resumeOf(feed)} · ${stopped_why ?? ""}`;
  if (error) return `Failed${ago(error_at)} · ${error}`;
  return lost_messages ? `${figure(lost_messages)} messages came faster than they could be kept` : "";
}

/** "7 feeds · 1 stopped · 1 never heard · 5 live". @param {Row[]} rows */
export function countsOf(rows) {
  const of = ORDER.map((state) => [rows.filter((row) => row.state === state).length, WORDS[state].toLowerCase()]);
  return [`${rows.length} ${rows.length === 1 ? "feed" : "feeds"}`, ...of.filter(([count]) => count).map(([count, word]) => `${count} ${word}`)].join(" · ");
}
