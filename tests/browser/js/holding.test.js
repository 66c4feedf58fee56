import { Holding, waiting } from "/assets/js/holding.js";
import { equal, test } from "./harness.js";

const held = (before, wanted) => {
  const list = new Holding();
  list.place(before, false);
  return list.place(wanted, true);
};

test("a list that nobody is in stands as it should", () => {
  const list = new Holding();
  equal(list.place(["a", "b"], false).shown, ["a", "b"]);
  equal(list.place(["b", "c"], false), { shown: ["b", "c"], ended: new Set(), fresh: [], moved: 0 });
});

test("a list that somebody is in keeps every place, and counts what waits", () => {
  const placed = held(["a", "b", "c", "d"], ["x", "d", "b", "c"]);
  equal([placed.shown, [...placed.ended], placed.fresh, placed.moved], [["a", "b", "c", "d"], ["a"], ["x"], 1]);
  equal(waiting(placed), "1 new · 1 moved · 1 ended");
});

test("as few as possible are said to have moved", () => {
  equal(held(["a", "b", "c", "d"], ["d", "c", "b", "a"]).moved, 3);
  equal(held(["a", "b", "c", "d"], ["b", "c", "d", "a"]).moved, 1);
  equal(held(["a", "b", "c"], ["a", "b", "c"]).moved, 0);
});

test("what came back before the list was released never ended", () => {
  const list = new Holding();
  list.place(["a", "b"], false);
  list.place(["b"], true);
  equal([...list.place(["a", "b"], true).ended], []);
});

test("an empty list holds nothing back", () => {
  equal(held([], ["a"]).shown, ["a"]);
});

test("a list without anything that waits says nothing", () => {
  equal(waiting(held(["a"], ["a"])), "");
});
