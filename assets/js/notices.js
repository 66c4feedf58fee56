/** Public warnings as the screens tell of them: which hold now, how grave they are, and where. By this browser's clock, and pure. */

import { isInside, placeAt } from "./rings.js";
import { calmly } from "./words.js";

/** CAP's own words, the gravest first; another word, or none, says nothing of how grave it is. */
export const NOTICE_SEVERITIES = ["extreme", "severe", "moderate", "minor"];
/** A notice that says only how soon it is, and not when it begins, begins later with these words. */
const LATER = new Set(["expected", "future"]);
/** A headline is a line, not a sentence. */
const LONGEST_TITLE = 44;
/** Corners of a circle: on no screen can its edges be told from a curve. */
const CORNERS = 64;
const DAY_MS = 86_400_000;

/** @typedef {[id: string, notice: any]} Entry */
/** @typedef {import("./rings.js").At} At */

/** Whether it holds, or will hold: nobody has ended it, and it has not expired. @param {any} notice @param {number} now Unix ms of the server */
export const isStanding = ({ state, expires_at }, now) => (state ?? "active") === "active" && !(Date.parse(expires_at ?? "") <= now);

/** When what it warns of begins, in Unix ms, or NaN. @param {any} notice */
export const beginsAt = ({ onset_at, effective_at }) => Date.parse(onset_at ?? effective_at ?? "");

/** Whether what it warns of is still to come. @param {any} notice @param {number} now Unix ms of the server */
export function isToCome(notice, now) {
  const begins = beginsAt(notice);
  return Number.isFinite(begins) ? begins > now : LATER.has(String(notice.urgency ?? "").toLowerCase());
}

/** One of NOTICE_SEVERITIES. @param {any} notice */
export function gravityOf({ severity }) {
  const said = String(severity ?? "").toLowerCase();
  return NOTICE_SEVERITIES.includes(said) ? said : "minor";
}

/** Those that stand, the gravest first, then those that hold before those to come, then the newest. @param {Iterable<Entry>} notices @param {number} now Unix ms of the server @returns {Entry[]} */
export function standing(notices, now) {
  const rank = (/** @type {any} */ notice) => 2 * NOTICE_SEVERITIES.indexOf(gravityOf(notice)) + Number(isToCome(notice, now));
  const sent = (/** @type {any} */ notice) => Date.parse(notice.sent_at ?? "") || 0;
  return [...notices].filter(([, notice]) => isStanding(notice, now))
    .sort(([a, one], [b, other]) => rank(one) - rank(other) || sent(other) - sent(one) || (a < b ? -1 : 1));
}

/** What it is, in few words: "Flash flood warning". @param {any} notice @returns {string} */
export function titleOf({ event, headline }) {
  const said = String(event || headline || "Public warning").trim(), title = event ? said : said.split(/ (?:issued|until|effective|by) /i)[0];
  const short = title.length <= LONGEST_TITLE ? title : `${title.slice(0, LONGEST_TITLE - 1).replace(/\s+\S*$/, "")} …`;
  return sentenceCase(short);
}

/** Whether its headline says more than what it is: most only repeat that with its times, which are told in the city's own. @param {any} notice */
export function saysMore({ headline, event }) {
  const said = String(headline ?? "").trim();
  return event ? said !== "" && !said.toLowerCase().startsWith(String(event).toLowerCase()) : said.length > LONGEST_TITLE;
}

/** "Flash Flood Warning" shouts a little, "FLASH FLOOD" more. @param {string} title */
function sentenceCase(title) {
  const calm = calmly(title), words = calm.split(" ");
  const each = words.every((word) => /^[A-Z][a-z'’-]*$/.test(word) || !/[A-Za-z]/.test(word));
  return words.length > 1 && each ? calm.charAt(0) + calm.slice(1).toLowerCase() : calm;
}

/** "severe · immediate · observed", as the source says it. @param {any} notice */
export const gradesOf = ({ severity, urgency, certainty }) => [severity, urgency, certainty].filter(Boolean).map((word) => String(word).toLowerCase()).join(" · ");

/** "until 18:30", "from 18:30", "until Sun 06:00"; "" where it does not say. @param {any} notice @param {number} now Unix ms of the server @param {{time: (ms: number) => string, date: (ms: number) => string}} clock the city's */
export function whenOf(notice, now, clock) {
  const at = (/** @type {number} */ ms) => {
    const [, day, date, month] = clock.date(ms).split(" "), time = clock.time(ms).slice(0, 5);
    if (Math.abs(ms - now) > 6 * DAY_MS) return `${date} ${month}`;
    return clock.date(ms) === clock.date(now) ? time : `${day} ${time}`;
  };
  const begins = beginsAt(notice), ends = Date.parse(notice.expires_at ?? "");
  if (isToCome(notice, now)) return Number.isFinite(begins) ? `from ${at(begins)}` : "expected";
  return Number.isFinite(ends) ? `until ${at(ends)}` : "";
}

/** Its areas as rings of (lon, lat), each closed. @param {any} notice @returns {At[][]} */
export const ringsOf = ({ areas }) =>
  (areas ?? []).map((/** @type {any} */ { polygon, center, radius_m }) =>
    polygon ? closed(polygon.map(([lat, lon]) => [lon, lat])) : circle(center, radius_m));

/** @param {At[]} ring */
function closed(ring) {
  const [first] = ring, last = ring[ring.length - 1];
  return first[0] === last[0] && first[1] === last[1] ? ring : [...ring, first];
}

/** @param {[number, number]} center lat, lon @param {number} metres @returns {At[]} */
const circle = ([lat, lon], metres) => Array.from({ length: CORNERS + 1 }, (_, n) => placeAt({ lat, lon }, ((n % CORNERS) / CORNERS) * 360, metres));

/** Whether a place lies in one of the rings. @param {At[][]} rings @param {At} at */
export const covers = (rings, at) => rings.some((ring) => isInside(at, [ring]));

/** Whether it concerns whoever is at a place; one that draws no area concerns all who can read its words. @param {any} notice @param {{lat: number, lon: number}} place */
export function concerns(notice, { lat, lon }) {
  const rings = ringsOf(notice);
  return !rings.length || covers(rings, [lon, lat]);
}
