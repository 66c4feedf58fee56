import { addsTo, cellsOf, isAbout, notesOf } from "/assets/js/incident_story.js";
import { featuresOf, pointsOf } from "/assets/js/map/incident_ways.js";
import { equal, test } from "./harness.js";

const NOW = Date.parse("2026-01-17T02:04:37Z");
const ago = (s) => new Date(NOW - s * 1000).toISOString();
const about = (id) => [{ kind: "incident", id }];

test("an interval that goes on is as long as it is now, and says by how much it is over", () => {
  const cells = cellsOf([
    { name: "queue", from: ago(400), to: ago(340), seconds: 60, target_s: 120 },
    { name: "response", from: ago(400), to: null, seconds: null, target_s: 300 },
    { name: "turnout", from: ago(340), to: null, seconds: null, target_s: null },
  ], NOW);
  const of = (name) => cells.find((cell) => cell.name === name);
  equal(cells.map(({ name }) => name), ["answer", "processing", "queue", "turnout", "travel", "response", "on-scene", "total"]);
  equal(of("queue"), { name: "queue", s: 60, target: 120, share: 0.5, over: 0, runs: false });
  equal(of("response"), { name: "response", s: 400, target: 300, share: 1, over: 100, runs: true });
  equal(of("turnout"), { name: "turnout", s: 340, target: null, share: 0, over: 0, runs: true });
  equal(of("travel").s, null);
});

test("notes are those on record and those just come, each once, the oldest first, and none about another incident", () => {
  const told = [{ id: "b", text: "second", written_at: ago(20) }, { id: "a", text: "first", written_at: ago(50) }];
  const live = new Map([
    ["b", { text: "second, whole", written_at: ago(20), about: about("I-1") }],
    ["c", { text: "third", written_at: ago(5), about: about("I-1") }],
    ["d", { text: "elsewhere", written_at: ago(5), about: about("I-2") }],
    ["e", { written_at: ago(5) }],
  ]);
  equal(notesOf(told, live, "I-1").map(({ text }) => text), ["first", "second, whole", "third"]);
  equal([isAbout(undefined, "I-1"), isAbout({ about: about("I-1") }, "I-1")], [false, true]);
});

test("the story is asked for anew when something of it changes, and not with each fix of a unit", () => {
  const known = new Set(["unit 3D12", "alarm a:1"]);
  const adds = (kind, id, fields, entity = fields) => addsTo({ kind, id, fields, occurred_at: "", received_at: "" }, entity, "I-1", known);
  equal(adds("incident", "I-1", { status: "closed" }), true);
  equal(adds("incident", "I-2", { status: "closed" }), false);
  equal(adds("unit", "3D12", { lat: 1, lon: 2 }), false);
  equal(adds("unit", "3D12", { status: "on_scene" }), true);
  equal(adds("unit", "3D13", { status: "enroute" }, { status: "enroute", incident_id: "I-1" }), true);
  equal(adds("unit", "3D14", { status: "enroute" }, { status: "enroute", incident_id: "I-9" }), false);
  equal(adds("alarm", "a:1", { state: "acknowledged" }), true);
  equal(adds("note", "n", { about: about("I-1") }), true);
  equal(adds("note", "n", { about: about("I-2") }), false);
});

test("a way ends where the unit arrived, and a unit that has said one place has a point and no line", () => {
  const at = (s, lon) => ({ lon, lat: 41, at: ago(s) });
  const came = { id: "u:1", callsign: "3D12", on_scene_at: ago(60), way: [at(120, 1), at(90, 2), at(60, 3), at(10, 4)] };
  const { features } = featuresOf([came, { id: "u:2", way: [at(5, 9)] }, { id: "u:3", way: [] }], (instant) => `at ${(NOW - Date.parse(instant)) / 1000}`);
  equal(features.map(({ geometry }) => geometry.type), ["LineString", "Point", "Point", "Point"]);
  equal(features[0].geometry.coordinates, [[1, 41], [2, 41], [3, 41]]);
  equal(features.slice(1).map(({ properties }) => properties.text), ["3D12 at 120", "3D12 at 60", "u:2 at 5"]);
  const stood = { id: "u:4", way: [at(90, 9), at(80, 9.0001)] };
  equal(featuresOf([stood], () => "then").features.slice(1).map(({ properties }) => properties.text), ["", "u:4 then"]);
  equal(pointsOf({ lat: 41, lon: 0 }, [came]), [[0, 41], [1, 41], [2, 41], [3, 41]]);
  equal(pointsOf({}, []), []);
});
