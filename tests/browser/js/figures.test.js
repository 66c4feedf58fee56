import { entries, stateByAge, worse } from "/assets/js/feeds_bar.js";
import { callFigures, pendingFigures, responseFigures, unitFigures } from "/assets/js/figures.js";
import { age, clockOf, percentile, since } from "/assets/js/format.js";
import { LatencyMeter } from "/assets/js/latency.js";
import { queueOf, thereOf } from "/assets/js/queue_order.js";
import { ServerClock } from "/assets/js/server_clock.js";
import { equal, test } from "./harness.js";

const NOW = Date.parse("2026-01-17T02:04:37Z");
const ago = (s) => new Date(NOW - s * 1000).toISOString();
const map = (object) => new Map(Object.entries(object));

test("ages are read at a glance", () => {
  equal([0, 22, 1420, 12960, 187200, -5].map(age), ["0:00", "0:22", "23:40", "3h 36", "2d 4h", "0:00"]);
  equal([1.2, 42, 300, 10800].map(since), ["1 s", "42 s", "5 min", "3 h"]);
});

test("the clock is the city's and names its zone", () => {
  const clock = clockOf("America/Los_Angeles");
  equal([clock.time(NOW), clock.date(NOW)], ["18:04:37", "PST Fri 16 Jan"]);
});

test("percentiles are nearest ranks", () => {
  equal([percentile([], 0.5), percentile([3, 1, 2], 0.5), percentile([1, 2, 3, 4], 0.95)], [null, 2, 4]);
});

test("the queue is by priority, pending first, then the oldest; a new priority 1 stands above all", () => {
  const order = queueOf(map({
    old1: { priority: 1, status: "pending", entered_at: ago(3000) },
    going1: { priority: 1, status: "enroute", entered_at: ago(4000) },
    new1: { priority: 1, status: "pending", entered_at: ago(20) },
    three: { priority: 3, status: "pending", entered_at: ago(9000) },
    two: { priority: 2, status: "pending", entered_at: ago(60) },
    there: { priority: 1, status: "on_scene", entered_at: ago(60) },
    gone: { priority: 1, status: "closed", entered_at: ago(60) },
  }), NOW);
  equal(order.map((entry) => entry.id), ["new1", "old1", "going1", "two", "three"]);
  equal(order.map((entry) => entry.isOver), [false, true, true, false, true]);
});

test("an incident without a priority or a time is shown all the same", () => {
  const [entry] = queueOf(map({ a: {} }), NOW);
  equal([entry.priority, entry.pending, entry.isOver], [4, true, false]);
});

test("where somebody is already stands below the queue, by priority, then who came last", () => {
  equal(thereOf(map({
    a: { priority: 2, status: "on_scene", on_scene_at: ago(900) }, b: { priority: 2, status: "on_scene", on_scene_at: ago(90) },
    c: { priority: 1, status: "on_scene" }, d: { priority: 1, status: "enroute" }, e: { priority: 1, status: "closed" },
  })).map((entry) => entry.id), ["c", "b", "a"]);
});

test("the strip counts what waits without a unit by priority, with the oldest", () => {
  const pending = pendingFigures(map({
    a: { priority: 1, status: "pending", entered_at: ago(600) }, b: { priority: 5, status: "pending", entered_at: ago(60) },
    c: { priority: 1, status: "enroute", entered_at: ago(900) }, d: { priority: 1, status: "pending", entered_at: ago(20) },
  }));
  equal(pending.map((cell) => cell.count), [2, 0, 0, 1]);
  equal(NOW - pending[0].oldest, 600_000);
});

test("response is the record's, and without it that of what the picture still has, which is said", () => {
  const incidents = map({
    c: { priority: 2, status: "closed", entered_at: ago(900), on_scene_at: ago(300) },
    d: { priority: 2, status: "closed", entered_at: ago(9000), on_scene_at: ago(8000) },
    e: { priority: 2, status: "on_scene", entered_at: ago(300), on_scene_at: ago(100) },
    f: { priority: 4, status: "on_scene", entered_at: ago(300), on_scene_at: ago(100) },
  });
  equal(responseFigures(null, incidents, NOW), { count: 2, median: 200, p90: 600, note: "P1–2 · 2 still in view" });
  const hour = { whole: true, hour: { response: { high: { count: 7, median_s: 111, p90_s: 333 }, all: { count: 19 } }, answer: null } };
  equal(responseFigures(hour, incidents, NOW), { count: 7, median: 111, p90: 333, note: "P1–2 · 7 of 19 arrivals" });
  equal(responseFigures({ ...hour, whole: false }, incidents, NOW).note, "not all known · P1–2 · 7 of 19 arrivals");
});

