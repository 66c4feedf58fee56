/**
 * What a dispatcher wants to see: by text, district, status and priority. It lives in the address; what it hides of the most urgent is
 * counted and never forgotten. Pure.
 */

import { INCIDENT_STATES } from "./incident_rows.js";
import { UNIT_STATES } from "./unit_rows.js";

/** @typedef {{text: string, districts: string[], statuses: string[], priorities: string[]}} Filter */

/** The names in the address, as the server reads them too. */
const NAMES = /** @type {const} */ ([["districts", "district"], ["statuses", "status"], ["priorities", "priority"]]);

/** @type {Filter} */
export const ALL = { text: "", districts: [], statuses: [], priorities: [] };

/** What an address says; what it cannot mean is left out. @param {URLSearchParams} query @returns {Filter} */
export function filterIn(query) {
  const filter = { ...ALL, text: query.get("text") ?? "" };
  for (const [name, key] of NAMES) filter[name] = (query.get(key) ?? "").split(",").filter(Boolean);
  filter.statuses = filter.statuses.filter((status) => status in INCIDENT_STATES || status in UNIT_STATES);
  filter.priorities = filter.priorities.filter((one) => "12345".includes(one)).sort();
  return filter;
}

/** Writes it into an address. @param {Filter} filter @param {URLSearchParams} query */
export function tellAddress(filter, query) {
  if (filter.text) query.set("text", filter.text);
  else query.delete("text");
  for (const [name, key] of NAMES) {
    if (filter[name].length) query.set(key, filter[name].join(","));
    else query.delete(key);
  }
}

/** @param {Filter} filter */
export const isSet = (filter) => Boolean(filter.text.trim() || filter.districts.length || filter.statuses.length || filter.priorities.length);

/** @param {Filter} a @param {Filter} b */
export const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** What a filter by status can be about: one that no row of a kind can have says nothing about that kind. */
const STATES_OF = { incident: INCIDENT_STATES, unit: UNIT_STATES };

/**
 * Those rows of a queue that the filter lets through. It hides by what a row has: calls have no priority. A call that rings and a unit in
 * emergency pass every filter.
 * @template {import("./call_rows.js").CallRow | import("./incident_rows.js").IncidentRow | import("./unit_rows.js").UnitRow} Row
 * @param {Row[]} rows @param {Filter} filter @returns {Row[]}
 */
export function through(rows, filter) {
  if (!isSet(filter)) return rows;
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    if ((row.kind === "call" && row.state === "ringing") || (row.kind === "unit" && row.mark === "emergency")) return true;
    if (row.kind !== "call") {
      const { district } = row.kind === "incident" ? row.incident : row.unit;
      if (filter.districts.length && !filter.districts.includes(String(district ?? ""))) return false;
      const statuses = filter.statuses.filter((status) => status in STATES_OF[row.kind]);
      if (statuses.length && !statuses.includes(row.state)) return false;
    }
    if (row.kind === "incident" && filter.priorities.length && !filter.priorities.includes(String(row.priority))) return false;
    if (!words.length) return true;
    const text = textOf(row);
    return words.every((word) => text.includes(word));
  });
}

/**
 * How many of the most urgent a filter hides: pending priority 1 and 2.
 * @param {import("./incident_rows.js").IncidentRow[]} incidents all @param {import("./incident_rows.js").IncidentRow[]} shown
 */
export function hiddenUrgent(incidents, shown) {
  const seen = new Set(shown.map(({ id }) => id));
  const hidden = incidents.filter(({ id, priority, pending }) => priority <= 2 && pending && !seen.has(id));
  return { first: hidden.filter(({ priority }) => priority === 1).length, second: hidden.filter(({ priority }) => priority === 2).length };
}

/** @param {any} row */
function textOf(row) {
  if (row.kind === "call") return `${row.id} ${row.line} ${row.place} ${row.call.caller_number ?? ""} ${row.call.language ?? ""}`.toLowerCase();
  if (row.kind === "unit") return `${row.id} ${row.callsign} ${row.beat} ${row.on} ${row.unit.unit_type ?? ""} ${row.unit.district ?? ""}`.toLowerCase();
  const { incident } = row;
  return `${row.id} ${row.type} ${row.place} ${row.beat} ${incident.district ?? ""} ${row.units.join(" ")} ${incident.category ?? ""}`.toLowerCase();
}
