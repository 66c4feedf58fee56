/** The wall's start: finds the page's parts, opens the live stream at once, and hangs the map in when it is there. */

import { Alarms } from "./alarms.js";
import { FeedsBar } from "./feeds_bar.js";
import { clockOf } from "./format.js";
import { cameraFor, keepGround, readCity } from "./ground.js";
import { Live } from "./live.js";
import { LiveLayer } from "./live_layer.js";
import { holdCamera, mapIn } from "./map_host.js";
import { marksOf } from "./marks.js";
import { Nearest, describe } from "./nearest.js";
import { Queue, write } from "./queue.js";
import { RouteLine } from "./route_line.js";
import { Strip } from "./strip.js";
import { UnitTable } from "./unit_table.js";
import { Wall } from "./wall.js";
import { setTargets } from "./words.js";

/** A unit's fix older than this is drawn faded, with its age. */
const STALE_AFTER_S = 90;
/** A store that is started again within this time is no reason to alarm a room; the server says so several times a second. */
const STORE_MISSED_AFTER_MS = 2000;
/** A page that Dash could not build within this time is loaded anew: nobody stands at a wall to press a key. */
const BUILT_WITHIN_MS = 30_000;

/** Waits for Dash to have built the page. @returns {Promise<HTMLElement>} */
function built() {
  return new Promise((resolve) => {
    const giveUp = setTimeout(() => location.reload(), BUILT_WITHIN_MS);
    const look = () => {
      const wall = document.getElementById("wall");
      if (!wall) return false;
      clearTimeout(giveUp);
      resolve(wall);
      return true;
    };
    if (look()) return;
    const observer = new MutationObserver(() => look() && observer.disconnect());
    observer.observe(document.body, { childList: true, subtree: true });
  });
}

const part = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

async function start() {
  const cityComing = readCity();
  const root = await built();
  const city = (await cityComing) ?? {
    name: "", timezone: Intl.DateTimeFormat().resolvedOptions().timeZone, center: /** @type {[number, number]} */ ([0, 20]), zoom: 1.5, bounds: [],
  };
  const clock = clockOf(city.timezone);
  setTargets(city.targets);
  const table = new UnitTable(city.center[0], city.center[1]);
  const queue = new Queue(part);
  const alarms = new Alarms(part, clock, (kind) => wall.replica.kind(kind));
  const wall = new Wall({ table, queue, strip: new Strip(part), alarms, feeds: new FeedsBar(part("wall-feeds")) });
  write(part("wall-city"), city.name);
  write(part("wall-credit"), city.attribution ?? "");

  const live = new Live({
    picture: (picture) => wall.load(picture),
    change: (data, cursor) => wall.change(data, cursor),
    beat: (data) => {
      const beat = JSON.parse(data);
      wall.clock.hear(beat.server_time);
      wall.parts.feeds.hear(beat.feeds ?? [], performance.now() / 1000);
      // The server answers, but its store does not: nothing new can come, however lively the connection.
      const lostAt = Date.parse(beat.store_lost_at ?? "");
      root.dataset.store = wall.clock.now() - lostAt > STORE_MISSED_AFTER_MS ? "lost" : "ok";
      if (root.dataset.store === "lost") {
        write(part("wall-band-title"), `NOT LIVE since ${clock.time(lostAt)}`);
        write(part("wall-band-detail"), "The server has lost its store. What you see is old. It goes on trying.");
      }
    },
    link: (state, heardAt) => {
      root.dataset.link = state;
      if (state !== "lost") return;
      write(part("wall-band-title"), `NOT LIVE since ${clock.time(heardAt + wall.clock.offset)}`);
      write(part("wall-band-detail"), "The connection to the server is gone. What you see is old. Trying again.");
    },
  });

  /** @type {RouteLine | null} comes with the map */
  let route = null;
  const nearest = new Nearest((id, answer) => {
    const unit = answer?.units[0];
    queue.setNearest(id, unit ? describe(unit, wall.units.get(unit.id)?.callsign) : "");
    route?.show(unit?.route);
  });

  const tick = () => {
    const now = wall.clock.now();
    nearest.look(wall.incidents, now);
    write(part("wall-time"), clock.time(now));
    write(part("wall-date"), clock.date(now));
    if (live.cursor !== null) wall.tick();
    const meter = wall.meter.read(Date.now());
    const figures = meter ? `<b>${Math.round(meter.p50)}</b> ms · p95 <b>${Math.round(meter.p95)}</b>` : "<b>–</b> ms";
    const html = `glass ${figures}`;
    if (part("wall-latency").innerHTML !== html) part("wall-latency").innerHTML = html;
    // With the second, not at some moment within it.
    setTimeout(tick, 1000 - (wall.clock.now() % 1000) + 5);
  };
  tick();

  // The stage, and not the graph: Dash puts the graph's element in place of a placeholder that has the same id.
  const map = await mapIn(part("wall-stage"));
  map.resize();
  keepGround(map);
  route = new RouteLine(map);
  const home = holdCamera(map, () => cameraFor(map, city));
  const stage = part("wall-stage");
  wall.layer = new LiveLayer(stage, map, table, {
    staleAfterS: STALE_AFTER_S,
    units: wall.units,
    marks: (layer) => marksOf(wall, table, layer.atlas, layer.pixels, wall.clock.now(), performance.now() / 1000),
  });
  // A software renderer gets the ground in no more pixels than the units.
  const soften = () => wall.layer?.software && map.setPixelRatio(wall.layer.ratio);
  soften();
  let resized = 0;
  new ResizeObserver(() => {
    clearTimeout(resized);
    resized = setTimeout(() => {
      soften();
      map.resize();
      home();
    }, 200);
  }).observe(stage);
  wall.layer.touch();
  // For tests and for whoever has to look into a wall from its console; nothing here reads it.
  Object.assign(window, { rtcc: { wall, live, map } });
  root.dataset.map = "ready";
}

start();
