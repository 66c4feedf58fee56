import { callRows, lateness } from "/assets/js/dispatch/call_rows.js";
import { toldOf } from "/assets/js/dispatch/facts.js";
import { ALL, filterIn, hiddenUrgent, tellAddress, through } from "/assets/js/dispatch/filter.js";
import { against, incidentRows, stateSince } from "/assets/js/dispatch/incident_rows.js";
import { notesAbout } from "/assets/js/dispatch/notes.js";
import { UnitRows, staleFix } from "/assets/js/dispatch/unit_rows.js";
import { equal, test } from "./harness.js";

const NOW = Date.parse("2026-01-17T02:04:37Z");
const ago = (s) => new Date(NOW - s * 1000).toISOString();
const map = (object) => new Map(Object.entries(object));
const ids = (rows) => rows.map(({ id }) => id);
const incident = (priority, s, more = {}) => ({ priority, status: "pending", entered_at: ago(s), type: "Fight", district: "Mission", ...more });
const filter = (more) => ({ ...ALL, ...more });

const INCIDENTS = map({
  sent: incident(1, 900, { status: "dispatched", dispatched_at: ago(600) }), late: incident(2, 1000), urgent: incident(1, 20),
  quiet: incident(4, 50, { district: "Central", address: "Oak St" }), closed: incident(1, 5, { status: "closed" }),
});

test("incidents stand pending first, then by priority, the oldest first, and closed ones not at all", () => {
  equal(ids(incidentRows(INCIDENTS)), ["urgent", "late", "quiet", "sent"]);
});

test("an incident's time against its target is what is left, and then by how much it is over", () => {
  const [, late, , sent] = incidentRows(INCIDENTS);
  equal(against(late, NOW), { text: "+1:40", share: 1, over: true });
  equal(against(incidentRows(map({ a: incident(2, 450) }))[0], NOW), { text: "−7:30", share: 0.5, over: false });
  equal(against({ ...sent, waits: false }, NOW).text, "");
});

test("the age of a state begins with the state, and is not known where nobody said when", () => {
  equal(stateSince(INCIDENTS.get("sent")), NOW - 600_000);
  equal(stateSince({ received_at: ago(9) }), NOW - 9000);
  equal(Number.isNaN(stateSince({ status: "enroute", entered_at: ago(9) })), true);
});

test("calls that nobody waits for any more are not in the queue", () => {
  const calls = map({ a: { state: "answered" }, b: { state: "ended" }, c: { state: "abandoned", started_at: ago(90) }, d: { state: "ringing", started_at: ago(2) } });
  equal(ids(callRows(calls, new Map())), ["d", "c"]);
});

test("a ringing call is late from 15 s and over from 20 s; one that is held is neither", () => {
  const late = (s, state = "ringing") => lateness(callRows(map({ a: { state, started_at: ago(s) } }), new Map())[0], NOW);
  equal([15, 16, 20, 21].map((s) => late(s)), ["", "soon", "soon", "over"]);
  equal(late(500, "on_hold"), "");
});

test("a call's place is its incident's address, else its position with how far that may be off", () => {
  const place = (call) => callRows(map({ a: { state: "ringing", ...call } }), map({ i: { address: "Oak St" } }))[0].place;
  equal([place({ incident_id: "i" }), place({ lat: 37.75, lon: -122.4, uncertainty_m: 149.6 }), place({})], ["Oak St", "±150 m · 37.7500, -122.4000", "No location"]);
});

test("units stand by emergency, status, beat and callsign, numbers as numbers, and off duty not at all", () => {
  const units = map({
    a: { status: "busy" }, b: { status: "available", beat: "B1", callsign: "3A10" }, c: { status: "available", beat: "B1", callsign: "3A9" },
    d: { status: "off_duty" }, e: { status: "off_duty", emergency: true },
  });
  equal(ids(new UnitRows(units, new Map()).rows()), ["e", "c", "b", "a"]);
});

