/** The wall's start: its queue, alarms and strip hang in the glass at once, the map when it is there; then it looks about by itself. */

import { Alarms } from "../alarms.js";
import { callFigures, pendingFigures, responseFigures, unitFigures } from "../figures.js";
import { Hour } from "../hour.js";
import { Lookout } from "../lookout.js";
import { CityMap } from "../map/city_map.js";
import { Nearest, describe } from "../nearest.js";
import { openPage } from "../page.js";
import { NoticeLine } from "../notice_desk.js";
import { PanelAge } from "../panel_age.js";
import { Queue, write } from "../queue.js";
import { queueOf, thereOf } from "../queue_order.js";
import { part } from "../shell.js";
import { Strip } from "../strip.js";
import { TakeoverCard } from "../takeover_card.js";

const { root, glass, city, clock, feeds } = await openPage("wall");
const queue = new Queue(part);
const strip = new Strip(part);
const alarms = new Alarms(part, clock, (kind) => glass.replica.kind(kind));
const ages = [
  new PanelAge(part("queue-age"), feeds, ["incident"]),
  new PanelAge(strip.ages.calls, feeds, ["call"]),
  new PanelAge(strip.ages.units, feeds, ["unit"]),
];
write(part("stage-credit"), city.attribution ?? "");

const incidents = {
  kinds: ["incident"], ages: true,
  show: (/** @type {number} */ now) => {
    queue.show(queueOf(glass.incidents, now), now, thereOf(glass.incidents));
    strip.showPending(pendingFigures(glass.incidents), now);
    strip.showResponse(responseFigures(hour.known(now), glass.incidents, now));
  },
  tick: (/** @type {number} */ now) => {
    nearest.look(glass.incidents, now);
    hour.look(now);
    for (const each of ages) each.tick();
  },
};
const calls = {
  kinds: ["call"], ages: true, show: (/** @type {number} */ now) => strip.showCalls(callFigures(hour.known(now), glass.calls, now)),
};
const hour = new Hour(() => [incidents, calls].forEach((view) => glass.refresh(view)));

/** @type {CityMap | null} comes last */
let map = null;
const nearest = new Nearest((id, answer) => {
  const unit = answer?.units[0];
  queue.setNearest(id, unit ? describe(unit, glass.units.get(unit.id)?.callsign) : "");
  map?.route.show(unit?.route);
});

glass.add(incidents);
glass.add(calls);
glass.add({ kinds: ["unit"], show: () => strip.showUnits(unitFigures(glass.units)) });
glass.add({
  kinds: ["alarm", "alarm_load"],
  show: (now) => alarms.show(glass.alarms, glass.alarmLoads.get("center"), now),
  tick: (now) => alarms.tick(now),
});
new NoticeLine(part("notice-line"), glass, clock);
const parts = { stage: part("stage"), where: part("bar-where"), alarms: part("alarms"), card: new TakeoverCard(part("takeover")) };
const lookout = new Lookout(glass, city, parts, Number(root.dataset.tour));

const { rtcc } = /** @type {any} */ (window);
Object.assign(rtcc, { alarms, lookout });
map = await CityMap.in(part("stage"), glass, city);
Object.assign(rtcc, { map: map.map, layer: map.layer, table: map.table, camera: map.camera });
lookout.use(map);
root.dataset.map = "ready";
