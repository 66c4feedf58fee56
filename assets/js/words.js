/** The words and limits that the screen uses for what the wire calls by its codes. One place, so that map, queue and strip agree. */

/** How long an incident of each priority may wait for the first unit on scene, in seconds, unless the city's pack says otherwise. */
export const TARGET_S = { 1: 300, 2: 900, 3: 3600, 4: 7200, 5: 14400 };

/** Takes over the agency's own targets. @param {Record<string, {response_s: number}> | undefined} targets by priority */
export function setTargets(targets) {
  for (const [priority, { response_s }] of Object.entries(targets ?? {})) TARGET_S[/** @type {1} */ (Number(priority))] = response_s;
}

export const PRIORITIES = /** @type {const} */ ([1, 2, 3, 4, 5]);

/** Unit statuses in the order in which the strip shows them; those that share a mark share a tally. */
export const UNIT_TALLIES = /** @type {const} */ ([
  { mark: "available", statuses: ["available"], code: "A", name: "available" },
  { mark: "moving", statuses: ["dispatched", "enroute"], code: "E", name: "en route" },
  { mark: "on-scene", statuses: ["on_scene"], code: "S", name: "on scene" },
  { mark: "busy", statuses: ["busy"], code: "B", name: "busy" },
  { mark: "out", statuses: ["out_of_service"], code: "O", name: "out of service", short: "out" },
  { mark: "emergency", statuses: [], code: "!", name: "emergency" },
]);

/** Statuses of a unit that works on something, and of one that is on duty. */
export const AT_WORK = new Set(["dispatched", "enroute", "on_scene", "busy"]);
export const ON_DUTY = new Set(["available", ...AT_WORK]);
/** A unit's fix older than this says nothing of where it is now. */
export const STALE_AFTER_S = 90;

/** The tally of a unit's status; none for one that is off duty or not known. @param {string | undefined} status */
export const tallyOf = (status) => UNIT_TALLIES.find(({ statuses }) => /** @type {readonly (string | undefined)[]} */ (statuses).includes(status));

/** Whether an alarm or a note is about something. @param {any} said @param {string} kind @param {string} id @returns {boolean} */
export const isAbout = ({ about }, kind, id) => Boolean(about?.some((/** @type {any} */ one) => one.kind === kind && one.id === id));

/** What a sensor reported, as one letter in its mark and a word beside it. */
export const DETECTIONS = /** @type {Record<string, [string, string]>} */ ({
  gunshot: ["G", "Gunshot"], plate: ["L", "Plate hit"], panic_button: ["B", "Panic button"], person: ["P", "Person"],
});

/** What an alarm's severity may be, the worst first. */
export const SEVERITIES = ["critical", "high", "medium", "low"];

const NEW_S = 120;
const WAITING = new Set(["pending", "dispatched", "enroute"]);
const OPEN = new Set(["pending", "dispatched", "enroute", "on_scene"]);

/** Nobody has arrived yet. @param {any} incident */
export const waits = (incident) => WAITING.has(incident.status ?? "pending");

/** Still somebody's business. @param {any} incident */
export const isOpen = (incident) => OPEN.has(incident.status ?? "pending");

/** Nobody has been sent yet. @param {any} incident */
export const isPending = (incident) => (incident.status ?? "pending") === "pending";

/** The priority as a whole number from 1 to 5; the unknown is neither urgent nor hidden. @param {any} incident */
export const priorityOf = (incident) => {
  const priority = Math.round(Number(incident.priority));
  return priority >= 1 && priority <= 5 ? priority : 4;
};

/** When the wait began, in Unix ms, or NaN. @param {any} incident */
export const beganAt = (incident) => Date.parse(incident.entered_at ?? incident.received_at ?? "");

/** A priority 1 is new for this long while nobody has arrived. @param {any} incident @param {number} now Unix ms of the server */
export const isNew = (incident, now) => priorityOf(incident) === 1 && waits(incident) && now - beganAt(incident) < NEW_S * 1000;

/** Waits longer than its priority may. @param {any} incident @param {number} now Unix ms of the server */
export const isOver = (incident, now) => waits(incident) && now - beganAt(incident) > targetOf(incident) * 1000;

/** How long it may wait, in seconds. @param {any} incident */
export const targetOf = (incident) => TARGET_S[/** @type {1} */ (priorityOf(incident))];

/** "TRAFFIC STOP" shouts; "Traffic stop" can be read. Mixed case is left as the agency wrote it. @param {string} text */
export const calmly = (text) =>
  text === text.toUpperCase() ? text.charAt(0) + text.slice(1).toLowerCase() : text;

/** Still somebody's to answer; a shelved alarm is put aside, not answered. @param {any} alarm */
export const isAlarmOpen = (alarm) => ["active", "acknowledged"].includes(alarm.state ?? "active");

/** Somebody has taken it on. @param {any} alarm */
export const isAcknowledged = (alarm) => alarm.state === "acknowledged";

/** The severity of an alarm; the unknown is never grouped away. @param {any} alarm @returns {string} */
export const severityOf = (alarm) => (SEVERITIES.includes(alarm.severity) ? alarm.severity : "high");

/**
 * Where an alarm is, in the words that the picture has for the things it is about: an address, a callsign, a camera. The first of each
 * kind, at most two, the main one first; "" when nothing is known.
 * @param {any} alarm @param {(kind: string) => Map<string, any>} all the entities of a kind
 */
export function placeOf(alarm, all) {
  /** @type {Map<string, string>} */
  const words = new Map();
  for (const { kind, id } of alarm.about ?? []) {
    const word = words.has(kind) ? "" : nameOf(kind, id, all);
    if (word) words.set(kind, word);
  }
  return [...new Set(words.values())].slice(0, 2).join(" · ");
}

/** @param {string} kind @param {string} id @param {(kind: string) => Map<string, any>} all @returns {string} */
function nameOf(kind, id, all) {
  const thing = all(kind).get(id);
  if (!thing) return "";
  if (kind === "detection") return thing.camera_id ? nameOf("camera", thing.camera_id, all) : "";
  if (kind === "call") return thing.incident_id ? nameOf("incident", thing.incident_id, all) : "";
  return String({ incident: thing.address ?? thing.district, unit: thing.callsign, camera: thing.name }[kind] ?? "");
}
