/** What is known of the thing that is chosen, as words and texts in the order in which somebody asks for them. Pure. */

import { age } from "../format.js";
import { gradesOf, titleOf } from "../notices.js";
import { hidesPlate, hidesWords } from "../hides.js";
import { DETECTIONS, calmly, placeOf } from "../words.js";
import { CALL_STATES, callRows } from "./call_rows.js";
import { INCIDENT_STATES, rowOf } from "./incident_rows.js";
import { UNIT_STATES } from "./unit_rows.js";

/**
 * @typedef {{kind: "plate" | "incident", id: string, field: string}} Hidden what is shown only for a reason
 * @typedef {{title: string, state: string, since: number, facts: [string, string | Hidden][]}} Told since in Unix ms, NaN where nobody knows
 * @typedef {(ms: number) => string} Time by the city's clock
 */

/**
 * @param {{kind: string, id: string}} thing @param {any} entity @param {(kind: string) => Map<string, any>} picture @param {Time} time
 * @returns {Told}
 */
export function toldOf({ kind, id }, entity, picture, time) {
  const told = kind in TELLS ? TELLS[kind](id, entity, picture, time) : { title: String(entity.name ?? id), state: kind, since: NaN, facts: [] };
  return { ...told, facts: told.facts.filter(([, text]) => text !== "") };
}

/** @type {Record<string, (id: string, entity: any, picture: (kind: string) => Map<string, any>, time: Time) => Told>} */
const TELLS = {
  incident(id, incident, _picture, time) {
    const row = rowOf(id, incident), state = INCIDENT_STATES[row.state]?.word ?? calmly(text(incident.status).toUpperCase());
    return {
      title: row.type, state, since: row.since,
      facts: [
        ["Address", row.place], ["Beat", [incident.beat, incident.district].filter(Boolean).join(" · ")],
        ["Priority", incident.priority_label ? `${row.priority} (${incident.priority_label})` : String(row.priority)],
        ["Units", row.units.join(" ")], ["Entered", at(incident.entered_at ?? incident.received_at, time)],
        ["Dispatched", at(incident.dispatched_at, time)], ["En route", at(incident.enroute_at, time)], ["On scene", at(incident.on_scene_at, time)],
        ["Narrative", hidesWords(incident) ? { kind: "incident", id, field: "narrative" } : text(incident.narrative)],
        ["Caller", hidesWords(incident) ? { kind: "incident", id, field: "caller_name" } : text(incident.caller_name)],
        ["Disposition", text(incident.disposition)], ["Number", id],
      ],
    };
  },
  unit(id, unit, picture, time) {
    const incident = picture("incident").get(unit.incident_id);
    return {
      title: String(unit.callsign ?? id), state: unit.emergency ? "Emergency" : UNIT_STATES[unit.status]?.word ?? "Off duty", since: Date.parse(unit.status_since ?? ""),
      facts: [
        ["On", incident ? [calmly(text(incident.type)), incident.address].filter(Boolean).join(", ") : text(unit.incident_id)],
        ["Beat", [unit.beat, unit.district].filter(Boolean).join(" · ")], ["Type", text(unit.unit_type)], ["Crew", (unit.crew ?? []).join(", ")],
        ["Last fix", at(unit.fix_at, time)], ["Speed", unit.speed_mps > 0 ? `${Math.round(unit.speed_mps * 3.6)} km/h` : ""], ["Covert", unit.covert ? "yes: not on the wall" : ""],
      ],
    };
  },
  call(id, call, picture, time) {
    const [row] = callRows(new Map([[id, call]]), picture("incident"));
    return {
      title: row?.line || "Call", state: CALL_STATES[call.state]?.word ?? calmly(text(call.state).toUpperCase()), since: Date.parse(call.started_at ?? ""),
      facts: [
        ["Call back", text(call.caller_number)], ["Location", row?.place ?? ""], ["Language", text(call.language)],
        ["Taken by", text(call.call_taker)], ["Rang", at(call.started_at, time)], ["Incident", text(call.incident_id)], ["Transcript", text(call.transcript)],
      ],
    };
  },
  detection(id, detection, picture, time) {
    return {
      title: DETECTIONS[detection.detection_type]?.[1] ?? "Detection", state: calmly(text(detection.review ?? "unreviewed").toUpperCase()), since: NaN,
      facts: [
        ["Seen by", placeOf({ about: [{ kind: "detection", id }] }, picture)], ["Confidence", detection.confidence >= 0 ? `${Math.round(detection.confidence * 100)} %` : ""],
        ["Rounds", text(detection.rounds)], ["Plate", hidesPlate(detection) ? { kind: "plate", id, field: "plate" } : text(detection.plate)], ["Why", text(detection.hotlist_reason)], ["Reviewed by", text(detection.reviewed_by)],
        ["Reviewed", at(detection.reviewed_at, time)],
      ],
    };
  },
  notice(_id, notice, _picture, time) {
    return {
      title: titleOf(notice), state: gradesOf(notice) || "Public warning", since: NaN,
      facts: [
        ["Headline", text(notice.headline)], ["Begins", at(notice.onset_at ?? notice.effective_at, time)], ["Expires", at(notice.expires_at, time)], ["Area", text(notice.area)],
        ["What to do", text(notice.instruction)], ["What it is", text(notice.description)], ["From", text(notice.sender_name ?? notice.sender)], ["Sent", at(notice.sent_at, time)],
      ],
    };
  },
  camera(id, camera) {
    return { title: String(camera.name ?? id), state: `Camera${camera.state ? `, ${camera.state}` : ""}`, since: NaN, facts: [["Looks", camera.heading_deg >= 0 ? `${Math.round(camera.heading_deg)}°` : ""]] };
  },
};

const text = (/** @type {unknown} */ value) => (value === undefined || value === null ? "" : String(value));

/** @param {unknown} instant @param {Time} time */
function at(instant, time) {
  const ms = Date.parse(String(instant ?? ""));
  return Number.isFinite(ms) ? time(ms) : "";
}

/** "Pending for 4:10", ticking. @param {Told} told @param {number} now Unix ms of the server */
export const stateFor = ({ state, since }, now) => (Number.isFinite(since) ? `${state} for ${age((now - since) / 1000)}` : state);
