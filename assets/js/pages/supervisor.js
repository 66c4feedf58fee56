/** The start of /supervisor: figures and lists are painted from the live picture; the charts of the last hour come from the server. */

import { AlarmDesk } from "../alarm_desk.js";
import { Emptiness, beatsOf, coverage } from "../coverage.js";
import { openDesk } from "../desk.js";
import { boundsOf, lookAt } from "../framing.js";
import { HeldList } from "../held_list.js";
import { openMap } from "../map/desk_map.js";
import { NoticeDesk } from "../notice_desk.js";
import { Uncovered } from "../map/uncovered.js";
import { PanelAge } from "../panel_age.js";
import { write } from "../queue.js";
import { Selection } from "../selection.js";
import { part } from "../shell.js";
import { busiest, emergencies, longScenes, overTarget, staleFixes } from "../supervision.js";
import { figuresOf, showFigures, showLoad } from "../supervisor_figures.js";
import { beatRows, overRows, sceneRows, unitRows } from "../supervisor_rows.js";

/** More of the busiest nobody reads. */
const MOST_UNITS = 40;

const page = await openDesk("supervisor");
const { root, glass, clock, keys } = page;
const selection = new Selection(["incident", "unit", "detection", "camera", "notice"]);
const alarms = new AlarmDesk(page, selection);
new NoticeDesk(page, selection);
const geojson = await fetch("/basemap/beats.geojson").then((answer) => (answer.ok ? answer.json() : null)).catch(() => null) ?? { features: [] };
const beats = beatsOf(geojson), emptiness = new Emptiness();
/** @type {Uncovered | null} comes with the map */
let uncovered = null;
/** @type {(beat: string) => void} */
let lookAtBeat = () => {};

const choose = (/** @type {string} */ kind) => (/** @type {{id: string}} */ { id }) => selection.set({ kind, id });
const openIncident = (/** @type {string | null | undefined} */ id) => id && location.assign(`/incident/${encodeURIComponent(id)}`);
const list = (/** @type {string} */ name, /** @type {any} */ look) => new HeldList(part(`supervisor-${name}`), part(`supervisor-${name}-waits`), look);
const lists = {
  beats: list("beats", { ...beatRows(clock.time), choose: ({ id }) => lookAtBeat(id) }),
  units: list("units", { ...unitRows, choose: choose("unit"), open: ({ on }) => openIncident(on) }),
  over: list("over", { ...overRows, choose: choose("incident"), open: ({ id }) => openIncident(id) }),
  scenes: list("scenes", { ...sceneRows, choose: choose("incident"), open: ({ id }) => openIncident(id) }),
};
const ages = [["beats", "unit"], ["units", "unit"], ["over", "incident"], ["scenes", "incident"]].map(([name, kind]) =>
  new PanelAge(/** @type {HTMLElement} */ (part(`supervisor-${name}-panel`).querySelector(".panel-age")), page.feeds, [kind]));
const mark = () => {
  const { thing } = selection;
  for (const [name, kind] of /** @type {const} */ ([["units", "unit"], ["over", "incident"], ["scenes", "incident"]])) lists[name].mark(thing?.kind === kind ? thing.id : null);
};
selection.on(mark);

glass.add({
  kinds: ["unit", "incident", "alarm_load"], ages: true,
  show: (now) => {
    const { units, incidents } = glass;
    const covers = coverage(beats, units, incidents, emptiness, now), over = overTarget(incidents, now);
    const scenes = longScenes(incidents, now), work = busiest(units, incidents, now), load = glass.alarmLoads.get("center");
    const empty = covers.filter(({ since }) => since);
    showFigures(part("supervisor-figures"), figuresOf({ emergencies: emergencies(units), beats: covers, over, scenes, fixes: staleFixes(units, now), load }));
    lists.beats.show(covers.map((beat) => ({ ...beat, id: beat.name })), now);
    lists.units.show(work.slice(0, MOST_UNITS).map((row) => ({ ...row, incident: incidents.get(row.on ?? "") })), now);
    lists.over.show(over, now);
    lists.scenes.show(scenes, now);
    write(part("supervisor-beats-says"), empty.length ? `${empty.length} without a free unit` : "a free unit in each");
    write(part("supervisor-units-says"), `${work.length} at work`);
    write(part("supervisor-over-says"), over.length ? `${over.length}, the worst first` : "");
    write(part("supervisor-scenes-says"), "over 45 min");
    showLoad(part("supervisor-load"), load, now, clock.time);
    uncovered?.show(empty.map(({ name }) => name));
    mark();
  },
  tick: () => ages.forEach((age) => age.tick()),
});

// The loudest figure leads to whom it speaks of.
part("supervisor-figures").addEventListener("click", (event) => {
  const name = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest(".figure"))?.dataset.figure;
  const [first] = emergencies(glass.units);
  if (name === "emergency" && first) selection.set({ kind: "unit", id: first.id });
});

const inHand = () => Object.values(lists).find(({ list }) => list.contains(document.activeElement)) ?? lists.over;
keys.add("j", "Next row of the list", () => inHand().step(1));
keys.add("k", "Row before", () => inHand().step(-1));
keys.add("e", "Show the unit in emergency", () => {
  const [first] = emergencies(glass.units);
  if (first) selection.set({ kind: "unit", id: first.id });
});
keys.add("o", "Open the incident that is chosen", () => {
  const { thing } = selection;
  openIncident(thing?.kind === "incident" ? thing.id : thing?.kind === "unit" ? glass.units.get(thing.id)?.incident_id : null);
});
keys.add("r", "Show what waits behind the list of alarms", () => alarms.release());

root.dataset.lists = "ready";
const desk = await openMap(page, selection);
uncovered = new Uncovered(desk.city.map, geojson);
lookAtBeat = (name) => {
  const geometry = geojson.features.find((/** @type {any} */ { properties }) => properties?.name === name)?.geometry;
  const bounds = boundsOf(geometry), { clientWidth: width, clientHeight: height } = desk.city.stage;
  const look = bounds && lookAt(bounds, { width, height }, { left: 40, right: 40, top: 40, bottom: 40 });
  if (look) desk.city.camera.goTo(look, { glide: !desk.city.layer.software });
};
