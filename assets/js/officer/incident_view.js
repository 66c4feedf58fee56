/** My incident, large: what, where, how far, who else; and in each field what became another since it was seen. */

import { bearingDeg, distanceM, far, isPlaced, wind } from "../bearings.js";
import { plural } from "../format.js";
import { prioritySvg, severitySvg, unitSvg } from "../glyphs.js";
import { write } from "../queue.js";
import { beganAt, calmly, isAbout, isAcknowledged, isPending, placeOf, priorityOf, severityOf, tallyOf } from "../words.js";
import { alarmsOf, others, pendingIn } from "./mine.js";
import { Section, direction, make, mark, ticking } from "../section.js";
import { hidesWords, withheldLater } from "../hides.js";
import { Seen } from "./seen.js";

const STATUS = /** @type {Record<string, string>} */ ({
  pending: "Nobody sent yet", dispatched: "Dispatched", enroute: "En route", on_scene: "On scene", cleared: "Cleared", closed: "Closed",
  cancelled: "Cancelled",
});
const STATUS_SINCE = /** @type {Record<string, string>} */ ({
  pending: "entered_at", dispatched: "dispatched_at", enroute: "enroute_at", on_scene: "on_scene_at", cleared: "cleared_at",
});
const FIELD = /** @type {Record<string, string>} */ ({
  priority: "Priority", type: "Type", address: "Address", status: "Status", units: "Units", narrative: "Narrative", beat: "Beat",
});

/** @param {any} unit @returns {{mark: string, name: string}} */
export function statusOf(unit) {
  if (unit.emergency) return { mark: "emergency", name: "emergency" };
  const tally = tallyOf(unit.status);
  return { mark: tally?.mark ?? "out", name: unit.status === "dispatched" ? "dispatched" : tally?.name ?? String(unit.status ?? "not known") };
}

export class IncidentView {
  /** @param {(id: string) => HTMLElement} part @param {import("./mine.js").Mine} mine @param {{time: (ms: number) => string}} clock @param {() => void} chooseUnit */
  constructor(part, mine, clock, chooseUnit) {
    this.mine = mine;
    this.kinds = ["incident", "unit", "alarm", "note"];
    this.glass = mine.glass;
    this.clock = clock;
    this.chooseUnit = chooseUnit;
    this.seen = new Seen(localStorage);
    const section = (/** @type {string} */ name) => new Section(part(`officer-${name}`));
    this.none = section("none");
    this.changes = section("changes");
    this.alarms = section("alarms");
    this.head = section("head");
    this.narrative = section("narrative");
    this.others = section("others");
    this.waiting = section("waiting");
    this.notes = section("notes");
    this.writing = part("officer-write");
    this.badge = part("officer-badge");
    this.marked = part("officer-marked");
  }

  /** @param {import("../glass.js").Change} change */
  take({ kind, id, fields, occurred_at }) {
    if (kind === "incident" && fields) this.seen.heard(id, fields, Date.parse(occurred_at));
  }

