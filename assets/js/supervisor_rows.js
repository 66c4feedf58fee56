/** How the rows of the sergeant's lists look: fixed columns, so that a row that changes moves nothing. */

import { age } from "./format.js";
import { prioritySvg, unitSvg } from "./glyphs.js";
import { write } from "./queue.js";
import { sinceText } from "./coverage.js";
import { UNIT_TALLIES, calmly, isPending, tallyOf } from "./words.js";

const columns = (/** @type {string[]} */ ...names) => (/** @type {HTMLElement} */ button) => {
  button.innerHTML = names.map((name) => `<span class="held-${name}"></span>`).join("");
};
const cell = (/** @type {HTMLElement} */ button, /** @type {string} */ name) => /** @type {HTMLElement} */ (button.querySelector(`.held-${name}`));

/** A mark is drawn only when it is another. @param {HTMLElement} place @param {string} key @param {() => string} svg */
function mark(place, key, svg) {
  if (place.dataset.drawn === key) return;
  place.dataset.drawn = key;
  place.innerHTML = svg();
}

/** @param {HTMLElement} button @param {any} incident @param {number} priority */
function whatAndWhere(button, incident, priority) {
  const pending = isPending(incident);
  mark(cell(button, "mark"), `${priority}${pending}`, () => prioritySvg(priority, pending));
  write(cell(button, "what"), calmly(String(incident.type ?? "Incident")));
  write(cell(button, "where"), String(incident.address ?? incident.beat ?? ""));
}

/** @param {(ms: number) => string} time */
export const beatRows = (time) => ({
  none: "This city has no beats.",
  make: columns("name", "where", "since", "counts", "load"),
  /** @param {HTMLElement} button @param {import("./coverage.js").Cover} beat @param {number} now */
  fill: (button, beat, now) => {
    button.toggleAttribute("data-empty", beat.since !== null);
    write(cell(button, "name"), beat.name);
    write(cell(button, "where"), beat.district);
    write(cell(button, "since"), beat.since ? `nobody ${sinceText(beat.since, now, time)}`.trim() : "");
    write(cell(button, "counts"), `${beat.available} of ${beat.onDuty} free · ${beat.open} open`);
    write(cell(button, "load"), beat.load === Infinity ? "no unit" : beat.load ? `${beat.load.toFixed(1)} each` : "–");
  },
});

export const unitRows = {
  none: "No unit is at work.",
  make: columns("mark", "name", "what", "counts", "age"),
  /** @param {HTMLElement} button @param {{unit: any, handled: number, s: number, on: string | null, incident?: any, id: string}} row */
  fill: (button, { id, unit, handled, s, incident }) => {
    const name = unit.emergency ? "emergency" : tallyOf(unit.status)?.mark ?? "out";
    mark(cell(button, "mark"), name, () => unitSvg(name));
    cell(button, "mark").title = UNIT_TALLIES.find((tally) => tally.mark === name)?.name ?? "";
    write(cell(button, "name"), String(unit.callsign ?? id));
    write(cell(button, "what"), incident ? calmly(String(incident.type ?? "Incident")) : String(unit.status ?? "").replaceAll("_", " "));
    write(cell(button, "counts"), handled === 1 ? "1 incident" : `${handled} incidents`);
    write(cell(button, "age"), age(s));
  },
};

export const overRows = {
  none: "Nothing waits longer than it may.",
  make: columns("mark", "what", "where", "over", "age"),
  /** @param {HTMLElement} button @param {ReturnType<typeof import("./supervision.js").overTarget>[0]} row */
  fill: (button, { incident, priority, over, target }) => {
    whatAndWhere(button, incident, priority);
    write(cell(button, "over"), `+${age(over)}`);
    write(cell(button, "age"), `over ${age(target)}`);
  },
};

export const sceneRows = {
  none: "Nobody has been on a scene for long.",
  make: columns("mark", "what", "where", "over", "age"),
  /** @param {HTMLElement} button @param {ReturnType<typeof import("./supervision.js").longScenes>[0]} row */
  fill: (button, { incident, priority, s }) => {
    whatAndWhere(button, incident, priority);
    write(cell(button, "over"), age(s));
    write(cell(button, "age"), (incident.units ?? []).join(", "));
  },
};
