import { sectorOf } from "/assets/js/map/camera_cones.js";
import { alarmed } from "/assets/js/map/desk_picture.js";
import { LayerSwitches } from "/assets/js/map/layer_switches.js";
import { distance, groundMetres, lengthOf } from "/assets/js/map/measure.js";
import { pick } from "/assets/js/map/picking.js";
import { roundBelow } from "/assets/js/map/scale_bar.js";
import { besideMark, cardOf } from "/assets/js/map/thing_card.js";
import { UnitTable } from "/assets/js/map/unit_table.js";
import { equal, near, test } from "./harness.js";

const NOW = Date.parse("2026-01-16T18:00:00Z");
const ago = (s) => new Date(NOW - s * 1000).toISOString();
const mark = (id, far, order = 1, kind = "unit") => ({ kind, id, far, order });
const thing = (id, kind = "unit") => ({ kind, id });
const memory = () => {
  const kept = new Map();
  return { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value) };
};

test("the nearest mark within reach is meant, and none beyond it", () => {
  equal(pick([mark("a", 14), mark("b", 4), mark("c", 30)], null), thing("b"));
  equal(pick([mark("a", 18.5)], null), null);
});

test("of marks that lie on one another the topmost is meant, and with each click the next below", () => {
  const pile = [mark("low", 1, 1, "incident"), mark("top", 4, 3), mark("mid", 2, 2), mark("off", 12, 9)];
  const first = pick(pile, null, true), second = pick(pile, first, true), third = pick(pile, second, true);
  equal([first, second, third, pick(pile, third, true)], [thing("top"), thing("mid"), thing("low", "incident"), thing("top")]);
  equal(pick(pile, first), thing("top"));
});

test("the card stands beside the chosen mark and never on it, wherever it is and however small the map", () => {
  for (const room of [[1300, 700], [420, 300], [358, 320]]) {
    for (let x = 10; x < room[0]; x += 37) {
      for (let y = 10; y < room[1]; y += 31) {
        const card = [240, 120], [left, top] = besideMark([x, y], 30, card, room);
        const covers = x + 20 > left && x - 20 < left + card[0] && y + 20 > top && y - 20 < top + card[1];
        if (covers && room[0] > 400) throw new Error(`at ${x}, ${y} of ${room} the card covers it: ${left}, ${top}`);
        const within = left >= 0 && top >= 0 && left + card[0] <= room[0] && top + card[1] <= room[1];
        if (!within) throw new Error(`at ${x}, ${y} of ${room} the card leaves the map: ${left}, ${top}`);
      }
    }
  }
});

test("the card of a unit says its status by letter and word, its speed, and when its position is old", () => {
  const unit = { callsign: "3A12", status: "enroute", speed_mps: 10, fix_at: ago(3), status_since: ago(65) };
  const card = cardOf("unit", unit, NOW);
  equal([card.title, card.state, card.lines, card.old], ["3A12", "E En route", ["for 65 s", "36 km/h · fix 3 s"], ""]);
  equal(cardOf("unit", { ...unit, fix_at: ago(300) }, NOW).old, "Position 5 min old");
  equal(cardOf("unit", { ...unit, emergency: true }, NOW).state, "! Emergency");
});

test("the card of an incident says type, state, age and address, and what is withheld", () => {
  const incident = { type: "TRAFFIC STOP", priority: 3, status: "pending", entered_at: ago(75), address: "1 Main St" };
  const card = cardOf("incident", incident, NOW);
  equal([card.title, card.state, card.lines[0]], ["Traffic stop", "Pending · 1:15", "1 Main St"]);
  equal(cardOf("incident", { ...incident, address: undefined }, NOW).lines[0], "Location withheld");
});

test("the card of a detection says how sure it is, how exact, and how old at least", () => {
  const detection = { detection_type: "gunshot", confidence: 0.87, accuracy_m: 25 };
  equal(cardOf("detection", detection, NOW, { at: NOW - 30_000, atLeast: false }).lines, ["87 % sure · ± 25 m", "30 s ago"]);
  equal(cardOf("detection", detection, NOW, { at: NOW - 30_000, atLeast: true }).lines[1], "more than 30 s ago");
});

test("a distance is measured over the ground and said in metres, then in kilometres", () => {
  near(groundMetres([-122.44, 37.76], [-122.44, 37.77]), 1112, 1);
  near(lengthOf([[0, 0], [0.01, 0], [0.01, 0.01]]), 2224, 1);
  equal([distance(84.6), distance(1423), distance(12_345)], ["85 m", "1.42 km", "12.3 km"]);
});

test("the scale is a round number that is not longer than its room", () => {
  equal([roundBelow(730), roundBelow(499), roundBelow(199), roundBelow(1000)], [500, 200, 100, 1000]);
});

test("a camera looks where it says, and one that is down or says nothing looks nowhere", () => {
  const camera = { lat: 37.76, lon: -122.44, heading_deg: 90, fov_deg: 60, state: "online" };
  const ring = sectorOf(camera);
  equal([ring[0], ring.at(-1)], [[-122.44, 37.76], [-122.44, 37.76]]);
  const inner = ring.slice(1, -1);
  equal(inner.every(([lon]) => lon > -122.44), true);
  for (const corner of inner) near(groundMetres([-122.44, 37.76], corner), 90, 1);
  equal([sectorOf({ ...camera, state: "offline" }), sectorOf({ ...camera, heading_deg: undefined })], [null, null]);
});

test("each thing that open alarms are about is marked once, by the worst of them, the worst first", () => {
  const alarm = (id, severity, state = "active") => ({ severity, state, about: [{ kind: "unit", id }] });
  const found = alarmed([alarm("a", "low"), alarm("a", "high"), alarm("b", "critical", "acknowledged"), alarm("c", "critical"), alarm("d", "critical", "cleared")]);
  equal(found.map(({ id, severity, waiting }) => [id, severity, waiting]), [["c", "critical", true], ["b", "critical", false], ["a", "high", true]]);
});

test("ten thousand alarms leave two hundred marks, and the critical ones are among them", () => {
  const many = Array.from({ length: 10_000 }, (_, n) => ({ severity: n % 1000 ? "low" : "critical", state: "active", about: [{ kind: "unit", id: `u${n}` }] }));
  const found = alarmed(many);
  equal([found.length, found.filter(({ severity }) => severity === "critical").length], [200, 10]);
});

test("layers that somebody switched stay so, and the others begin as they should", () => {
  const storage = memory(), first = new LayerSwitches(storage);
  equal([first.on("units"), first.on("heat"), first.hidden], [true, false, 0]);
  first.turn("units", false);
  first.turn("heat", true);
  const second = new LayerSwitches(storage);
  equal([second.on("units"), second.on("heat"), second.on("p1"), second.hidden], [false, true, true, 1]);
  storage.setItem("rtcc-map-layers", "{broken");
  equal(new LayerSwitches(storage).on("units"), true);
});

test("a unit at its incident is pointed at where it is drawn, beside it", () => {
  const table = new UnitTable(-122.44, 37.76);
  const unit = { status: "on_scene", incident_id: "i", lat: 37.76, lon: -122.44 };
  table.put("a", unit, true, 0, 0);
  table.put("b", { ...unit, incident_id: undefined }, true, 0, 0);
  const [dx, dy] = table.beside(0);
  near(Math.hypot(dx, dy), 19, 0.01);
  equal([table.beside(1), table.shown], [[0, 0], 2]);
});
