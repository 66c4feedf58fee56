import { bearingDeg, distanceM, far, wind } from "/assets/js/bearings.js";
import { around, others, pendingIn } from "/assets/js/officer/mine.js";
import { Seen } from "/assets/js/officer/seen.js";
import { equal, near, test } from "./harness.js";

const HERE = { lat: 37.76, lon: -122.44 };
const map = (object) => new Map(Object.entries(object));
const drawer = () => {
  const kept = new Map();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
};

test("distance and direction are those of the ground", () => {
  near(distanceM(HERE, { lat: 37.77, lon: -122.44 }), 1112, 2);
  near(distanceM(HERE, { lat: 37.76, lon: -122.43 }), 879, 2);
  near(bearingDeg(HERE, { lat: 37.77, lon: -122.44 }), 0, 0.01);
  near(bearingDeg(HERE, { lat: 37.76, lon: -122.45 }), 270, 0.1);
  equal([0, 44, 200, 359, -90].map(wind), ["N", "NE", "S", "N", "W"]);
  equal([4, 94, 996, 1240, 14_400].map(far), ["0 m", "90 m", "1.0 km", "1.2 km", "14 km"]);
});

test("around me is what is open and within two kilometres, the nearest first, without myself", () => {
  const picture = {
    incidents: map({ near: { ...HERE, status: "pending" }, closed: { ...HERE, status: "closed" }, far: { lat: 37.9, lon: -122.44, status: "pending" } }),
    units: map({ me: HERE, other: { lat: 37.765, lon: -122.44, status: "available" }, home: { ...HERE, status: "off_duty" }, lost: { status: "available" } }),
    detections: map({ shot: { lat: 37.761, lon: -122.44 }, dismissed: { ...HERE, review: "dismissed" } }),
  };
  equal(around(picture, HERE, "me", () => true).map(({ id }) => id), ["near", "shot", "other"]);
  equal(around(picture, HERE, "me", (kind) => kind === "unit").map(({ id }) => id), ["other"]);
});

test("who else goes is told by distance, and one that is not in the picture all the same", () => {
  const units = map({ a: { callsign: "3A1", lat: 37.8, lon: -122.44 }, b: { callsign: "3A2", lat: 37.761, lon: -122.44 }, me: { callsign: "3A3", ...HERE } });
  equal(others({ ...HERE, units: ["3A1", "3A2", "3A3", "9X9"] }, "3A3", units).map(({ callsign }) => callsign), ["3A2", "3A1", "9X9"]);
});

test("what waits in my beat is told by priority, then age", () => {
  const incidents = map({
    a: { beat: "C1", priority: 3, status: "pending", entered_at: "2026-01-01T00:00:00Z" }, b: { beat: "C1", priority: 1, status: "pending" },
    c: { beat: "C1", priority: 1, status: "enroute" }, d: { beat: "C2", priority: 1, status: "pending" },
  });
  equal([pendingIn(incidents, "C1").map(([id]) => id), pendingIn(incidents, undefined)], [["b", "a"], []]);
});

test("a change is told with what it was and when, until it is seen, also after the page was closed", () => {
  const storage = drawer(), incident = { priority: 3, address: "1st St", units: ["3A1"] };
  const seen = new Seen(storage);
  equal(seen.changed("i1", incident), []);
  Object.assign(incident, { priority: 1, units: ["3A1", "3A2"] });
  seen.heard("i1", { priority: 1 }, 5000);
  const told = [{ field: "priority", from: "3", to: "1", at: 5000 }, { field: "units", from: "3A1", to: "3A1 3A2", at: NaN }];
  equal(seen.changed("i1", incident), told);
  const again = new Seen(storage);
  equal(again.changed("i1", incident), told);
  again.see("priority", incident);
  equal(again.changed("i1", incident).map(({ field }) => field), ["units"]);
});

test("another incident is seen as it is, and a drawer that holds something else is no harm", () => {
  const storage = drawer(), seen = new Seen(storage);
  seen.changed("i1", { priority: 3 });
  equal(seen.changed("i2", { priority: 1 }), []);
  storage.setItem("rtcc-seen", "{");
  equal(new Seen(storage).changed("i3", { priority: 1 }), []);
});
