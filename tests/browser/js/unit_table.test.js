import { EMERGENCY, HIDDEN, STRIDE, UnitTable } from "/assets/js/map/unit_table.js";
import { mercatorX, mercatorY, perMetre } from "/assets/js/map/mercator.js";
import { equal, near, test } from "./harness.js";

const LAT = 37.76, LON = -122.44;
const metresFrom = (table, slot, now, lat = LAT, lon = LON) => {
  const [x, y] = table.at(slot, now);
  return Math.hypot(x + table.originX - mercatorX(lon), y + table.originY - mercatorY(lat)) / perMetre(LAT);
};
const unit = (fields) => ({ status: "available", lat: LAT, lon: LON, ...fields });

test("a fix is drawn where it was reported, at once", () => {
  const table = new UnitTable(LON, LAT);
  table.put("a", unit({ speed_mps: 20, heading_deg: 90 }), true, 100, 100);
  near(metresFrom(table, 0, 100), 0, 0.05);
  table.put("a", unit({ lat: LAT + 0.01, speed_mps: 20, heading_deg: 0 }), true, 105, 105);
  near(metresFrom(table, 0, 105, LAT + 0.01), 0, 0.2);
});

test("a unit glides on by its speed, never longer than one interval", () => {
  const table = new UnitTable(LON, LAT);
  table.put("a", unit({ speed_mps: 10, heading_deg: 90 }), true, 100, 100);
  table.put("a", unit({ speed_mps: 10, heading_deg: 90 }), true, 105, 105);
  near(metresFrom(table, 0, 107), 20, 0.2);
  near(metresFrom(table, 0, 110), 50, 0.2);
  near(metresFrom(table, 0, 300), 50, 0.2);
  equal(table.fastest(107) > 0, true);
  equal(table.fastest(300), 0);
});

test("without a speed of its own a unit glides by its last two fixes", () => {
  const table = new UnitTable(LON, LAT);
  table.put("a", unit({}), true, 100, 100);
  table.put("a", unit({ lon: LON + 0.0005 }), true, 104, 104);
  near(metresFrom(table, 0, 106, LAT, LON + 0.0005), 22, 0.5);
});

test("a jump that no car can make is not carried on", () => {
  const table = new UnitTable(LON, LAT);
  table.put("a", unit({}), true, 100, 100);
  table.put("a", unit({ lon: LON + 0.1 }), true, 102, 102);
  near(metresFrom(table, 0, 103, LAT, LON + 0.1), 0, 0.5);
});

test("what changed is uploaded and nothing else", () => {
  const table = new UnitTable(LON, LAT);
  for (let n = 0; n < 1000; n += 1) table.put(`u${n}`, unit({}), true, 100, 100);
  equal(table.takeDirty(), [[0, 1000]]);
  table.put("u3", unit({}), true, 101, 101);
  equal(table.takeDirty(), [[3, 4]]);
  for (const n of [900, 7, 10]) table.put(`u${n}`, unit({}), true, 102, 102);
  equal(table.takeDirty(), [[7, 11], [900, 901]]);
  equal(table.takeDirty(), []);
});

test("a unit without a position, off duty or withdrawn is hidden, and its slot is used again", () => {
  const table = new UnitTable(LON, LAT);
  table.put("a", { status: "available" }, true, 100, 100);
  equal(table.shape(0), HIDDEN);
  table.put("a", unit({ status: "off_duty" }), true, 100, 100);
  equal(table.shape(0), HIDDEN);
  table.remove("a");
  table.put("b", unit({}), true, 101, 101);
  equal([table.slots.get("b"), table.length], [0, 1]);
});

test("emergencies are counted as they come and go", () => {
  const table = new UnitTable(LON, LAT);
  table.put("a", unit({ emergency: true }), true, 100, 100);
  table.put("b", unit({ emergency: true }), true, 100, 100);
  equal([table.shape(0), table.emergencies], [EMERGENCY, 2]);
  table.put("a", unit({ emergency: false }), false, 101, 101);
  table.remove("b");
  equal(table.emergencies, 0);
});

test("times stay exact after weeks", () => {
  const table = new UnitTable(LON, LAT);
  const late = 30 * 86400;
  table.put("a", unit({ speed_mps: 10, heading_deg: 90 }), true, late - 5, late - 5);
  table.rebase(late);
  table.put("a", unit({ speed_mps: 10, heading_deg: 90 }), true, late, late);
  near(metresFrom(table, 0, late + 1), 10, 0.1);
  near(table.fixedAt(0), late, 0.01);
  equal(table.rows.length % STRIDE, 0);
});
