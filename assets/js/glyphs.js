/**
 * The marks of the picture, as paths in a box of 24 × 24: one drawing for the page (SVG) and for the map (canvas).
 *
 * Priority = shape + digit + colour. A mark is filled while nobody has been sent, because that is what must be seen from across the
 * room, and hollow once a unit is on it.
 */

import { token } from "./tokens.js";

const PRIORITY_SHAPES = /** @type {Record<number, string>} */ ({
  1: "M12 1.8 23 21.4H1Z",
  2: "M12 .9 23.1 12 12 23.1.9 12Z",
  3: "M12 2a10 10 0 1 0 0 20 10 10 0 1 0 0-20Z",
  4: "M3 3h18v18H3Z",
  5: "M5.5 5.5h13v13h-13Z",
});
const DIGIT_AT = /** @type {Record<number, [number, number]>} */ ({ 1: [16.2, 12], 2: [12.2, 11.5], 3: [12.2, 12.5], 4: [12.2, 12], 5: [12.2, 10] });

/** Severity of an alarm = shape + letter, in the colour of the priority that is as urgent; none of the shapes is a priority's. */
export const SEVERITY_MARKS = /** @type {Record<string, [string, string, number, number, number]>} */ ({
  critical: ["M7.5 1h9L23 7.5v9L16.5 23h-9L1 16.5v-9Z", "C", 12.3, 14, 1],
  high: ["M12 1 23 9.4V22.4H1V9.4Z", "H", 14.6, 12.5, 2],
  medium: ["M5.4 4h13.2L23.2 20.6H.8Z", "M", 12.9, 12, 3],
  low: ["M7 5.6h10a6.4 6.4 0 0 1 0 12.8H7A6.4 6.4 0 0 1 7 5.6Z", "L", 12.3, 11, 4],
});

/** The shapes of the WebGL unit layer once more, for the key in the strip. */
const UNIT_MARKS = /** @type {Record<string, string>} */ ({
  available: `<circle cx="12" cy="12" r="7" fill="none" stroke="COLOUR" stroke-width="3.4"/>`,
  moving: `<path d="M12 2 20 21 12 16.6 4 21Z" fill="COLOUR"/>`,
  "on-scene": `<circle cx="12" cy="12" r="8.6" fill="COLOUR"/>`,
  busy: `<circle cx="12" cy="12" r="7.4" fill="none" stroke="COLOUR" stroke-width="3"/><path d="M4.6 12a7.4 7.4 0 0 0 14.8 0Z" fill="COLOUR"/>`,
  out: `<circle cx="12" cy="12" r="7" fill="none" stroke="COLOUR" stroke-width="2.2"/><path d="M7 17 17 7" stroke="COLOUR" stroke-width="2.2"/>`,
  emergency: `<circle cx="12" cy="12" r="10.5" fill="COLOUR"/><path d="M12 6v7.5M12 16.2v2.2" stroke="#fff" stroke-width="2.6"/>`,
});

const FEED_MARKS = /** @type {Record<string, string>} */ ({
  live: `<circle cx="12" cy="12" r="9" fill="currentColor"/>`,
  late: `<path d="M12 1 23 12 12 23 1 12Z" fill="currentColor"/>`,
  stale: `<path d="M3 3h18v18H3Z" fill="none" stroke="currentColor" stroke-width="4"/>`,
  lost: `<path d="m4 4 16 16M20 4 4 20" stroke="currentColor" stroke-width="5"/>`,
  stopped: `<path d="M3 2h7v20H3ZM14 2h7v20h-7Z" fill="currentColor"/>`,
  never: `<circle cx="12" cy="12" r="9" fill="none" stroke="currentColor" stroke-width="4" stroke-dasharray="4.7 4.7"/>`,
});

const svg = (/** @type {string} */ inside) => `<svg viewBox="0 0 24 24" aria-hidden="true">${inside}</svg>`;

/** @param {number} priority @param {boolean} pending @returns {string} SVG that follows the theme */
export function prioritySvg(priority, pending) {
  const colour = `var(--p${priority})`;
  const [y, size] = DIGIT_AT[priority];
  return svg(
    `<path d="${PRIORITY_SHAPES[priority]}" fill="${pending ? colour : "var(--panel)"}" stroke="${colour}" stroke-width="1.8" stroke-linejoin="round"/>` +
    `<text x="12" y="${y}" dominant-baseline="central" text-anchor="middle" font-size="${size}" font-weight="800" fill="${pending ? "var(--on-fill)" : colour}">${priority}</text>`,
  );
}

/** @param {string} severity @param {boolean} waiting for somebody to acknowledge it @returns {string} */
export function severitySvg(severity, waiting) {
  const [shape, letter, y, size, urgency] = SEVERITY_MARKS[severity];
  const colour = `var(--p${urgency})`;
  return svg(
    `<path d="${shape}" fill="${waiting ? colour : "var(--panel)"}" stroke="${colour}" stroke-width="1.8" stroke-linejoin="round"/>` +
    `<text x="12" y="${y}" dominant-baseline="central" text-anchor="middle" font-size="${size}" font-weight="800" fill="${waiting ? "var(--on-fill)" : colour}">${letter}</text>`,
  );
}

