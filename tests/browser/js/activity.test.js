import { Activity } from "/assets/js/activity.js";
import { Windows } from "/assets/js/windows.js";
import { equal, test } from "./harness.js";

const HALF_HOUR = 1_800_000;

/** A screen that remembers what it did. */
function screen(lockAfterMs = HALF_HOUR) {
  const did = [];
  const activity = new Activity(lockAfterMs, 0, {
    tell: () => did.push("tell"), share: () => did.push("share"), lock: () => did.push("lock"), warn: (leftS) => did.push(leftS),
  });
  return { activity, did };
}

test("a screen that nobody touches warns in its last minute, second by second, and locks once", () => {
  const { activity, did } = screen();
  activity.look(HALF_HOUR - 60_001);
  equal(did, []);
  activity.look(HALF_HOUR - 60_000);
  activity.look(HALF_HOUR - 59_500);
  activity.look(HALF_HOUR - 42_000);
  activity.look(HALF_HOUR - 1);
  equal(did, [60, 42, 1]);
  activity.look(HALF_HOUR);
  activity.look(HALF_HOUR + 1000);
  activity.here(HALF_HOUR + 2000);
  equal(did, [60, 42, 1, "lock"]);
});

test("the server is told of the first hand at once, then at most once a minute, and of the last hand too", () => {
  const { activity, did } = screen();
  for (let now = 0; now <= 59_000; now += 500) {
    activity.here(now);
    activity.look(now);
  }
  equal(did.filter((what) => what === "tell").length, 1);
  activity.look(60_000);
  activity.look(180_000);
  equal(did.filter((what) => what === "tell").length, 2);
});

test("a page that only opened tells the server nothing", () => {
  const { activity, did } = screen();
  for (let now = 0; now < HALF_HOUR - 60_000; now += 60_000) activity.look(now);
  equal(did, []);
});

test("a hand in the last minute ends the warning and is told at once", () => {
  const { activity, did } = screen();
  activity.here(1_000);
  activity.look(HALF_HOUR - 30_000);
  did.length = 0;
  activity.here(HALF_HOUR - 29_500);
  equal(did, [0, "share", "tell"]);
  activity.look(HALF_HOUR + 1000);
  equal(did, [0, "share", "tell"]);
});

test("the first hand after the machine has slept finds the screen locked", () => {
  const { activity, did } = screen();
  activity.here(HALF_HOUR + 5000);
  equal(did, ["lock"]);
});

test("a hand in another window keeps this one open, and is not told twice", () => {
  const { activity, did } = screen();
  activity.heard(HALF_HOUR - 61_000);
  activity.look(HALF_HOUR);
  activity.look(HALF_HOUR + 61_000);
  equal(did, []);
});

test("a screen that locks after a minute warns for half of it", () => {
  const { activity, did } = screen(60_000);
  activity.look(29_000);
  equal(did, []);
  activity.look(30_000);
  equal(did, [30]);
});

test("windows hear which session is spoken of, and not themselves", async () => {
  const heard = [], told = [];
  const done = new Promise((resolve) => {
    const listener = new Windows("a", (word, ours) => {
      heard.push([word, ours]);
      if (heard.length === 2) resolve(listener.channel.close());
    });
  });
  const same = new Windows("a", (word) => told.push(word)), other = new Windows("b", () => {});
  same.tell("locked");
  other.tell("open");
  await done;
  equal(heard, [["locked", true], ["open", false]]);
  equal(told.includes("locked"), false);
  same.channel.close();
  other.channel.close();
});
