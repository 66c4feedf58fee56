import { around, boundsOf, lookAt } from "/assets/js/framing.js";
import { Hour } from "/assets/js/hour.js";
import { Takeover } from "/assets/js/takeover.js";
import { unitsFor } from "/assets/js/takeover_card.js";
import { Tour, stopsOf } from "/assets/js/tour.js";
import { equal, near, test } from "./harness.js";

const NOW = Date.parse("2026-01-17T02:04:37Z");
const ago = (s) => new Date(NOW - s * 1000).toISOString();
const one = (s, more = {}) => ({ priority: 1, status: "pending", entered_at: ago(s), lat: 1, lon: 2, ...more });
const square = (west, south) => ({ type: "Polygon", coordinates: [[[west, south], [west + 1, south], [west + 1, south + 1], [west, south]]] });
const seconds = (takeover, incidents, from, count) => Array.from({ length: count }, (_, s) => takeover.look(incidents, from + (s + 1) * 1000));

test("the tour stands at the whole city, then at each district, and comes round", () => {
  const tour = new Tour([{ name: "East", bounds: [0, 0, 1, 1] }, { name: "West", bounds: [2, 0, 3, 1] }], 30_000);
  const seen = [];
  for (let s = 0; s <= 120; s += 1) {
    tour.tick(NOW + s * 1000, false);
    if (seen.at(-1) !== tour.stop.name) seen.push(tour.stop.name);
  }
  equal(seen, ["", "East", "West", "", "East"]);
});

test("a tour that is called away goes on where it was, for the rest of its time", () => {
  const tour = new Tour([{ name: "East", bounds: [0, 0, 1, 1] }], 30_000);
  for (let s = 0; s <= 40; s += 1) tour.tick(NOW + s * 1000, false);
  for (let s = 41; s <= 90; s += 1) tour.tick(NOW + s * 1000, true);
  equal(tour.stop.name, "East");
  for (let s = 91; s <= 109; s += 1) tour.tick(NOW + s * 1000, false);
  equal(tour.stop.name, "East");
  tour.tick(NOW + 110_000, false);
  equal(tour.stop.name, "");
});

test("a tour of no seconds is none, and a clock that leaps skips no district", () => {
  const still = new Tour([{ name: "East", bounds: [0, 0, 1, 1] }], 0);
  for (let s = 0; s < 100; s += 1) still.tick(NOW + s * 1000, false);
  equal(still.stop.name, "");
  const tour = new Tour([{ name: "East", bounds: [0, 0, 1, 1] }, { name: "West", bounds: [0, 0, 1, 1] }], 30_000);
  tour.tick(NOW, false);
  tour.tick(NOW + 9_000_000, false);
  equal(tour.stop.name, "East");
});

test("districts are read with their bounds, also those of several parts, and none without a name or a place", () => {
  equal(stopsOf({ features: [
    { properties: { name: "East" }, geometry: square(4, 5) },
    { properties: { name: "Isles" }, geometry: { type: "MultiPolygon", coordinates: [square(0, 0).coordinates, square(7, 8).coordinates] } },
    { properties: {}, geometry: square(0, 0) },
    { properties: { name: "Nowhere" }, geometry: null },
  ] }, boundsOf), [{ name: "East", bounds: [4, 5, 5, 6] }, { name: "Isles", bounds: [0, 0, 8, 9] }]);
});

test("a new priority 1 has the wall for 20 s, once", () => {
  const takeover = new Takeover(), incidents = new Map([["a", one(2)]]);
  takeover.take("a", incidents.get("a"), { priority: 1 }, NOW);
  equal(seconds(takeover, incidents, NOW, 22).filter(Boolean).length, 20);
  takeover.take("a", incidents.get("a"), { status: "dispatched" }, NOW + 22_000);
  takeover.reload(incidents, NOW + 22_000);
  equal(takeover.look(incidents, NOW + 23_000), null);
});

test("of two the newer is shown first, then the other for the rest of its time", () => {
  const takeover = new Takeover(), incidents = new Map([["a", one(2)], ["b", one(0)]]);
  takeover.take("a", incidents.get("a"), {}, NOW);
  const first = seconds(takeover, incidents, NOW, 5);
  takeover.take("b", incidents.get("b"), {}, NOW + 5000);
  const shown = [...first, ...seconds(takeover, incidents, NOW + 5000, 40)].filter(Boolean);
  // Looked at each second: the look that finds 20 s passed shows the next one already.
  equal(shown.join("").replace(/(.)\1*/g, (run) => `${run[0]}${run.length} `), "a5 b19 a16 ");
});

