/** The start of /incident: the head, intervals, notes and map are painted here; the timeline and what stands around it come from the server. */

import { Asking, hear, tell } from "../asking.js";
import { openDesk } from "../desk.js";
import { IncidentHead } from "../incident_head.js";
import { IncidentMap } from "../incident_map.js";
import { IncidentNotes } from "../incident_notes.js";
import { addsTo, notesOf } from "../incident_story.js";
import { PanelAge } from "../panel_age.js";
import { write } from "../queue.js";
import { part } from "../shell.js";
import { Timeline } from "../timeline.js";
import { listenForReasons, onOpened } from "../withheld.js";
import { isOpen } from "../words.js";

/** While nobody can say what is on record, it is asked again this often. */
const AWAY_AGAIN_MS = 5000;
/** What was seen around it is looked for anew at most this often. */
const AROUND_EVERY_MS = 15_000;

const page = await openDesk("incident");
const { root, glass, clock, keys } = page;
// The address says it as the page's route reads it.
const id = decodeURIComponent(location.pathname.slice("/incident/".length));
const head = new IncidentHead(part, id);
const notes = new IncidentNotes(part, id, clock);
const timeline = new Timeline(part("incident-timeline"), /** @type {HTMLButtonElement} */ (root.querySelector(".moments-newest")));
const story = new Asking((turn) => tell("incident-asked", turn));
const around = new Asking((turn) => tell("incident-around-asked", turn), AROUND_EVERY_MS);
const map = new IncidentMap(clock);
const feeds = new PanelAge(/** @type {HTMLElement} */ (root.querySelector(".incident-head .panel-age")), page.feeds, ["incident"]);

/** @type {{incident?: any, intervals?: any[], notes?: any[], units?: any[], known?: string[], why?: string, sentence?: string}} what the server has told last */
let told = {};
/** The units, notes and alarms that it has told of. @type {Set<string>} */
let known = new Set();

const incidentNow = () => glass.incidents.get(id) ?? told.incident ?? null;

const headView = {
  kinds: ["incident"], ages: true,
  show: (/** @type {number} */ now) => {
    const incident = incidentNow();
    // Until both have spoken nobody knows whether there is such an incident.
    const missing = !incident && glass.loaded && told.why === "unknown";
    part("incident-missing").hidden = !missing;
    root.dataset.incident = missing ? "missing" : incident ? "there" : "coming";
    if (missing) write(/** @type {HTMLElement} */ (root.querySelector(".incident-number")), id);
    if (!incident) return;
    head.show(incident, now);
    head.showIntervals(told.intervals ?? [], now);
    root.toggleAttribute("data-ended", !isOpen(incident));
    map.show(incident, told.units ?? []);
  },
  // What has ended is told by no feed any more.
  tick: () => isOpen(incidentNow() ?? {}) && feeds.tick(),
};
glass.add(headView);
const notesView = { kinds: ["note"], show: () => notes.show(notesOf(told.notes ?? [], glass.notes, id)) };
glass.add(notesView);
glass.add({
  kinds: ["incident", "note", "alarm", "unit"],
  show: () => {},
  take: (change, entity) => {
    if (!addsTo(change, entity, id, known)) return;
    story.soon();
    if (change.kind !== "unit" && change.kind !== "note") around.soon();
  },
  // While the connection was gone something may have happened.
  reload: () => story.soon(),
});
glass.add({ kinds: ["detection"], show: () => {}, take: (change) => change.fields && "detection_type" in change.fields && around.soon() });

hear(part("incident-told"), (now) => {
  const away = now.why === "away";
  root.toggleAttribute("data-away", away);
  told = away ? { ...told, why: "away" } : now;
  if (away) story.soon(AWAY_AGAIN_MS);
  known = new Set(told.known);
  glass.refresh(headView);
  glass.refresh(notesView);
});

listenForReasons();
onOpened((_kind, of) => {
  if (of !== id) return;
  story.soon();
  around.soon();
});

const received = /** @type {HTMLDetailsElement} */ (part("incident-received-part"));
received.addEventListener("toggle", () => received.open && tell("incident-received-asked", Date.now()));
received.addEventListener("click", async (event) => {
  const button = /** @type {HTMLElement} */ (event.target).closest(".received-copy");
  if (!button) return;
  await navigator.clipboard.writeText(button.closest(".received")?.querySelector("pre")?.textContent ?? "");
  write(/** @type {HTMLElement} */ (button), "Copied");
});

keys.add("j", "Next moment of the timeline", () => timeline.step(1));
keys.add("k", "Moment before", () => timeline.step(-1));
keys.add("o", "Show all that a moment changed", () => timeline.unfold());
keys.add("n", "Write a note", () => notes.focus());
keys.add("h", "Map: show the incident", () => map.home());
keys.add("b", "Show what was received", () => {
  received.open = !received.open;
  received.scrollIntoView({ block: "nearest" });
});

await map.open(page);
