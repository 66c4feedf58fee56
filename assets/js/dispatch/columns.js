/** What the three queues of the dispatcher show of a row, column by column. */

import { age } from "../format.js";
import { LOCK_SVG, prioritySvg, unitSvg } from "../glyphs.js";
import { write } from "../queue.js";
import { CALL_STATES, lateness } from "./call_rows.js";
import { INCIDENT_STATES, against } from "./incident_rows.js";
import { UNIT_STATES, staleFix } from "./unit_rows.js";

/** @typedef {import("../held_grid.js").Column} Column */

const ageSince = (/** @type {number} */ since, /** @type {number} */ now) => (Number.isFinite(since) ? age((now - since) / 1000) : "–");

/** A text that is the same as long as the row is. @param {(row: any) => string} textOf */
const words = (textOf) => ({
  html: `<span class="words"></span>`,
  fill: (/** @type {HTMLElement[]} */ [text], /** @type {any} */ row) => {
    write(text, textOf(row));
    // What does not fit is still to be had.
    text.title = textOf(row);
  },
});

/** @param {HTMLElement} fill @param {number} share */
function fillBar(fill, share) {
  const scale = `scaleX(${share.toFixed(3)})`;
  if (fill.style.transform !== scale) fill.style.transform = scale;
}

/** Written only when it is another one: an SVG that is made anew is a new picture to the browser. @param {HTMLElement} element @param {string} key @param {() => string} html */
function draw(element, key, html) {
  if (element.dataset.shown === key) return;
  element.dataset.shown = key;
  element.innerHTML = html();
}

/** @type {Column[]} */
export const CALL_COLUMNS = [
  {
    name: "State", width: 6.2, className: "strong",
    look: {
      html: `<span class="letter"></span><span class="words"></span>`,
      fill: ([letter, word], { state }) => {
        letter.dataset.state = state;
        write(letter, CALL_STATES[state].letter);
        write(word, CALL_STATES[state].word);
      },
    },
  },
  {
    name: "Age", width: 4.2, className: "number", spoken: "How long it has waited; a call is to be answered within 15 s, at the latest 20 s",
    look: {
      html: `<span class="figure"></span><span class="bar"><i class="bar-fill"></i></span>`,
      fill: ([, bar], { state }) => void (bar.hidden = state !== "ringing"),
      tick: ([figure, bar, fill], row, now) => {
        write(figure, ageSince(row.began, now));
        const late = lateness(row, now);
        figure.dataset.late = bar.dataset.late = late;
        fillBar(fill, Math.min(1, Math.max(0, (now - row.began) / 20_000)) || 0);
      },
    },
  },
  { name: "Line", width: 5.6, look: words((row) => row.line) },
  { name: "Location", width: 6, flex: 1, look: words((row) => row.place) },
];

/** @type {Column[]} */
export const INCIDENT_COLUMNS = [
  {
    name: "", width: 2.4, className: "mark-cell", spoken: "Priority; filled while nobody has been sent",
    look: {
      html: `<span class="mark" role="img"></span>`,
      fill: ([mark], { priority, pending }) => {
        draw(mark, `${priority}${pending}`, () => prioritySvg(priority, pending));
        mark.ariaLabel = `Priority ${priority}`;
      },
    },
  },
  {
    name: "Type", width: 9, flex: 4, className: "strong",
    look: {
      html: `<span class="lock" role="img" aria-label="Sensitive"></span><span class="words"></span>`,
      fill: ([lock, text], { type, incident }) => {
        lock.hidden = incident.sensitive !== true;
        draw(lock, "lock", () => LOCK_SVG);
        write(text, type);
        text.title = type;
      },
    },
  },
  {
    name: "State", width: 8.8, wide: true, spoken: "Its state, and since when",
    look: {
      html: `<span class="state"></span><span class="figure"></span>`,
      fill: ([state], row) => {
        state.dataset.state = row.state;
        write(state, INCIDENT_STATES[row.state].word);
      },
      tick: ([, figure], row, now) => write(figure, ageSince(row.since, now)),
    },
  },
  {
    name: "Target", width: 5.4, className: "number", spoken: "Time left until the first unit should be there, or by how much it is over",
    look: {
      html: `<span class="figure"></span><span class="bar"><i class="bar-fill"></i></span>`,
      fill: ([, bar], row) => void (bar.hidden = !row.waits),
      tick: ([figure, bar, fill], row, now) => {
        const { text, share, over } = against(row, now);
        write(figure, text);
        figure.dataset.late = bar.dataset.late = over ? "over" : "";
        fillBar(fill, share);
      },
    },
  },
  { name: "Address", width: 9, flex: 4, look: words((row) => row.place) },
  { name: "Beat", width: 3.2, wide: true, look: words((row) => row.beat) },
  { name: "Units", width: 5.8, wide: true, look: words((row) => row.units.join(" ")) },
];

/** @type {Column[]} */
export const UNIT_COLUMNS = [
  {
    name: "Unit", width: 6.2,
    look: {
      html: `<span class="mark"></span><span class="letter-quiet"></span><b class="words"></b>`,
      fill: ([mark, letter, callsign], row) => {
        draw(mark, row.mark, () => unitSvg(row.mark));
        mark.title = row.mark === "emergency" ? "Emergency" : UNIT_STATES[row.state].word;
        write(letter, row.letter);
        write(callsign, row.callsign);
      },
    },
  },
  { name: "Beat", width: 3.1, look: words((row) => row.beat) },
  {
    name: "Since", width: 3.9, className: "number", spoken: "How long it has had its status",
    look: {
      html: `<span class="figure"></span>`,
      fill: () => {},
      tick: ([figure], row, now) => write(figure, ageSince(row.since, now)),
    },
  },
  {
    name: "What it is on", width: 7, flex: 1,
    look: {
      html: `<span class="words"></span><span class="fix"></span>`,
      fill: ([text, fix], row) => {
        fix.title = "So old is its last known position";
        const said = row.mark === "emergency" ? `EMERGENCY${row.on ? ` · ${row.on}` : ""}` : row.on || UNIT_STATES[row.state].word;
        write(text, said);
        text.title = said;
        text.toggleAttribute("data-quiet", !row.on && row.mark !== "emergency");
      },
      // Read from the unit itself: a new fix is no news to the queue, only an old one is.
      tick: ([, fix], row, now) => {
        const stale = staleFix(row.unit, now);
        fix.hidden = stale === null;
        if (stale !== null) write(fix, `fix ${age(stale)}`);
      },
    },
  },
];