/** @param {string} mark @returns {string} */
export const unitSvg = (mark) => svg(UNIT_MARKS[mark].replaceAll("COLOUR", `var(--unit-${mark})`));

/** @param {string} state @returns {string} */
export const feedSvg = (state) => svg(FEED_MARKS[state] ?? FEED_MARKS.lost);

/** A public warning: words that somebody calls out, in the colour of how grave it is. @param {string} severity @returns {string} */
export const noticeSvg = (severity) =>
  `<svg viewBox="0 0 24 24" aria-hidden="true" color="var(--notice-${severity})"><path d="M2 3h20v14.5H13.5L8 23v-5.5H2Z" fill="currentColor"/><path d="M12 5.6v5.6M12 13v2.4" stroke="var(--on-fill)" stroke-width="2.6"/></svg>`;

export const LOCK_SVG = svg(
  `<path d="M7 11V8a5 5 0 0 1 10 0v3" fill="none" stroke="currentColor" stroke-width="2.4"/><rect x="4" y="11" width="16" height="10.5" rx="2" fill="currentColor"/>`,
);

export const BELL_SVG = svg(
  `<path d="M12 2.4a6.6 6.6 0 0 0-6.6 6.6v4.8L3 17.6h18l-2.4-3.8V9A6.6 6.6 0 0 0 12 2.4Z" fill="currentColor"/><path d="M9.4 19.6a2.7 2.7 0 0 0 5.2 0Z" fill="currentColor"/>`,
);

export const SUN_SVG = svg(
  `<circle cx="12" cy="12" r="4.6" fill="currentColor"/><g stroke="currentColor" stroke-width="2.2" stroke-linecap="round"><path d="M12 1.8v2.4M12 19.8v2.4M1.8 12h2.4M19.8 12h2.4M4.8 4.8l1.7 1.7M17.5 17.5l1.7 1.7M4.8 19.2l1.7-1.7M17.5 6.5l1.7-1.7"/></g>`,
);

export const MOON_SVG = svg(`<path d="M20.5 14.6A8.8 8.8 0 0 1 9.4 3.5a8.8 8.8 0 1 0 11.1 11.1Z" fill="currentColor"/>`);

const SPEAKER = `<path d="M3 9h4l5.5-4.5v15L7 15H3Z" fill="currentColor"/>`;
const stroked = (/** @type {string} */ path) => `<path d="${path}" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round"/>`;

/** By the state of the sound. */
export const SOUND_SVG = /** @type {Record<string, string>} */ ({
  on: svg(SPEAKER + stroked("M15.5 9a4.4 4.4 0 0 1 0 6M18.3 6.2a8.2 8.2 0 0 1 0 11.6")),
  muted: svg(SPEAKER + stroked("m16 9.5 5 5m0-5-5 5")),
  blocked: svg(SPEAKER + stroked("M18 8.5v4.2M18 16.2v.2")),
});

/** Water that rises: too many alarms to answer. */
export const FLOOD_SVG = svg(
  `<g fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round"><path d="M2 8.5q3.3-5 6.7 0t6.6 0 6.7 0"/><path d="M2 17.5q3.3-5 6.7 0t6.6 0 6.7 0"/></g>`,
);

/**
 * Draws the mark of an incident.
 * @param {CanvasRenderingContext2D} pen at the top left of a square @param {number} side @param {number} priority
 * @param {boolean} pending @param {boolean} over past its target: a bar under the mark
 */
export function drawPriority(pen, side, priority, pending, over) {
  const colour = token(`p${priority}`);
  const unit = side / 30;
  pen.save();
  pen.scale(unit, unit);
  pen.translate(3, 1.5);
  const shape = new Path2D(PRIORITY_SHAPES[priority]);
  pen.lineJoin = "round";
  pen.strokeStyle = token("halo");
  pen.lineWidth = 4.6;
  pen.stroke(shape);
  pen.fillStyle = pending ? colour : token("halo");
  pen.fill(shape);
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  pen.stroke(shape);
  pen.fillStyle = pending ? token("on-fill") : colour;
  const [y, size] = DIGIT_AT[priority];
  pen.font = `800 ${size + 1}px ${token("font")}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(String(priority), 12, y + 0.6);
  if (over) {
    pen.fillStyle = token("halo");
    pen.fillRect(1, 24.2, 22, 4.2);
    pen.fillStyle = token("over");
    pen.fillRect(2, 25, 20, 2.6);
  }
  pen.restore();
}

/** Draws the mark of a detection: a hexagon, which no incident has, with a letter. @param {CanvasRenderingContext2D} pen @param {number} side @param {string} letter */
export function drawDetection(pen, side, letter) {
  const unit = side / 24;
  pen.save();
  pen.scale(unit, unit);
  const shape = new Path2D("M12 1.5 21 6.8V17.2L12 22.5 3 17.2V6.8Z");
  pen.lineJoin = "round";
  pen.strokeStyle = token("halo");
  pen.lineWidth = 4;
  pen.stroke(shape);
  pen.fillStyle = token("text");
  pen.fill(shape);
  pen.fillStyle = token("ground");
  pen.font = `800 13px ${token("font")}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(letter, 12, 12.7);
  pen.restore();
}