test("a unit's row is made anew when something was told of it or of its incident, and the others stay as they were", () => {
  const units = map({ a: { status: "busy", callsign: "A" }, b: { status: "enroute", callsign: "B", incident_id: "i" } }), incidents = map({});
  const rows = new UnitRows(units, incidents), [before, other] = rows.rows();
  equal([before.id, other.id], ["b", "a"]);
  incidents.set("i", { type: "FIGHT", address: "Oak St" });
  rows.hearIncident("i");
  units.get("a").status = "available";
  rows.hear("a");
  equal(rows.rows().map(({ id, on }) => [id, on]), [["a", ""], ["b", "Fight, Oak St"]]);
  units.delete("a");
  rows.hear("a");
  const last = rows.rows();
  equal(ids(last), ["b"]);
  equal(rows.rows() === last, true);
});

test("a fix says its age only when it is old", () => {
  equal([staleFix({ fix_at: ago(90) }, NOW), staleFix({ fix_at: ago(91) }, NOW), staleFix({}, NOW)], [null, 91, null]);
});

test("a filter in an address is what was written there, without what it cannot mean", () => {
  const query = new URLSearchParams();
  const set = filter({ text: "oak st", districts: ["Mission", "Central"], statuses: ["pending"], priorities: ["1", "3"] });
  tellAddress(set, query);
  equal(filterIn(new URLSearchParams(query.toString())), set);
  equal(filterIn(new URLSearchParams("priority=3,9,1&status=gone&incident=i1")), filter({ priorities: ["1", "3"] }));
  tellAddress(ALL, query);
  equal(query.toString(), "");
});

test("a filter lets through what it names, and by what rows have not it hides none", () => {
  const rows = incidentRows(INCIDENTS), through_ = (more) => ids(through(rows, filter(more)));
  equal([through_({ priorities: ["1"] }), through_({ districts: ["Central"] }), through_({ statuses: ["dispatched"] })], [["urgent", "sent"], ["quiet"], ["sent"]]);
  equal([through_({ text: "OAK fight" }), through_({ statuses: ["available"] }).length], [["quiet"], 4]);
  const calls = callRows(map({ a: { state: "ringing" }, b: { state: "on_hold" } }), new Map());
  equal([ids(through(calls, filter({ priorities: ["1"] }))), ids(through(calls, filter({ text: "nothing" })))], [["a", "b"], ["a"]]);
});

test("no filter hides a unit in emergency", () => {
  const units = new UnitRows(map({ a: { status: "busy", emergency: true, district: "Mission" }, b: { status: "busy", district: "Mission" } }), new Map()).rows();
  equal(ids(through(units, filter({ districts: ["Central"], text: "x" }))), ["a"]);
});

test("the most urgent that a filter hides are counted while nobody has been sent", () => {
  const rows = incidentRows(INCIDENTS);
  equal(hiddenUrgent(rows, through(rows, filter({ districts: ["Central"] }))), { first: 1, second: 1 });
  equal(hiddenUrgent(rows, rows), { first: 0, second: 0 });
});

test("of what is chosen only that is told which is known", () => {
  const told = toldOf({ kind: "incident", id: "i" }, INCIDENTS.get("quiet"), () => new Map(), () => "18:04");
  equal(told.facts.map(([word]) => word), ["Address", "Beat", "Priority", "Entered", "Number"]);
  equal(toldOf({ kind: "unit", id: "u" }, { callsign: "3A1", emergency: true }, () => new Map(), () => "").state, "Emergency");
  equal(toldOf({ kind: "camera", id: "c" }, { name: "Pole 4" }, () => new Map(), () => "").title, "Pole 4");
});

test("notes about one thing stand the newest first", () => {
  const note = (id, s) => ({ about: [{ kind: "incident", id }], written_at: ago(s) });
  equal(notesAbout(map({ a: note("i", 9), b: note("i", 2), c: note("j", 1), d: {} }), "incident", "i").map(([id]) => id), ["b", "a"]);
});
