import { areaOf } from "/assets/js/map/notice_areas.js";
import { noticeCard } from "/assets/js/map/notice_card.js";
import { concerns, gravityOf, isStanding, isToCome, ringsOf, saysMore, standing, titleOf, whenOf } from "/assets/js/notices.js";
import { clockOf } from "/assets/js/format.js";
import { equal, near, test } from "./harness.js";

const NOW = Date.parse("2026-01-17T02:00:00Z");
const at = (s) => new Date(NOW + s * 1000).toISOString();
const clock = clockOf("America/Los_Angeles");
const square = [[37.7, -122.5], [37.7, -122.4], [37.8, -122.4], [37.8, -122.5], [37.7, -122.5]];

test("a notice stands until it is ended or its time is over by this clock", () => {
  equal([{}, { expires_at: at(1) }, { expires_at: at(0) }, { state: "ended", expires_at: at(99) }].map((one) => isStanding(one, NOW)), [true, true, false, false]);
});

test("what has not begun is still to come, and so is what only says that it is expected", () => {
  equal([{ onset_at: at(60) }, { onset_at: at(-1), urgency: "Future" }, { urgency: "Expected" }, { urgency: "Immediate" }, {}].map((one) => isToCome(one, NOW)), [true, false, true, false, false]);
});

test("the gravest notice stands first, what holds before what is to come, then the newest", () => {
  const all = {
    minor: { severity: "Minor" }, later: { severity: "Severe", onset_at: at(600) }, old: { severity: "Severe", sent_at: at(-900) },
    young: { severity: "severe", sent_at: at(-9) }, odd: { severity: "Grave", sent_at: at(-1) }, worst: { severity: "Extreme", onset_at: at(60) }, over: { severity: "Extreme", expires_at: at(-1) },
  };
  equal(standing(Object.entries(all), NOW).map(([id]) => id), ["worst", "young", "old", "later", "odd", "minor"]);
  equal([gravityOf({}), gravityOf({ severity: "EXTREME" })], ["minor", "extreme"]);
});

test("a notice is named in few calm words, by its event before its headline", () => {
  equal(titleOf({ event: "Flash Flood Warning", headline: "x" }), "Flash flood warning");
  equal(titleOf({ headline: "WIND ADVISORY ISSUED JANUARY 16 AT 5 PM" }), "Wind advisory");
  equal(titleOf({ headline: "Air Quality Alert issued January 16 by BAAQMD" }), "Air quality alert");
  equal(titleOf({ headline: "Boil your water before you drink it, in all streets north of the bridge" }), "Boil your water before you drink it, in …");
  equal([titleOf({}), titleOf({ event: "AMBER Alert" })], ["Public warning", "AMBER Alert"]);
  equal([saysMore({ event: "Wind Advisory", headline: "Wind advisory issued at 5" }), saysMore({ event: "Flood", headline: "Leave now" })], [false, true]);
});

test("until when it holds, or from when, is told by the city's clock", () => {
  const say = (one) => whenOf(one, NOW, clock);
  equal(say({ expires_at: at(1800) }), "until 18:30");
  equal(say({ expires_at: at(12 * 3600) }), "until Sat 06:00");
  equal(say({ expires_at: at(9 * 86400) }), "until 25 Jan");
  equal([say({ onset_at: at(3600), expires_at: at(7200) }), say({ urgency: "Future" }), say({})], ["from 19:00", "expected", ""]);
});

test("a circle is drawn with its radius in metres, and a ring that is open is closed", () => {
  const [ring] = ringsOf({ areas: [{ center: [60, 10], radius_m: 1000 }] });
  equal(ring[0], ring[ring.length - 1]);
  near(Math.max(...ring.map(([, lat]) => lat)) - 60, 1000 / 111320, 1e-6);
  near(Math.max(...ring.map(([lon]) => lon)) - 10, 2000 / 111320, 1e-4);
  equal(ringsOf({ areas: [{ polygon: square.slice(0, 4) }] })[0], square.map(([lat, lon]) => [lon, lat]));
});

test("a notice concerns whoever is within one of its areas, and everybody where it draws none", () => {
  const here = { lat: 37.75, lon: -122.45 }, there = { lat: 37.9, lon: -122.45 }, notice = { areas: [{ center: [0, 0], radius_m: 5 }, { polygon: square }] };
  equal([concerns(notice, here), concerns(notice, there), concerns({ area: "The whole county" }, there), concerns({ areas: [] }, there)], [true, false, true, true]);
});

test("the name of a notice stands within its largest area", () => {
  const { anchor, size } = areaOf("n", { areas: [{ center: [10, 10], radius_m: 100 }, { polygon: square }] });
  near(anchor[0], -122.45, 0.02);
  near(anchor[1], 37.75, 0.02);
  near(size, 0.01, 1e-6);
  equal(areaOf("n", { area: "in words only" }).anchor, null);
});

test("the card of a notice says how grave, until when, where, what to do and who says so", () => {
  const card = noticeCard({
    event: "Flash Flood Warning", headline: "Flash Flood Warning issued", severity: "Severe", urgency: "Immediate", certainty: "Observed", area: "Low streets",
    instruction: "Go up.", sender_name: "NWS", expires_at: at(1800),
  }, NOW);
  equal([card.title, card.state, card.lines], ["Flash flood warning", "severe · immediate · observed", ["expires in 30 min", "", "Low streets", "Go up.", "From NWS"]]);
  equal(noticeCard({ event: "Wind", headline: "Stay in", onset_at: at(600), expires_at: at(7200) }, NOW).lines.slice(0, 2), ["begins in 10 min · expires in 2 h", "Stay in"]);
});
