import { alarmsOf, cardsOf, unwatchedSince } from "/assets/js/alarm_order.js";
import { severitySvg } from "/assets/js/glyphs.js";
import { SEVERITIES, isAlarmOpen, placeOf, severityOf } from "/assets/js/words.js";
import { equal, test } from "./harness.js";

const NOW = Date.parse("2026-01-17T02:04:37Z");
const ago = (s) => new Date(NOW - s * 1000).toISOString();
const map = (object) => new Map(Object.entries(object));
const alarm = (severity, s = 60, more = {}) => ({ severity, state: "active", raised_at: ago(s), title: "T", ...more });
const acknowledged = { state: "acknowledged", acknowledged_by: "r.alvarez" };
const many = (count, of) => new Map(Array.from({ length: count }, (_, n) => [`a${n}`, of(n)]));
const ids = (entries) => entries.map(({ id }) => id);

test("alarms that nobody has acknowledged stand first, then by severity, then the newest", () => {
  const { entries } = alarmsOf(map({
    taken: alarm("critical", 1, acknowledged), low: alarm("low", 1), medium: alarm("medium", 1), old: alarm("high", 90),
    young: alarm("high", 5), critical: alarm("critical", 900), takenLow: alarm("low", 1, acknowledged),
  }), false);
  equal(ids(entries), ["critical", "young", "old", "medium", "low", "taken", "takenLow"]);
});

test("alarms of the same moment keep their order whatever order they came in", () => {
  const same = { b: alarm("high"), a: alarm("high"), c: alarm("high") };
  const turned = Object.fromEntries(Object.entries(same).reverse());
  equal(ids(alarmsOf(map(same), false).entries), ["a", "b", "c"]);
  equal(ids(alarmsOf(map(turned), false).entries), ["a", "b", "c"]);
});

test("cleared alarms are gone, shelved ones are only counted", () => {
  const { entries, unacknowledged, shelved } = alarmsOf(map({
    a: alarm("low"), b: alarm("critical", 1, { state: "shelved" }), c: alarm("critical", 1, { state: "cleared" }), d: alarm("high", 1, acknowledged),
  }), false);
  equal([ids(entries), unacknowledged, shelved], [["a", "d"], 1, 1]);
});

test("an alarm that says neither state, severity nor time is shown, and not as a lesser one", () => {
  const { entries, groups } = alarmsOf(map({ a: {}, b: alarm("high", 99) }), true);
  equal([ids(entries), groups, entries[1].severity], [["b", "a"], [], "high"]);
  equal([isAlarmOpen({}), severityOf({ severity: "grave" })], [true, "high"]);
});

test("an alarm that is raised again stands by its new time", () => {
  const alarms = map({ a: alarm("high", 900), b: alarm("high", 300) });
  equal(ids(alarmsOf(alarms, false).entries), ["b", "a"]);
  alarms.get("a").raised_at = ago(1);
  equal(ids(alarmsOf(alarms, false).entries), ["a", "b"]);
});

test("in a flood medium and low alarms share a line each, with the age of the oldest", () => {
  const { entries, groups, unacknowledged } = alarmsOf(map({
    c: alarm("critical"), h: alarm("high", 2, acknowledged), m1: alarm("medium", 50), m2: alarm("medium", 70, acknowledged),
    l1: alarm("low", 240, acknowledged), l2: alarm("low", 10, acknowledged),
  }), true);
  equal(ids(entries), ["c", "h"]);
  equal(groups, [
    { severity: "medium", count: 2, oldest: NOW - 70_000, acknowledged: false },
    { severity: "low", count: 2, oldest: NOW - 240_000, acknowledged: true },
  ]);
  equal(unacknowledged, 2);
});

test("without a flood nothing is grouped, and in one a severity without alarms has no line", () => {
  equal(alarmsOf(many(20, () => alarm("low")), false).groups, []);
  equal(alarmsOf(many(20, () => alarm("low")), true).groups.map(({ severity, count }) => [severity, count]), [["low", 20]]);
});

test("an alarm without a time does not make its group older", () => {
  equal(alarmsOf(map({ a: alarm("low", 30), b: alarm("low", 1, { raised_at: null }) }), true).groups[0].oldest, NOW - 30_000);
  equal(alarmsOf(map({ b: alarm("low", 1, { raised_at: null }) }), true).groups[0].oldest === Infinity, true);
});

test("all alarms that fit have a card", () => {
  const { entries } = alarmsOf(many(4, (n) => alarm(SEVERITIES[n])), false);
  equal(cardsOf(entries, 4), { shown: entries, more: 0, moreOf: {} });
});

