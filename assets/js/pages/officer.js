/** The start of /officer: four sheets under one bar, of which the thumb chooses; the map's comes only when it is asked for. */

import { command, say } from "../command.js";
import { AroundView } from "../officer/around_view.js";
import { IncidentView } from "../officer/incident_view.js";
import { MapSheet } from "../officer/map_sheet.js";
import { NoticeView } from "../officer/notice_view.js";
import { MeView } from "../officer/me_view.js";
import { Mine } from "../officer/mine.js";
import { offerLock } from "../locking.js";
import { tickAges } from "../section.js";
import { openPage } from "../page.js";
import { age } from "../format.js";
import { write } from "../queue.js";
import { part } from "../shell.js";

const page = await openPage("officer");
const { root, glass, clock, live } = page;
const mine = new Mine(glass);
const sheets = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[data-sheet]")]);
const tabs = /** @type {HTMLAnchorElement[]} */ ([...root.querySelectorAll(".officer-tabs a")]);

function turn() {
  const wanted = location.hash.slice(1), shown = sheets.some(({ dataset }) => dataset.sheet === wanted) ? wanted : "incident";
  for (const sheet of sheets) sheet.hidden = sheet.dataset.sheet !== shown;
  for (const tab of tabs) {
    if (tab.hash === `#${shown}`) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  part("main").scrollTop = 0;
}

const incident = new IncidentView(part, mine, clock, () => (location.hash = "me"));
const around = new AroundView(part, mine);
const me = new MeView(part, mine, () => {
  location.hash = "incident";
  around.shownAt = -Infinity;
  for (const view of views) glass.refresh(view);
  me.refresh();
});
const map = new MapSheet(part, page, mine);
const views = [incident, around, new NoticeView(part, mine, clock), me, map];
for (const view of views) glass.add(view);
addEventListener("hashchange", () => {
  turn();
  me.refresh();
});
turn();
offerLock();
glass.add({
  kinds: [], show: () => {},
  tick: (now) => {
    tickAges(root, now);
    write(part("band-age"), root.dataset.link === "lost" ? `What you see is ${age((Date.now() - live.heardAt) / 1000)} old.` : "");
  },
});
// A list that was just built says its ages at once.
new MutationObserver(() => tickAges(root, glass.clock.now())).observe(part("main"), { childList: true, subtree: true });

const form = /** @type {HTMLFormElement} */ (part("officer-write"));
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("text")), id = mine.incidentId;
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
  if (id === null || !text.value.trim()) return;
  button.disabled = true;
  if (await command(`/api/v1/incidents/${encodeURIComponent(id)}/notes`, { text: text.value.trim() })) {
    text.value = "";
    say("Your note is on record.");
  }
  button.disabled = false;
});
Object.assign(/** @type {any} */ (window).rtcc, { mine, officerMap: map });