  show() {
    const { mine, glass } = this, { unit, incidentId: id } = mine;
    const incident = id === null ? undefined : glass.incidents.get(id);
    const waiting = unit ? pendingIn(glass.incidents, unit.beat) : [];
    this.none.show({ chosen: mine.asked !== "", known: Boolean(unit), on: Boolean(incident), hidden: unit?.incident_id && !incident, status: unit && statusOf(unit).name, since: unit?.status_since }, (told) => this.#none(told));
    this.#showChanges(id, incident);
    this.alarms.show(alarmsOf(glass.alarms, mine.id, id).map((alarm) => this.#alarm(alarm)), (all) => all.map(alarmRow));
    this.head.show(incident ? this.#place(incident, unit) : null, (told) => (told ? headOf(told) : []));
    this.narrative.show({ id, text: incident?.narrative ?? "", hidden: hidesWords(incident) }, narrativeOf);
    this.others.show(incident ? others(incident, unit.callsign, glass.units).map((one) => unitTold(one, incident)) : null, (all) =>
      all ? [make("h2", "", "Who else goes"), ...(all.length ? all.map(unitRow) : [make("p", "officer-quiet", "Nobody but you.")])] : []);
    this.waiting.show(incident || !unit ? null : { beat: unit.beat ?? "", rows: waiting.map(([, one]) => waitingTold(one, unit)) }, (told) => (told ? beatOf(told) : []));
    this.notes.show(id === null ? [] : this.#notes(id), (all) => (all.length ? [make("h2", "", "Notes"), ...all.map(noteRow)] : []));
    this.writing.hidden = !incident;
  }

  /** @param {any} told */
  #none({ chosen, known, on, hidden, status, since }) {
    if (on) return [];
    if (known) {
      const head = hidden ? "Your incident is not in this picture" : "No incident";
      return [make("b", "", head), make("p", "", `You are ${status}`, since ? " for " : "", since ? ticking(Date.parse(since)) : null)];
    }
    const button = make("button", "officer-button", "Choose your unit");
    button.addEventListener("click", this.chooseUnit);
    const why = chosen ? `${this.mine.asked} is not in the picture: off duty, or not heard of yet.` : "Then your incident and what is around you stand here.";
    return [make("b", "", chosen ? "Your unit is not on the air" : "Which unit are you?"), make("p", "", why), button];
  }

  /** @param {string | null} id @param {any} incident */
  #showChanges(id, incident) {
    const changes = id !== null && incident ? this.seen.changed(id, incident) : [];
    this.marked.hidden = !changes.length;
    write(this.badge, changes.length ? String(changes.length) : "");
    write(this.marked, changes.length ? `${changes.length} ${plural(changes.length, "change")} since you looked` : "");
    this.changes.show(changes, (all) => all.map(({ field, from, to, at }) => {
      const when = Number.isFinite(at) ? this.clock.time(at).slice(0, 5) : "while away";
      const text = field === "narrative" ? [" has more text"] : [" ", make("s", "", worded(field, from)), " → ", make("b", "", worded(field, to))];
      const button = make("button", "officer-changed", make("span", "", FIELD[field], ...text), make("span", "officer-quiet", `${when} · tap when seen`));
      button.addEventListener("click", () => {
        this.seen.see(field, incident);
        this.glass.refresh(this);
      });
      return button;
    }));
  }

  /** @param {any} incident @param {any} unit */
  #place(incident, unit) {
    const { priority_label, address, district, beat, status } = incident;
    const here = isPlaced(unit) && isPlaced(incident);
    return {
      priority: priorityOf(incident), pending: isPending(incident), label: priority_label ?? "", began: beganAt(incident),
      type: calmly(String(incident.type ?? incident.type_code ?? "Incident")), address: address ?? "",
      area: [beat && `Beat ${beat}`, district].filter(Boolean).join(" · "), status: STATUS[status ?? "pending"] ?? String(status),
      since: Date.parse(incident[STATUS_SINCE[status ?? "pending"]] ?? ""), lat: incident.lat, lon: incident.lon,
      far: here ? far(distanceM(unit, incident)) : "", bearing: here ? Math.round(bearingDeg(unit, incident) / 5) * 5 : 0,
      heading: unit.speed_mps > 2 && Number.isFinite(unit.heading_deg) ? wind(unit.heading_deg) : "",
    };
  }

  /** @param {any} alarm */
  #alarm(alarm) {
    const place = placeOf(alarm, (kind) => this.glass.replica.kind(kind));
    return { severity: severityOf(alarm), taken: isAcknowledged(alarm), title: alarm.title ?? "Alarm", place, at: Date.parse(alarm.raised_at ?? "") };
  }

  /** @param {string} id */
  #notes(id) {
    const about = [...this.glass.notes.values()].filter((note) => note.text && isAbout(note, "incident", id));
    return about.map(({ text, written_by, written_at }) => ({ text, by: written_by ?? "", at: Date.parse(written_at ?? "") })).sort((a, b) => b.at - a.at);
  }
}

