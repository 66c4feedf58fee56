import { Nearest, describe, mostUrgentPending } from "/assets/js/nearest.js";
import { equal, test } from "./harness.js";

const pending = (entered_at, more = {}) => ({ priority: 1, status: "pending", entered_at, lat: 1, lon: 2, ...more });

test("the most urgent incident that waits is asked about, of those the newest, and only with a position", () => {
  equal(mostUrgentPending(new Map([
    ["old", pending("2026-01-01T00:00:00Z")],
    ["new", pending("2026-01-01T00:01:00Z")],
    ["hidden", pending("2026-01-01T00:02:00Z", { lat: null, lon: null })],
    ["going", pending("2026-01-01T00:03:00Z", { status: "enroute" })],
    ["two", pending("2026-01-01T00:04:00Z", { priority: 2 })],
  ])), "new");
  equal(mostUrgentPending(new Map([
    ["two", pending("2026-01-01T00:04:00Z", { priority: 2 })],
    ["three", pending("2026-01-01T00:05:00Z", { priority: 3 })],
  ])), "two");
  equal(mostUrgentPending(new Map([["three", pending("2026-01-01T00:05:00Z", { priority: 3 })]])), null);
});

test("a unit is told with the method that it was found by", () => {
  equal([
    describe({ id: "PD:3C12", method: "drive_time", drive_s: 236, distance_m: 900 }),
    describe({ id: "PD:3C12", method: "straight_line", drive_s: null, distance_m: 1210 }),
    describe({ id: "PD:3C12", method: "straight_line", drive_s: null, distance_m: 996 }),
    describe({ id: "PD:3C12", method: "drive_time", drive_s: 20, distance_m: 90 }),
  ], ["3C12 4 min by road", "3C12 1.2 km in a straight line", "3C12 1.0 km in a straight line", "3C12 under 1 min by road"]);
});

test("one request at a time, again after 15 s, silent when it fails, and told when it is over", async () => {
  const told = [], asked = [];
  let answer = () => Promise.resolve({ ok: true, json: async () => ({ method: "drive_time", units: [7] }) });
  const nearest = new Nearest((id, found) => told.push([id, found?.units ?? null]), (url) => { asked.push(url); return answer(); });
  const one = new Map([["PD:a", pending("2026-01-01T00:00:00Z")]]);
  await Promise.all([nearest.look(one, 0), nearest.look(one, 100)]);
  await nearest.look(one, 14_000);
  equal(asked, ["/api/v1/incidents/PD%3Aa/nearby"]);
  answer = () => Promise.reject(new Error("away"));
  await nearest.look(one, 15_000);
  await nearest.look(new Map(), 16_000);
  equal([asked.length, told], [2, [["PD:a", [7]], ["PD:a", null]]]);
});