test("what is closed meanwhile is not shown, and what began long ago is not new, unless it became a priority 1 just now", () => {
  const takeover = new Takeover(), incidents = new Map([["a", one(2)], ["old", one(600)], ["raised", one(600)], ["there", one(3, { status: "on_scene" })]]);
  takeover.take("old", incidents.get("old"), { address: "x" }, NOW);
  takeover.take("there", incidents.get("there"), { priority: 1 }, NOW);
  equal(takeover.look(incidents, NOW), null);
  takeover.take("raised", incidents.get("raised"), { priority: 1 }, NOW);
  equal(takeover.look(incidents, NOW), "raised");
  takeover.take("a", incidents.get("a"), {}, NOW);
  incidents.set("a", one(2, { status: "closed" }));
  equal(takeover.look(incidents, NOW + 1000), "raised");
});

test("in a bad minute the newest three wait, and what has left is forgotten", () => {
  const takeover = new Takeover(), incidents = new Map();
  for (let n = 0; n < 40; n += 1) {
    incidents.set(`i${n}`, one(0));
    takeover.take(`i${n}`, incidents.get(`i${n}`), {}, NOW);
  }
  equal([takeover.turn.id, takeover.waiting.map(({ id }) => id)], ["i39", ["i36", "i37", "i38"]]);
  for (const id of [...incidents.keys()]) takeover.left(id);
  incidents.clear();
  equal([takeover.seen.size, takeover.look(incidents, NOW), takeover.waiting.length], [0, null, 0]);
});

test("after a reload what is new and was not shown has its turn, the newest first", () => {
  const takeover = new Takeover(), incidents = new Map([["new", one(10)], ["newer", one(5)], ["old", one(900)]]);
  takeover.reload(incidents, NOW);
  equal([takeover.look(incidents, NOW), takeover.waiting.map(({ id }) => id)], ["newer", ["new"]]);
});

test("what is to be seen stands in the middle of what nothing covers", () => {
  const bounds = around([[-122.45, 37.75], [-122.43, 37.77]]);
  const free = lookAt(bounds, { width: 1000, height: 800 }, { left: 0, top: 0, right: 0, bottom: 0 });
  near(free.center[0], -122.44, 1e-9);
  const beside = lookAt(bounds, { width: 1000, height: 800 }, { left: 400, top: 0, right: 0, bottom: 0 });
  const world = 512 * 2 ** beside.zoom;
  near(((-122.44 - beside.center[0]) / 360) * world, 200, 0.01);
  equal(beside.zoom < free.zoom, true);
  equal(lookAt([NaN, 0, 1, 1], { width: 1000, height: 800 }, { left: 0, top: 0, right: 0, bottom: 0 }), null);
  equal(lookAt(bounds, { width: 300, height: 800 }, { left: 400, top: 0, right: 0, bottom: 0 }), null);
});

test("the card names who goes there, and then who is free, each once", () => {
  const units = new Map([
    ["PD:1", { callsign: "3A1", status: "enroute", lat: 1, lon: 2.01 }], ["PD:2", { callsign: "3A2", status: "available", lat: 1, lon: 2.02 }],
    ["PD:3", { callsign: "3A3", status: "available", lat: 1, lon: 2.03 }],
  ]);
  const nearby = { units: ["PD:1", "PD:2", "PD:3"].map((id, at) => ({ id, method: "drive_time", drive_s: 130, distance_m: 1000 * (at + 1) })) };
  equal(unitsFor(one(2, { units: ["3A1"] }), units, nearby).map(({ callsign, word, distance, time }) => [callsign, word, distance, time]), [
    ["3A1", "en route", "1.1 km", ""], ["3A2", "available", "2.0 km", "2 min"], ["3A3", "available", "3.0 km", "2 min"],
  ]);
  equal(unitsFor({ priority: 1, units: ["3A1"] }, units, null).map(({ distance }) => distance), [""]);
});

test("the hour is asked for twice a minute, and an old answer is none", async () => {
  let asked = 0, fails = false;
  const told = { whole: true, hour: { response: { high: {}, all: {} }, answer: null } };
  const hour = new Hour(() => {}, async () => { asked += 1; if (fails) throw new Error("away"); return { ok: true, json: async () => told }; });
  await hour.look(0);
  await hour.look(29_000);
  equal([asked, hour.known(29_000)], [1, told]);
  fails = true;
  await hour.look(30_000);
  equal([asked, hour.known(90_000), hour.known(101_000)], [2, told, null]);
});
