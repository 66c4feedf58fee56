/** The beats in which nobody is free, hatched on the ground: a pattern, because a tint alone is lost on it, and to some eyes is none. */

import { designScale, token } from "../tokens.js";
import { KeptLayers } from "./kept_layers.js";

const HATCH = "uncovered-hatch";
/** Side of the pattern, in design px. */
const SIDE = 12;

export class Uncovered {
  /** @param {any} map MapLibre's @param {any} beats GeoJSON */
  constructor(map, beats) {
    this.beats = beats;
    this.shown = "";
    const size = designScale(), line = token("p2");
    this.kept = new KeptLayers(map, "uncovered", () => {
      if (!map.hasImage(HATCH)) map.addImage(HATCH, hatch(Math.round(SIDE * size), line));
      return [
        { id: "uncovered", type: "fill", paint: { "fill-pattern": HATCH, "fill-opacity": 0.55 } },
        { id: "uncovered-lines", type: "line", layout: { "line-join": "round" }, paint: { "line-color": line, "line-width": 1.5 * size, "line-opacity": 0.8 } },
      ];
    });
  }

  /** @param {Iterable<string>} names of the beats */
  show(names) {
    const empty = new Set(names), key = [...empty].sort().join("\n");
    if (key === this.shown) return;
    this.shown = key;
    const features = this.beats.features.filter((/** @type {any} */ { properties }) => empty.has(properties?.name));
    this.kept.show({ type: "FeatureCollection", features });
  }
}

/** Lines from corner to corner that go on in the next tile of the pattern. @param {number} side px @param {string} colour */
function hatch(side, colour) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.strokeStyle = colour;
  pen.lineWidth = side / 8;
  pen.beginPath();
  for (const shift of [-side, 0, side]) {
    pen.moveTo(shift - 1, side + 1);
    pen.lineTo(shift + side + 1, -1);
  }
  pen.stroke();
  return pen.getImageData(0, 0, side, side);
}
