/** The calls that somebody must take, take back or call back, in that order. Pure. */

/** A call is to be answered within these times (90 % within 15 s, 95 % within 20 s). */
export const ANSWER_S = /** @type {const} */ ({ soon: 15, latest: 20 });

/** What a call waits for, by its state. */
export const CALL_STATES = /** @type {Record<string, {rank: number, letter: string, word: string}>} */ ({
  ringing: { rank: 0, letter: "R", word: "Ringing" },
  on_hold: { rank: 1, letter: "H", word: "On hold" },
  abandoned: { rank: 2, letter: "A", word: "Call back" },
});

/**
 * @typedef {{id: string, kind: "call", call: any, state: string, began: number, line: string, place: string, says: string}} CallRow
 */

/**
 * @param {Map<string, any>} calls @param {Map<string, any>} incidents
 * @returns {CallRow[]} ringing first, then on hold, then those to call back; the longest waiting first
 */
export function callRows(calls, incidents) {
  /** @type {CallRow[]} */
  const rows = [];
  for (const [id, call] of calls) {
    if (!CALL_STATES[call.state]) continue;
    const began = Date.parse(call.started_at ?? ""), place = placeOfCall(call, incidents);
    const line = [call.queue, call.class_of_service].filter(Boolean).join(" · ");
    rows.push({ id, kind: "call", call, state: call.state, began, line, place, says: [call.state, began, line, place].join("\n") });
  }
  return rows.sort(
    (a, b) => CALL_STATES[a.state].rank - CALL_STATES[b.state].rank || (a.began || 0) - (b.began || 0) || (a.id < b.id ? -1 : 1),
  );
}

/** How late an answer is: "" within 15 s, "soon" up to 20 s, then "over"; only what rings can be late. @param {CallRow} row @param {number} now */
export function lateness(row, now) {
  if (row.state !== "ringing") return "";
  const s = (now - row.began) / 1000;
  return s > ANSWER_S.latest ? "over" : s > ANSWER_S.soon ? "soon" : "";
}

/** @param {any} call @param {Map<string, any>} incidents */
function placeOfCall(call, incidents) {
  const address = incidents.get(call.incident_id)?.address;
  if (address) return String(address);
  if (!Number.isFinite(call.lat) || !Number.isFinite(call.lon)) return "No location";
  const exact = `${call.lat.toFixed(4)}, ${call.lon.toFixed(4)}`;
  // How far it may be off comes first: a dispatcher who reads no further still knows what the numbers are worth.
  return call.uncertainty_m > 0 ? `±${Math.round(call.uncertainty_m)} m · ${exact}` : exact;
}
