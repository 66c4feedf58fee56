import { Emptiness, beatsOf, coverage, sinceText } from "/assets/js/coverage.js";
import { busiest, emergencies, longScenes, overTarget, staleFixes } from "/assets/js/supervision.js";
import { figuresOf } from "/assets/js/supervisor_figures.js";
import { equal, test } from "./harness.js";

const NOW = Date.parse("2026-01-17T02:04:37Z");
const ago = (s) => new Date(NOW - s * 1000).toISOString();
const map = (object) => new Map(Object.entries(object));
const beats = beatsOf({ features: [{ properties: { name: "M1", district: "Mill" } }, { properties: { name: "M2", district: "Mill" } }, { properties: {} }] });

test("a beat is covered by whoever is free there, and its load is what is open for each of them", () => {
  const units = map({
    a: { beat: "M1", status: "available" }, b: { beat: "M1", status: "on_scene" }, c: { beat: "M2", status: "enroute" },
    d: { beat: "M2", status: "off_duty" }, e: { beat: "elsewhere", status: "available" },
  });
  const incidents = map({
    x: { beat: "M1", status: "pending" }, y: { beat: "M1", status: "on_scene" }, z: { beat: "M1", status: "closed" }, w: { beat: "M2", status: "enroute" },
  });
  const [first, second] = coverage(beats, units, incidents, new Emptiness(), NOW);
  equal([first.name, first.available, first.onDuty, first.open, first.load === Infinity], ["M2", 0, 1, 1, true]);
  equal([second.name, second.available, second.onDuty, second.open, second.pending, second.load], ["M1", 1, 2, 2, 1, 2]);
  equal([first.since, second.since], [{ at: NOW, exact: false }, null]);
});

test("since when a beat is empty is exact only where this page has seen somebody leave", () => {
  const emptiness = new Emptiness();
  equal(emptiness.look("M1", true, NOW), { at: NOW, exact: false });
  equal(emptiness.look("M1", true, NOW + 120_000), { at: NOW, exact: false });
  equal(emptiness.look("M1", false, NOW + 180_000), null);
  equal(emptiness.look("M1", true, NOW + 240_000), { at: NOW + 240_000, exact: true });
  const time = (ms) => new Date(ms).toISOString().slice(11, 19);
  equal(sinceText({ at: NOW, exact: false }, NOW + 725_000, time), "≥ 12 min");
  equal(sinceText({ at: NOW, exact: false }, NOW + 59_000, time), "");
  equal(sinceText({ at: NOW, exact: true }, NOW + 725_000, time), "since 02:04");
});

test("the beats that have been empty longest stand first", () => {
  const emptiness = new Emptiness();
  emptiness.look("M2", true, NOW - 600_000);
  equal(coverage(beats, new Map(), new Map(), emptiness, NOW).map(({ name }) => name), ["M2", "M1"]);
});

test("what is over its target is ordered by how many times over, and what has ended is not over", () => {
  const rows = overTarget(map({
    four: { priority: 4, status: "pending", entered_at: ago(10_000) },
    one: { priority: 1, status: "dispatched", entered_at: ago(900) },
    there: { priority: 1, status: "on_scene", entered_at: ago(9000) },
    within: { priority: 2, status: "pending", entered_at: ago(100) },
  }), NOW);
  equal(rows.map(({ id, over, target }) => [id, over, target]), [["one", 600, 300], ["four", 2800, 7200]]);
});

test("long on scene counts from the arrival, the longest first", () => {
  const rows = longScenes(map({
    a: { status: "on_scene", on_scene_at: ago(3000) }, b: { status: "on_scene", on_scene_at: ago(4000) },
    c: { status: "on_scene", on_scene_at: ago(2000) }, d: { status: "cleared", on_scene_at: ago(9000) }, e: { status: "on_scene" },
  }), NOW);
  equal(rows.map(({ id, s }) => [id, s]), [["b", 4000], ["a", 3000]]);
});

test("the busiest unit is the one that most incidents name, then the one that has been at work longest", () => {
  const rows = busiest(map({
    "PD:1A": { callsign: "1A", status: "on_scene", status_since: ago(60), incident_id: "x" },
    "PD:1B": { callsign: "1B", status: "enroute", status_since: ago(600), incident_id: "gone" },
    "PD:1C": { callsign: "1C", status: "busy", status_since: ago(30) },
    "PD:1D": { callsign: "1D", status: "available", status_since: ago(30) },
  }), map({ x: { status: "on_scene", units: ["1A"] }, y: { status: "closed", units: ["1A", "PD:1C"] } }), NOW);
  equal(rows.map(({ id, handled, s, on }) => [id, handled, s, on]), [["PD:1A", 2, 60, "x"], ["PD:1C", 1, 30, null], ["PD:1B", 0, 600, null]]);
});

test("a position is too old, or was never told, only for units on duty", () => {
  equal(staleFixes(map({
    a: { status: "available", fix_at: ago(10) }, b: { status: "enroute", fix_at: ago(91) }, c: { status: "busy" }, d: { status: "off_duty", fix_at: ago(9000) },
  }), NOW), { stale: 2, onDuty: 3 });
});

test("a unit in emergency is loud by its callsign, and a flood of alarms says so", () => {
  const calm = { emergencies: [], beats: [], over: [], scenes: [], fixes: { stale: 0, onDuty: 4 }, load: undefined };
  equal(figuresOf(calm).emergency.bad, undefined);
  equal(figuresOf(calm).alarms.value, "–");
  const inNeed = emergencies(map({ "PD:1A": { callsign: "1A", emergency: true }, "PD:1B": { emergency: false } }));
  const bad = figuresOf({ ...calm, emergencies: inNeed, over: [{ priority: 1 }, { priority: 4 }], load: { per_operator: 12.34, flood: true } });
  equal(bad.emergency, { value: "1", says: "1A", bad: "loud" });
  equal([bad.over.value, bad.over.says], ["2", "1 of priority 1 or 2"]);
  equal(bad.alarms, { value: "12.3", says: "FLOOD", bad: "loud" });
});
