/** The figures of the bottom strip, from the picture. Pure. */

import { percentile } from "./format.js";
import { isOver } from "./marks.js";
import { UNIT_TALLIES, beganAt, isPending, priorityOf } from "./words.js";

const HOUR_MS = 3_600_000;
const CALLS_WAITING = new Set(["ringing", "on_hold"]);

/**
 * @param {Map<string, any>} incidents @param {number} now Unix ms of the server
 */
export function incidentFigures(incidents, now) {
  const pending = [1, 2, 3, 4].map(() => ({ count: 0, oldest: Infinity }));
  let over = 0, overPending = 0;
  /** @type {number[]} */
  const responses = [];
  for (const incident of incidents.values()) {
    const arrived = Date.parse(incident.on_scene_at ?? "");
    const entered = Date.parse(incident.entered_at ?? "");
    if (arrived <= now && now - arrived <= HOUR_MS && arrived >= entered) responses.push((arrived - entered) / 1000);
    if (isOver(incident, now)) {
      over += 1;
      overPending += Number(isPending(incident));
    }
    if (!isPending(incident)) continue;
    const cell = pending[Math.min(priorityOf(incident), 4) - 1];
    cell.count += 1;
    const began = beganAt(incident);
    if (began < cell.oldest) cell.oldest = began;
  }
  return { pending, over, overPending, responses: responses.length, median: percentile(responses, 0.5), p90: percentile(responses, 0.9) };
}

/** @param {Map<string, any>} calls @param {number} now Unix ms of the server */
export function callFigures(calls, now) {
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
  return { waiting, oldest, any: calls.size > 0, p90: percentile(answers, 0.9) };
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
