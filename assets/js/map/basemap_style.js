/**
 * How the basemap looks: one set of layers for every tile set in the Protomaps basemap schema, version 4, in the colours of the theme.
 *
 * Drawn to lie under live marks: the ground is nearly one colour, streets are told apart by width before brightness, and only names
 * are bright. Few layers, because a map that is drawn by software pays for each; so one layer holds all streets, and its widths and colours
 * are looked up by class.
 */

/** @typedef {(name: string) => string} Colours gives the colour of a token */
/** @typedef {(zoom: number) => number} Shift the zoom at which this screen shows what a screen of 1080 lines shows at `zoom` */
/** @typedef {{size: number, colour: Colours}} Look */

/**
 * With no glyph server named, MapLibre draws text with the fonts of this machine: the first that is here, in the weight that the first
 * name ends in.
 */
export const FONT = ["Inter Medium", "Inter", "Helvetica Neue", "Liberation Sans", "Arial", "DejaVu Sans Condensed"];
export const FONT_BOLD = ["Inter Bold", ...FONT.slice(1)];
export const SOURCE = "basemap";
/** From here on every street that has a name shows it. */
export const NAMES_FROM = 13;

/** Street widths in design pixels, by zoom. */
const CLASSES = ["highway", "arterial", "secondary", "collector", "link", "alley", "rail", "local"];
const WIDTHS = /** @type {[number, number[]][]} */ ([
  [9, [1.1, 0.7, 0.5, 0.4, 0.4, 0.1, 0.3, 0.2]],
  [12, [2.6, 1.9, 1.5, 1.2, 1.2, 0.3, 0.6, 0.7]],
  [13, [3.6, 2.9, 2.4, 2, 1.8, 0.6, 0.7, 1.3]],
  [14, [5, 4.4, 3.7, 3.2, 2.8, 1.2, 0.8, 2.2]],
  [15, [7.5, 7, 6.2, 5.6, 4.6, 2.4, 1, 4.2]],
  [16, [11, 10.5, 9.6, 9, 7, 4.4, 1.3, 7.4]],
  [17, [18, 17, 16, 15, 11, 8, 1.8, 13]],
  [19, [48, 46, 44, 42, 30, 22, 3, 40]],
]);
const GREEN = [
  "park", "national_park", "nature_reserve", "recreation_ground", "garden", "dog_park", "village_green", "golf_course", "cemetery", "grass",
  "grassland", "meadow", "pitch", "playground", "allotments", "zoo", "orchard", "vineyard", "farmland",
];
const WOODS = ["wood", "forest", "scrub", "wetland"];
const SANDS = ["beach", "sand"];
const BUILT = [
  "hospital", "school", "university", "college", "kindergarten", "industrial", "commercial", "military", "railway", "aerodrome", "airport", "pedestrian",
];

const get = (/** @type {string} */ name) => ["get", name];
const isOne = (/** @type {any} */ value, /** @type {string[]} */ of) => ["in", value, ["literal", of]];
const AREA = isOne(["geometry-type"], ["Polygon", "MultiPolygon"]);
const LINK = ["to-boolean", get("is_link")];
const BRIDGE = ["to-boolean", get("is_bridge")];
const TUNNEL = ["to-boolean", get("is_tunnel")];
const STREET = isOne(get("kind"), ["highway", "major_road", "minor_road"]);
const RAIL = ["all", ["==", get("kind"), "rail"], ["==", get("kind_detail"), "rail"]];
const DRAWN = ["any", STREET, RAIL, isOne(get("kind_detail"), ["living_street", "busway"])];

/**
 * A zoom on a screen of 1080 lines becomes the zoom at which this screen shows the same: twice as many pixels, one zoom more.
 * @param {number} size @returns {Shift}
 */
export const shiftFor = (size) => (zoom) => zoom + Math.log2(size);

/** @param {Shift} at @param {[number, any][]} stops @returns {any[]} */
const grow = (at, stops) => ["interpolate", ["exponential", 1.5], ["zoom"], ...stops.flatMap(([zoom, value]) => [at(zoom), value])];

