/** The figures of the bottom strip, from the picture, and from the hour's record where there is one. Pure. */

import { age, percentile } from "./format.js";
import { UNIT_TALLIES, beganAt, isPending, priorityOf } from "./words.js";

const HOUR_MS = 3_600_000;
const CALLS_WAITING = new Set(["ringing", "on_hold"]);
/** The response of these is what a room is judged by. */
const HIGH = 2;

/**
 * @typedef {{count: number, oldest: number}} Pending oldest in Unix ms, Infinity where unknown
 * @typedef {{count: number, median: number | null, p90: number | null, note: string}} Response in seconds
 * @typedef {{any: boolean, waiting: number, p90: number | null, note: string}} Calls
 */

/** What waits without a unit, by priority, 4 and 5 together. @param {Map<string, any>} incidents @returns {Pending[]} */
export function pendingFigures(incidents) {
  const pending = [1, 2, 3, 4].map(() => ({ count: 0, oldest: Infinity }));
  for (const incident of incidents.values()) {
    if (!isPending(incident)) continue;
    const cell = pending[Math.min(priorityOf(incident), 4) - 1];
    cell.count += 1;
    const began = beganAt(incident);
    if (began < cell.oldest) cell.oldest = began;
  }
  return pending;
}

/**
 * The response of the last hour: by the record, else by what the picture still has, which is said.
 * @param {import("./hour.js").Told | null} hour @param {Map<string, any>} incidents @param {number} now Unix ms of the server @returns {Response}
 */
export function responseFigures(hour, incidents, now) {
  if (hour) {
    const { high, all } = hour.hour.response;
    const least = hour.whole ? "" : "not all known · ";
    return { count: high.count, median: high.median_s, p90: high.p90_s, note: `${least}P1–2 · ${high.count} of ${all.count} arrivals` };
  }
  /** @type {number[]} */
  const responses = [];
  for (const incident of incidents.values()) {
    if (priorityOf(incident) > HIGH || incident.onview === true) continue;
    const arrived = Date.parse(incident.on_scene_at ?? ""), entered = Date.parse(incident.entered_at ?? "");
    if (arrived <= now && now - arrived <= HOUR_MS && arrived >= entered) responses.push((arrived - entered) / 1000);
  }
  return {
    count: responses.length, median: percentile(responses, 0.5), p90: percentile(responses, 0.9), note: `P1–2 · ${responses.length} still in view`,
  };
}

/**
 * Who waits on the line now, from the picture; how long answers took, by the record where there is one.
 * @param {import("./hour.js").Told | null} hour @param {Map<string, any>} calls @param {number} now Unix ms of the server @returns {Calls}
 */
export function callFigures(hour, calls, now) {
  let waiting = 0, oldest = Infinity;
  /** @type {number[]} */
  const answers = [];
  for (const call of calls.values()) {
    const started = Date.parse(call.started_at ?? "");
    if (CALLS_WAITING.has(call.state)) {
      waiting += 1;
      if (started < oldest) oldest = started;
    }
    const answered = Date.parse(call.answered_at ?? "");
    if (answered >= started && now - answered <= HOUR_MS) answers.push((answered - started) / 1000);
  }
  const told = hour?.hour.answer;
  const p90 = told ? told.p90_s : percentile(answers, 0.9);
  const within = told?.within_15_s == null ? "" : `${Math.round(100 * told.within_15_s)} % in 15 s`;
  const line = waiting ? `oldest ${Number.isFinite(oldest) ? age((now - oldest) / 1000) : "–"}` : "";
  const note = [line, within].filter(Boolean).join(" · ") || (p90 === null ? "none answered yet" : `${answers.length} still in view`);
  return { any: calls.size > 0 || Boolean(told?.count), waiting, p90, note };
}

/** Units on duty by the mark they have on the map. @param {Map<string, any>} units @returns {Record<string, number>} */
export function unitFigures(units) {
  /** @type {Record<string, string>} */
  const markOf = {};
  for (const tally of UNIT_TALLIES) for (const status of tally.statuses) markOf[status] = tally.mark;
  /** @type {Record<string, number>} */
  const counts = {};
  for (const unit of units.values()) {
    const mark = unit.emergency ? "emergency" : markOf[unit.status];
    if (mark) counts[mark] = (counts[mark] ?? 0) + 1;
  }
  return counts;
}
