import { Replica, compareCursors } from "/assets/js/replica.js";
import { equal, test } from "./harness.js";

const change = (kind, id, fields) => ({ kind, id, fields, occurred_at: "", received_at: "" });

test("a change merges its fields and removes those that are null", () => {
  const replica = new Replica();
  replica.apply(change("unit", "a", { status: "available", lat: 1 }));
  equal(replica.apply(change("unit", "a", { lat: null, lon: 2 })), { status: "available", lon: 2 });
});

test("a change without fields takes the entity out of the picture", () => {
  const replica = new Replica();
  replica.apply(change("unit", "a", { lat: 1 }));
  equal(replica.apply(change("unit", "a", null)), null);
  equal(replica.kind("unit").size, 0);
});

test("a new picture replaces all, and the maps that others hold stay the same", () => {
  const replica = new Replica();
  const units = replica.kind("unit");
  replica.apply(change("unit", "old", { lat: 1 }));
  replica.load({ cursor: "5-0", entities: { unit: { new: { lat: 2 } } } });
  equal([...units.keys()], ["new"]);
});

test("applying a change twice is harmless", () => {
  const replica = new Replica();
  const one = change("unit", "a", { lat: 1, lon: null });
  equal(replica.apply(one), replica.apply(one));
});

test("cursors are compared as numbers, and old messages are no news", () => {
  equal(Math.sign(compareCursors("9-10", "9-9")), 1);
  equal(Math.sign(compareCursors("10-0", "9-99")), 1);
  const replica = new Replica();
  replica.load({ cursor: "9-9", entities: {} });
  equal([replica.isNews("9-9"), replica.isNews("9-10"), replica.isNews("8-99")], [false, true, false]);
});