test("what does not fit is counted by severity", () => {
  const { entries } = alarmsOf(many(9, (n) => alarm(["critical", "high", "low"][n % 3], n)), false);
  const { shown, more, moreOf } = cardsOf(entries, 2);
  equal([ids(shown), more, moreOf], [["a0", "a3"], 7, { critical: 1, high: 3, low: 3 }]);
});

test("a medium or low alarm never takes the card of a critical or high one that is acknowledged", () => {
  const { entries } = alarmsOf(map({
    m1: alarm("medium", 1), m2: alarm("medium", 2), m3: alarm("medium", 3), l: alarm("low", 4), h: alarm("high", 5, acknowledged), c: alarm("critical", 6, acknowledged),
  }), false);
  const { shown, more, moreOf } = cardsOf(entries, 3);
  equal([ids(shown), more, moreOf], [["m1", "c", "h"], 3, { medium: 2, low: 1 }]);
});

test("cards keep the order of the list, those with the most urgent need first", () => {
  const { entries } = alarmsOf(map({ l: alarm("low"), taken: alarm("critical", 1, acknowledged), h: alarm("high"), l2: alarm("low", 90) }), false);
  equal(ids(cardsOf(entries, 3).shown), ["h", "l", "taken"]);
});

test("of ten thousand alarms every one is on a card, in a line or in the count, and every critical one is told as such", () => {
  for (const flood of [false, true]) {
    const alarms = many(10_000, (n) => alarm(SEVERITIES[n % 4], n % 977, n % 3 ? {} : acknowledged));
    const { entries, groups } = alarmsOf(alarms, flood);
    const { shown, more, moreOf } = cardsOf(entries, 4);
    const lines = groups.reduce((sum, { count }) => sum + count, 0);
    equal([shown.length + more + lines, shown.filter(({ severity }) => severity === "critical").length + moreOf.critical], [10_000, 2500]);
    equal(shown.every(({ severity, acknowledged }) => severity === "critical" && !acknowledged), true);
  }
});

test("ten thousand alarms are listed in a fraction of the time between two lists", () => {
  const alarms = many(10_000, (n) => alarm(SEVERITIES[n * 7 % 4], n * 31 % 5003, n % 3 ? {} : acknowledged));
  const took = [1, 2, 3, 4, 5].map(() => {
    const began = performance.now();
    cardsOf(alarmsOf(alarms, false).entries, 4);
    return performance.now() - began;
  });
  equal(Math.min(...took) < 125, true);
});

test("nobody watches when the engine has not looked for more than half a minute by the server's clock", () => {
  equal([29, 30, 31, -5].map((s) => unwatchedSince({ looked_at: ago(s) }, NOW)), [null, null, NOW - 31_000, null]);
  equal(unwatchedSince(undefined, NOW), null);
  equal(Number.isNaN(unwatchedSince({ flood: false }, NOW)), true);
});

const PICTURE = {
  incident: map({ i: { address: "16th St / Mission St", district: "Mission" }, hidden: { district: "Mission" }, other: { address: "Oak St" } }),
  unit: map({ u: { callsign: "3D12" } }), camera: map({ c: { name: "Market St / 8th St" } }),
  detection: map({ d: { camera_id: "c" }, alone: {} }), call: map({ k: { incident_id: "i" }, alone: {} }),
};
const place = (...about) => placeOf({ about: about.map(([kind, id]) => ({ kind, id })) }, (kind) => PICTURE[kind] ?? new Map());

test("an alarm's place is told in the words that people use of what it is about", () => {
  equal([place(["incident", "i"]), place(["incident", "hidden"]), place(["unit", "u"]), place(["camera", "c"])],
    ["16th St / Mission St", "Mission", "3D12", "Market St / 8th St"]);
  equal([place(["detection", "d"], ["camera", "c"]), place(["call", "k"])], ["Market St / 8th St", "16th St / Mission St"]);
  equal([place(["unit", "u"], ["incident", "i"]), place(["incident", "i"], ["incident", "other"])], ["3D12 · 16th St / Mission St", "16th St / Mission St"]);
});

test("of what is not in the picture no place is told, and a thing after it still is", () => {
  equal([place(), place(["unit", "gone"]), place(["detection", "alone"], ["call", "alone"]), placeOf({}, () => new Map())], ["", "", "", ""]);
  equal(place(["beat", "B4"], ["unit", "u"]), "3D12");
});

test("every severity has its own shape and letter, filled until somebody acknowledges", () => {
  const marks = SEVERITIES.map((severity) => severitySvg(severity, true));
  const cut = (of) => new Set(marks.map((mark) => mark.match(of)[1])).size;
  equal([cut(/ d="([^"]+)"/), cut(/>(\w)<\/text>/), cut(/fill="([^"]+)"/)], [4, 4, 4]);
  equal(SEVERITIES.every((severity) => severitySvg(severity, false).includes('fill="var(--panel)"')), true);
});
