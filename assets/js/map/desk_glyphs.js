/** What only desks show on the map: cameras, the mark of an alarm, the ring around what is chosen; and the signs of the map's own buttons. */

import { SEVERITY_MARKS } from "../glyphs.js";
import { token } from "../tokens.js";

const CAMERA = "M3 8.2h10.4v7.6H3Z M14.6 10.8 20.6 7.4v9.2l-6-3.4Z";

/** @param {CanvasRenderingContext2D} pen @param {number} side @param {boolean} down it shows nothing: hollow, and struck through */
export function drawCamera(pen, side, down) {
  const unit = side / 24;
  pen.save();
  pen.scale(unit, unit);
  pen.lineJoin = "round";
  pen.fillStyle = token("halo");
  pen.beginPath();
  pen.roundRect(0.5, 2.5, 23, 19, 4);
  pen.fill();
  const shape = new Path2D(CAMERA);
  if (down) {
    pen.strokeStyle = token("quiet");
    pen.lineWidth = 1.6;
    pen.stroke(shape);
    pen.strokeStyle = token("over");
    pen.lineWidth = 2.6;
    pen.stroke(new Path2D("M4 4.5 20 19.5"));
  } else {
    pen.fillStyle = token("street-name");
    pen.fill(shape);
  }
  pen.restore();
}

/** The mark of an alarm beside what it is about. @param {CanvasRenderingContext2D} pen @param {number} side @param {string} severity @param {boolean} waiting */
export function drawAlarm(pen, side, severity, waiting) {
  const [path, letter, y, size, urgency] = SEVERITY_MARKS[severity], colour = token(`p${urgency}`);
  const unit = side / 28, shape = new Path2D(path);
  pen.save();
  pen.scale(unit, unit);
  pen.translate(2, 2);
  pen.lineJoin = "round";
  pen.strokeStyle = token("halo");
  pen.lineWidth = 4;
  pen.stroke(shape);
  pen.fillStyle = waiting ? colour : token("halo");
  pen.fill(shape);
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  pen.stroke(shape);
  pen.fillStyle = waiting ? token("on-fill") : colour;
  pen.font = `800 ${size + 2}px ${token("font")}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(letter, 12, y + 0.6);
  pen.restore();
}

/** The ring around what is chosen, with four ticks that no mark of ours has. @param {CanvasRenderingContext2D} pen @param {number} side @param {number} px device px per design px */
export function drawRing(pen, side, px) {
  const half = side / 2, radius = half - 5 * px;
  const ticks = new Path2D();
  ticks.arc(half, half, radius, 0, 2 * Math.PI);
  for (const [x, y] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
    ticks.moveTo(half + x * radius, half + y * radius);
    ticks.lineTo(half + x * (half - 1.5 * px), half + y * (half - 1.5 * px));
  }
  for (const [colour, width] of /** @type {[string, number][]} */ ([["halo", 5.5], ["text", 2.4]])) {
    pen.strokeStyle = token(colour);
    pen.lineWidth = width * px;
    pen.stroke(ticks);
  }
}

const icon = (/** @type {string} */ path) =>
  `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${path}" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/></svg>`;

export const TOOL_SVG = {
  closer: icon("M12 5v14M5 12h14"),
  farther: icon("M5 12h14"),
  home: icon("M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"),
  measure: icon("M3.5 15.5 15.5 3.5 20.5 8.5 8.5 20.5ZM7 12l2 2M10 9l2.5 2.5M13 6l2 2"),
  layers: icon("M12 3.5 21 8.5 12 13.5 3 8.5ZM3.5 12.8 12 17.5 20.5 12.8M3.5 16.8 12 21.5 20.5 16.8"),
};