test("calls that ring or are on hold wait; how fast calls were answered is the record's where there is one", () => {
  const calls = map({ a: { state: "ringing", started_at: ago(9) }, b: { state: "answered", started_at: ago(100), answered_at: ago(96) } });
  const hour = { whole: true, hour: { response: {}, answer: { count: 40, p90_s: 11, within_15_s: 0.956 } } };
  equal(callFigures(null, calls, NOW), { any: true, waiting: 1, p90: 4, note: "oldest 0:09" });
  equal(callFigures(hour, calls, NOW), { any: true, waiting: 1, p90: 11, note: "oldest 0:09 · 96 % in 15 s" });
  equal([callFigures(null, new Map(), NOW).any, callFigures(hour, new Map(), NOW).any], [false, true]);
});

test("units are counted by the mark that they have on the map", () => {
  equal(unitFigures(map({
    a: { status: "enroute" }, b: { status: "dispatched" }, c: { status: "available", emergency: true }, d: { status: "off_duty" },
  })), { moving: 2, emergency: 1 });
});

test("the server's clock is the greatest difference seen, and follows a drift", () => {
  let here = 1_000_000;
  const clock = new ServerClock(() => here);
  clock.hear(new Date(here + 5000 - 80).toISOString());
  clock.hear(new Date(here + 5000 - 3).toISOString());
  clock.hear(new Date(here + 5000 - 40).toISOString());
  equal(clock.offset, 4997);
  for (let turn = 0; turn < 3; turn += 1) {
    here += 61_000;
    clock.hear(new Date(here + 2000).toISOString());
  }
  equal(clock.offset, 2000);
});

test("the meter forgets what is older than a minute", () => {
  const meter = new LatencyMeter();
  meter.add(900, NOW - 61_000);
  for (let n = 1; n <= 20; n += 1) meter.add(n, NOW - 1000);
  equal(meter.read(NOW), { p50: 10, p95: 19, count: 20 });
  equal(meter.read(NOW + 70_000), null);
});

test("a feed is judged by its own interval, and never better than the server says", () => {
  equal([stateByAge(50, [60, 120, 300]), stateByAge(70, [60, 120, 300]), stateByAge(200, [60, 120, 300]), stateByAge(700, [60, 120, 300])], ["live", "late", "stale", "lost"]);
  equal([worse("late", "live"), worse("live", "stale")], ["late", "stale"]);
});

test("many live feeds share one entry with the age of the oldest, and one in trouble stands by itself before them", () => {
  const feed = (source, age_s) => ({ source, state: "live", age_s, limits_s: [10, 20, 50] });
  const shown = entries([feed("avl", 1), feed("cad", 4), feed("gunshot", 3), feed("calls", 11)], 2);
  equal(shown.map(({ name, state, old }) => [name, state, old]), [["Calls", "late", 13], ["3 feeds live", "live", 6]]);
  equal(entries([feed("avl", 1), feed("cad", 4)], 0).map((entry) => entry.name), ["AVL", "CAD"]);
});

test("more feeds in trouble than the bar has room for are told by the two worst, and how many more", () => {
  const feed = (source, state, age_s) => ({ source, state, age_s, limits_s: [] });
  const all = [feed("avl", "late", 20), feed("cad", "lost", 400), feed("gunshot", "late", 30), feed("calls", "stale", 90), feed("plates", "live", 1)];
  equal(entries(all, 0).map(({ name, state, old }) => [name, state, old]), [["CAD", "lost", 400], ["Calls", "stale", 90], ["2 more in trouble", "late", 30], ["Plates", "live", 1]]);
});

test("a simulated feed is called by what it feeds", () => {
  equal(entries([{ source: "sim-avl", state: "live", age_s: 1 }, { source: "rtcc-alarms", state: "live", age_s: 1 }], 0).map((entry) => entry.name), ["AVL", "Alarms"]);
});

test("a feed that its breaker stopped says so however young it is, one never heard is lost, and a desk names as many as it has lines", () => {
  const told = (source, state, age_s, stopped = false) => ({ source, state, age_s, limits_s: [60, 120, 300], stopped });
  const all = [told("city_fire", "live", 5, true), told("tak-phones", "lost", null), told("avl", "live", 1), told("late", "late", 70)];
  equal(entries(all, 0).map(({ name, state, old }) => [name, state, old]), [["City fire", "stopped", 5], ["Tak phones", "lost", NaN], ["LATE", "late", 70], ["AVL", "live", 1]]);
  equal(entries(all, 0, 2).map(({ name, state }) => [name, state]), [["City fire", "stopped"], ["2 more in trouble", "lost"], ["AVL", "live"]]);
});
