/** What an incident's page paints from its story and from the live picture together. Pure. */

/** The intervals in the order in which they pass. */
export const INTERVALS = ["answer", "processing", "queue", "turnout", "travel", "response", "on-scene", "total"];

/** @typedef {{name: string, from: string, to: string | null, seconds: number | null, target_s: number | null}} Interval as the story tells it */
/** @typedef {{name: string, s: number | null, target: number | null, share: number, over: number, runs: boolean}} Cell */

/**
 * A cell for each interval, those that have not begun among them; one that goes on is as long as it is now.
 * @param {Interval[]} intervals @param {number} now Unix ms of the server @returns {Cell[]}
 */
export function cellsOf(intervals, now) {
  const told = new Map(intervals.map((one) => [one.name, one]));
  return INTERVALS.map((name) => {
    const one = told.get(name);
    if (!one) return { name, s: null, target: null, share: 0, over: 0, runs: false };
    const s = one.seconds ?? Math.max(0, (now - Date.parse(one.from)) / 1000), target = one.target_s;
    return { name, s, target, share: target ? Math.min(1, s / target) : 0, over: target ? Math.max(0, s - target) : 0, runs: one.to === null };
  });
}

/** Whether an entity says that it is about the incident. @param {any} thing @param {string} id */
export const isAbout = (thing, id) => (thing?.about ?? []).some((/** @type {any} */ one) => one.kind === "incident" && one.id === id);

/**
 * The notes about an incident, the oldest first: those on record, and those that have only just come with the stream.
 * @param {any[]} told @param {Map<string, any>} live all notes of the picture @param {string} id of the incident
 */
export function notesOf(told, live, id) {
  const notes = new Map(told.map((note) => [note.id, note]));
  for (const [key, note] of live) if (isAbout(note, id)) notes.set(key, { id: key, ...note });
  return [...notes.values()].sort((a, b) => Date.parse(a.written_at ?? "") - Date.parse(b.written_at ?? "") || (a.id < b.id ? -1 : 1));
}

/**
 * Whether a change adds something to the story: where a unit is comes every second and is told with the next step.
 * @param {import("./replica.js").Change} change @param {any} entity the whole entity after it, null when it left @param {string} id of the incident
 * @param {Set<string>} known the units, notes and alarms that the story has told of
 */
export function addsTo({ kind, id: of, fields }, entity, id, known) {
  if (kind === "incident") return of === id;
  if (kind === "unit") return (known.has(`unit ${of}`) || entity?.incident_id === id) && (fields === null || "status" in fields || "incident_id" in fields);
  return known.has(`${kind} ${of}`) || isAbout(entity, id);
}