/** One of eight values, by the class of a street. @param {(number | string)[]} values in the order of CLASSES @returns {any[]} */
const byClass = ([highway, arterial, secondary, collector, link, alley, rail, local]) => [
  "case", LINK, link,
  ["match", get("kind_detail"),
    "motorway", highway, ["trunk", "primary"], arterial, "secondary", secondary, "tertiary", collector, ["service", "alley"], alley, "rail", rail,
    local],
];

/** Street widths, with `border` design pixels more on either side. @param {Look} look @param {[number, number][]} [border] by zoom */
function widths({ size }, border = [[9, 0], [19, 0]]) {
  const wider = (/** @type {number} */ zoom) => {
    const next = border.findIndex(([from]) => from >= zoom);
    const [[z0, b0], [z1, b1]] = next > 0 ? [border[next - 1], border[next]] : [border[0], border[0]];
    return z1 > z0 ? b0 + ((b1 - b0) * (zoom - z0)) / (z1 - z0) : b0;
  };
  return grow(shiftFor(size), WIDTHS.map(([zoom, values]) => [zoom, byClass(values.map((each) => (each + 2 * wider(zoom)) * size))]));
}

/** The ground and the streets. @param {Look} look @returns {any[]} layers, the lowest first */
export function groundLayers(look) {
  const { size, colour } = look, at = shiftFor(size);
  const fill = (/** @type {string} */ id, /** @type {any} */ paint, /** @type {any} */ more = {}) => ({
    id, type: "fill", source: SOURCE, "source-layer": id, filter: AREA, paint: { "fill-antialias": false, ...paint }, ...more,
  });
  const streets = (/** @type {string} */ id, /** @type {any} */ filter, /** @type {any} */ paint, minzoom = 0, cap = "round") => ({
    id, type: "line", source: SOURCE, "source-layer": "roads", filter, minzoom,
    layout: { "line-cap": cap, "line-join": "round", "line-sort-key": byClass([8, 7, 6, 5, 4, 2, 1, 3]) }, paint,
  });
  const one = colour("street-major");
  const paints = byClass([colour("street-motorway"), one, one, colour("street-collector"), one, colour("street-minor"), colour("street-minor"), colour("street-minor")]);
  const fills = ["case", TUNNEL, colour("street-tunnel"), paints];
  const casing = { "line-color": colour("street-casing"), "line-width": widths(look, [[13, 0.5], [15, 1], [19, 2.4]]) };
  const onBridge = ["all", DRAWN, BRIDGE];
  return [
    fill("earth", { "fill-color": colour("land") }),
    fill("landuse", {
      "fill-color": ["match", get("kind"), GREEN, colour("park"), WOODS, colour("wood"), SANDS, colour("sand"), "pier", colour("land"), colour("built")],
    }, { filter: ["all", AREA, isOne(get("kind"), [...GREEN, ...WOODS, ...SANDS, ...BUILT, "pier"])] }),
    fill("water", { "fill-color": colour("water") }, { filter: ["all", AREA, ["!", isOne(get("kind"), ["reef", "swimming_pool", "fountain"])]] }),
    fill("buildings", { "fill-antialias": true, "fill-color": colour("building"), "fill-outline-color": colour("building-edge"),
      "fill-opacity": ["interpolate", ["linear"], ["zoom"], at(13.4), 0, at(14.4), 1] }, { minzoom: at(13.4) }),
    { id: "paths", type: "line", source: SOURCE, "source-layer": "roads", minzoom: at(14.5),
      filter: ["all", ["==", get("kind"), "path"], ["!", isOne(get("kind_detail"), ["sidewalk", "crossing", "corridor", "pier"])]],
      paint: { "line-color": colour("street-path"), "line-dasharray": [3, 2], "line-width": grow(at, [[14, 0.8 * size], [17, 2.2 * size]]) } },
    streets("street-casings", ["all", STREET, ["!", BRIDGE], ["!", TUNNEL]], casing, at(13)),
    streets("streets", ["all", DRAWN, ["!", BRIDGE]], { "line-color": fills, "line-width": widths(look) }),
    streets("bridge-casings", onBridge, { ...casing, "line-width": widths(look, [[11, 0.8], [15, 2], [19, 4]]) }, at(11), "butt"),
    streets("bridges", onBridge, { "line-color": paints, "line-width": widths(look) }),
  ];
}