/** @param {{id: string | null, text: unknown, hidden: boolean}} told */
function narrativeOf({ id, text, hidden }) {
  if (!text && !hidden) return [];
  return [make("h2", "", "Narrative"), make("p", "officer-text", hidden ? withheldLater("incident", String(id), "Narrative", (fields) => fields.narrative ?? "") : String(text))];
}

/** @param {string} field @param {string} value */
const worded = (field, value) => (field === "status" ? STATUS[value] ?? value : value) || "none";

/** @param {any} told */
function headOf(told) {
  const navigate = document.createElement("a");
  navigate.className = "officer-button officer-navigate";
  navigate.textContent = "Navigate";
  if (Number.isFinite(told.lat)) navigate.href = `geo:${told.lat},${told.lon}?q=${told.lat},${told.lon}(${encodeURIComponent(told.address || told.type)})`;
  const type = make("div", "officer-type", mark(prioritySvg(told.priority, told.pending), "officer-priority"), make("h1", "", told.type), ticking(told.began, "officer-age"));
  const way = told.far ? direction(told.bearing, told.far, wind(told.bearing)) : make("span", "officer-quiet", "Distance not known");
  return [
    type,
    make("p", "officer-address", told.address || "Address not known"),
    make("p", "officer-quiet", [told.area, told.status].filter(Boolean).join(" · ") + " ", ticking(told.since)),
    make("div", "officer-way", way, make("span", "officer-quiet", told.heading ? `you head ${told.heading}` : "")),
    navigate.href ? navigate : null,
  ];
}

/** @param {any} unit @param {any} incident */
function unitTold(unit, incident) {
  const m = isPlaced(unit) && isPlaced(incident) ? distanceM(unit, incident) : NaN;
  return { callsign: String(unit.callsign), ...statusOf(unit), far: Number.isFinite(m) ? far(m) : "" };
}

/** @param {ReturnType<typeof unitTold>} told */
const unitRow = ({ callsign, mark: shape, name, far: distance }) =>
  make("div", "officer-row", mark(unitSvg(shape)), make("b", "", callsign), make("span", "officer-quiet", name), make("span", "officer-far", distance));

/** @param {{severity: string, taken: boolean, title: string, place: string, at: number}} told */
const alarmRow = ({ severity, taken, title, place, at }) =>
  make("div", "officer-row officer-alarm", mark(severitySvg(severity, !taken)), make("span", "officer-two", make("b", "", title), make("span", "officer-quiet", place)), ticking(at, "officer-far"));

/** @param {any} incident @param {any} unit */
export function waitingTold(incident, unit) {
  const here = isPlaced(incident) && isPlaced(unit);
  return {
    priority: priorityOf(incident), pending: isPending(incident), type: calmly(String(incident.type ?? incident.type_code ?? "Incident")),
    address: incident.address ?? "", far: here ? `${far(distanceM(unit, incident))} ${wind(bearingDeg(unit, incident))}` : "", began: beganAt(incident),
  };
}

/** @param {{beat: string, rows: ReturnType<typeof waitingTold>[]}} told */
export const beatOf = ({ beat, rows }) => [
  make("h2", "", beat ? `Waiting in beat ${beat}` : "Your beat is not known"),
  ...(rows.length ? rows.map(waitingRow) : [make("p", "officer-quiet", beat ? "Nothing waits for a unit there." : "What waits in it stands here once your unit says where it is.")]),
];

/** @param {ReturnType<typeof waitingTold>} told */
const waitingRow = (told) =>
  make("div", "officer-row", mark(prioritySvg(told.priority, told.pending)),
    make("span", "officer-two", make("b", "", told.type), make("span", "officer-quiet", [told.address, told.far].filter(Boolean).join(" · "))),
    ticking(told.began, "officer-far"));

/** @param {{text: string, by: string, at: number}} told */
const noteRow = ({ text, by, at }) => make("div", "officer-note", make("p", "officer-text", text), make("span", "officer-quiet", `${by} · `, ticking(at)));
