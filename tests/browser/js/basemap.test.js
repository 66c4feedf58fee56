import { namePoints, outlines, roomiest } from "/assets/js/map/areas.js";
import { groundLayers, nameLayers, shiftFor } from "/assets/js/map/basemap_style.js";
import { equal, test } from "./harness.js";

const square = (x, y, side = 1) => [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]];
const area = (ring, properties = {}) => ({ type: "Feature", properties, geometry: { type: "Polygon", coordinates: [ring] } });
const near = ([x, y], [ox, oy], within) => Math.hypot(x - ox, y - oy) < within;

test("a name stands where its area has most room", () => {
  equal(near(roomiest([square(0, 0)]), [0.5, 0.5], 0.05), true);
  // An L: its middle lies outside of it, its corner has the room.
  const corner = [[0, 0], [4, 0], [4, 1.2], [1.2, 1.2], [1.2, 4], [0, 4], [0, 0]];
  equal(near(roomiest([corner]), [0.7, 0.7], 0.2), true);
  // A hole in the middle is no place for a name.
  equal(near(roomiest([square(0, 0), square(0.2, 0.2, 0.6)]), [0.5, 0.5], 0.3), false);
});

test("a name of several islands stands on the largest", () => {
  const islands = { type: "Feature", properties: { name: "Isles" }, geometry: { type: "MultiPolygon", coordinates: [[square(9, 9, 0.1)], [square(0, 0)]] } };
  const { features } = namePoints({ features: [islands, { type: "Feature", properties: {}, geometry: null }] });
  equal(features.length, 1);
  equal(features[0].properties.name, "Isles");
  equal(near(features[0].geometry.coordinates, [0.5, 0.5], 0.05), true);
});

test("a line between two areas is drawn once and told from the outer edge", () => {
  const { features } = outlines({ features: [area(square(0, 0)), area(square(1, 0))] });
  const between = features.filter((line) => line.properties.between);
  equal(between.map((line) => line.geometry.coordinates), [[[1, 0], [1, 1]]]);
  const corners = features.filter((line) => !line.properties.between).reduce((sum, line) => sum + line.geometry.coordinates.length - 1, 0);
  equal(corners, 6);
});

test("a line between beats of two districts is left to the districts", () => {
  const beats = [area(square(0, 0), { district: "A" }), area(square(1, 0), { district: "A" }), area(square(2, 0), { district: "B" })];
  const between = outlines({ features: beats }).features.filter((line) => line.properties.between);
  equal(between.map((line) => line.geometry.coordinates), [[[1, 0], [1, 1]]]);
});

test("a screen of twice as many pixels shows the same map one zoom closer", () => {
  equal([shiftFor(1)(13), shiftFor(2)(13)], [13, 14]);
  const widths = (size) => groundLayers({ size, colour: () => "#000000" }).find((layer) => layer.id === "streets").paint["line-width"];
  const [small, large] = [widths(1), widths(2)];
  equal(large.slice(3).filter((_, at) => at % 2 === 0), small.slice(3).filter((_, at) => at % 2 === 0).map((zoom) => zoom + 1));
});

test("no layer has the name of another, and none needs more than the schema has", () => {
  const look = { size: 1, colour: () => "#000000" };
  const layers = [...groundLayers(look), ...nameLayers(look)];
  equal(new Set(layers.map((layer) => layer.id)).size, layers.length);
  const schema = ["earth", "water", "landuse", "roads", "buildings", "places", "pois", "boundaries"];
  equal(layers.filter((layer) => !schema.includes(layer["source-layer"])), []);
});