/** What is written and marked on the map. @param {Look} look @returns {any[]} layers, the lowest first; the uppermost gets its place first */
export function nameLayers({ size, colour }) {
  const at = shiftFor(size);
  const halo = (/** @type {string} */ text, width = 1.6) => ({ "text-color": colour(text), "text-halo-color": colour("halo"), "text-halo-width": width * size });
  const symbols = (/** @type {string} */ id, /** @type {string} */ layer, /** @type {any} */ more) => ({ id, type: "symbol", source: SOURCE, "source-layer": layer, ...more });
  const onMap = ["in", get("kind_detail"), ["literal", ["motorway", "trunk", "primary", "secondary"]]];
  const reached = [">=", ["zoom"], ["coalesce", get("min_zoom"), 0]];
  return [
    symbols("one-way", "roads", {
      minzoom: Math.min(16, at(16)), filter: ["all", STREET, ["in", get("oneway"), ["literal", ["yes", true, 1]]]],
      layout: { "symbol-placement": "line", "symbol-spacing": 150 * size, "icon-image": "rtcc-one-way", "icon-padding": 12 * size },
    }),
    symbols("places-of-note", "pois", {
      minzoom: at(14), filter: isOne(get("kind"), ["hospital", "police", "fire_station", "school", "college", "university"]),
      layout: {
        "symbol-sort-key": ["match", get("kind"), "hospital", 0, "police", 1, "fire_station", 2, 3],
        "icon-image": ["match", get("kind"), "hospital", "rtcc-hospital", "police", "rtcc-police", "fire_station", "rtcc-fire", "rtcc-school"],
        "icon-padding": 4 * size,
        "text-field": ["step", ["zoom"], "", Math.min(15, at(15)), ["coalesce", get("name"), ""]], "text-font": FONT, "text-size": 15 * size, "text-max-width": 8,
        "text-variable-anchor": ["left", "right", "top", "bottom"], "text-radial-offset": 0.8, "text-justify": "auto", "text-optional": true,
      },
      paint: halo("poi-name"),
    }),
    symbols("park-names", "pois", {
      minzoom: at(12.5), filter: ["all", isOne(get("kind"), ["park", "cemetery", "golf_course", "beach", "nature_reserve", "zoo"]), reached],
      layout: { "text-field": get("name"), "text-font": FONT, "text-size": 15 * size, "text-max-width": 7, "text-padding": 6 * size },
      paint: halo("park-name"),
    }),
    symbols("street-names", "roads", {
      minzoom: Math.min(11.5, at(11.5)),
      filter: ["all", ["any", ["has", "name"], ["has", "ref"]], ["!", LINK],
        ["step", ["zoom"], onMap, 12, ["any", onMap, ["==", get("kind_detail"), "tertiary"]], Math.min(NAMES_FROM, at(NAMES_FROM)), STREET]],
      layout: {
        "symbol-placement": "line", "symbol-sort-key": byClass([0, 1, 2, 3, 6, 5, 7, 4]), "symbol-spacing": 330 * size,
        "text-field": ["coalesce", get("name"), get("ref")], "text-font": FONT,
        "text-size": grow(at, [[13, 15 * size], [15, byClass([17, 17, 17, 16, 15, 15, 15, 15].map((each) => each * size))],
          [17, byClass([20, 20, 20, 19, 16, 16, 16, 18].map((each) => each * size))]]),
        "text-padding": 8 * size, "text-max-angle": 32, "text-letter-spacing": 0.02,
      },
      paint: halo("street-name"),
    }),
    symbols("neighbourhood-names", "places", {
      minzoom: at(12), maxzoom: at(16.5), filter: ["all", isOne(get("kind"), ["neighbourhood", "macrohood"]), reached],
      layout: {
        "text-field": ["upcase", get("name")], "text-font": FONT, "text-size": 15 * size, "text-letter-spacing": 0.12, "text-max-width": 8,
        "text-line-height": 1.15, "text-padding": 10 * size,
      },
      paint: halo("hood-name"),
    }),
    symbols("town-names", "places", {
      maxzoom: at(12), filter: ["all", ["==", get("kind"), "locality"], isOne(["coalesce", get("kind_detail"), "city"], ["city", "town"])],
      layout: { "text-field": get("name"), "text-font": FONT, "text-size": 17 * size, "text-padding": 16 * size },
      paint: halo("hood-name"),
    }),
  ];
}
