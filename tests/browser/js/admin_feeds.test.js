import { detailOf } from "/assets/js/admin/feed_detail.js";
import { countsOf, lagText, rowsOf, stateOf } from "/assets/js/admin/feed_facts.js";
import { equal, test } from "./harness.js";

const NOW = Date.parse("2026-01-17T02:00:00Z");
const ago = (s) => new Date(NOW - s * 1000).toISOString();
const feed = (name, age_s, more = {}) => ({
  feed: name, title: name, source: name, transport: "poll", format: "gtfs_rt", interval_s: 60, limits_s: [120, 240, 600], state: "live", age_s, success_at: null,
  attempt_at: null, next_at: null, error: null, error_at: null, lag_p50_s: null, lag_p95_s: null, rows: 1000, accepted: 10, unchanged: 980, refused: 10, events: 12,
  reasons: {}, stopped_since: null, stopped_why: null, try_at: null, held: 0, held_dropped: 0, lost_messages: 0, dead_letters: 0, ...more,
});

test("a declared feed is as bad as its age has made it since the server spoke, and never better than the server said", () => {
  equal([10, 130, 250, 700].map((s) => stateOf(feed("f", 0), s)), ["live", "late", "stale", "lost"]);
  equal([stateOf(feed("f", 0, { state: "lost" }), 0), stateOf(feed("f", null, { state: "lost" }), 5)], ["lost", "never"]);
  equal(stateOf(feed("f", 1, { stopped_since: ago(5) }), 0), "stopped");
});

test("feeds in trouble stand first, and of equals the first declared", () => {
  const rows = rowsOf([
    feed("b", 1), feed("a", 1), feed("late", 130), feed("never", null, { state: "lost" }), feed("stopped", 1, { stopped_since: ago(60), stopped_why: "Too many." }), feed("lost", 601),
  ], 0, NOW);
  equal(rows.map(({ id }) => id), ["stopped", "never", "lost", "late", "b", "a"]);
  equal(countsOf(rows), "6 feeds · 1 stopped · 1 never heard · 1 lost · 1 late · 2 live");
  equal([rows[0].says, rows[0].how, rows[1].last], ["Stopped 60 s ago · rtcc feeds resume stopped · Too many.", "HTTP poll × GTFS-realtime", "never"]);
});

test("the last error of a feed is told with its age, and lags in the unit that can be read", () => {
  equal(rowsOf([feed("f", 1, { error: "It answered 503.", error_at: ago(34) })], 0, NOW)[0].says, "Failed 34 s ago · It answered 503.");
  equal([lagText(null), lagText(0.04), lagText(9.94), lagText(61), lagText(640)], ["–", "0.0 s", "9.9 s", "61 s", "10 min"]);
});

test("an unfolded feed names the commands that help it, and only those", () => {
  const time = () => "18:00:00", names = (told) => detailOf(told, time).commands.map(([command]) => command);
  equal(names(feed("f", 1, { refused: 0 })), []);
  equal(names(feed("f", 1, { stopped_since: ago(9), held: 3 })), ["rtcc feeds resume f", "rtcc feeds redrive f", "rtcc feeds check f"]);
  equal(detailOf(feed("f", 1, { success_at: ago(1), held: 1200 }), time).facts.at(-1), ["Payloads held back", "1,200"]);
});
