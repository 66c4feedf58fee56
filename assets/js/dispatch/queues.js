/** The dispatcher's three queues, brought up to date from the picture: what the filter lets through, in the order in which somebody must act. */

import { age } from "../format.js";
import { HeldGrid } from "../held_grid.js";
import { write } from "../queue.js";
import { part } from "../shell.js";
import { callRows } from "./call_rows.js";
import { CALL_COLUMNS, INCIDENT_COLUMNS, UNIT_COLUMNS } from "./columns.js";
import { hiddenUrgent, through } from "./filter.js";
import { against, incidentRows } from "./incident_rows.js";
import { UNIT_FIELDS, UnitRows } from "./unit_rows.js";

/** @typedef {import("./filter_bar.js").FilterBar} FilterBar */

/** The queues' grids, each with what a person takes from it. @param {(row: any) => void} choose @param {(row: any) => void} open */
export const openGrids = (choose, open) =>
  Promise.all([
    HeldGrid.in("calls-queue", {
      label: "Calls", columns: CALL_COLUMNS, choose, open, isUrgent: ({ state }) => state === "ringing", classes: { ringing: ({ state }) => state === "ringing" },
    }),
    HeldGrid.in("incidents-queue", {
      label: "Incidents", columns: INCIDENT_COLUMNS, choose, open, isUrgent: ({ priority }) => priority === 1,
      classes: { pending: ({ pending }) => pending, first: ({ priority, pending }) => priority === 1 && pending },
    }),
    HeldGrid.in("units-queue", {
      label: "Units", columns: UNIT_COLUMNS, choose, open, isUrgent: ({ mark }) => mark === "emergency", classes: { emergency: ({ mark }) => mark === "emergency" },
    }),
  ]);

/** A queue that is long is costly to lay out: it may have this share of the time, and is brought up to date as often as that allows. */
const UNITS_SHARE = 0.05;

export class Queues {
  /** @param {import("../glass.js").Glass} glass @param {HeldGrid[]} grids calls, incidents, units */
  constructor(glass, grids) {
    this.glass = glass;
    this.grids = grids;
    [this.calls, this.incidents, this.units] = grids;
    /** @type {FilterBar | null} */
    this.bar = null;
    this.unitsStale = this.asked = true;
    this.unitsNextAt = 0;
    this.unitRows = new UnitRows(glass.units, glass.incidents);
    this.rows = { calls: callRows(new Map(), new Map()), incidents: incidentRows(new Map()), units: this.unitRows.rows().slice(0, 0) };
    this.view = {
      kinds: ["call", "incident", "unit"],
      take: (/** @type {import("../replica.js").Change} */ change, /** @type {any} */ entity) => this.#hear(change, entity),
      reload: () => {
        this.unitRows.reload();
        this.unitsStale = this.othersStale = true;
      },
      show: (/** @type {number} */ now) => this.show(now),
      tick: (/** @type {number} */ now) => this.#tick(now),
    };
    this.othersStale = true;
    glass.add(this.view);
  }

  /** A person has changed the filter: what it shows now, it shows at once. */
  filtered() {
    this.asked = this.unitsStale = this.othersStale = true;
    if (this.glass.loaded) this.show(this.glass.clock.now());
  }

  /** @param {string} kind @param {string} id */
  mark(kind, id) {
    this.calls.mark(kind === "call" ? id : "");
    this.incidents.mark(kind === "incident" ? id : "");
    this.units.mark(kind === "unit" ? id : "");
  }

  release() {
    for (const grid of this.grids) if (grid.waits) grid.release();
  }

  /** Where the keys go: the queue that has the focus, else the incidents. */
  get current() {
    return this.grids.find(({ element }) => element.contains(document.activeElement)) ?? this.incidents;
  }

  /** Most changes are positions: they are the map's. @param {import("../replica.js").Change} change @param {any} entity */
  #hear({ kind, id, fields }, entity) {
    if (kind !== "unit") this.othersStale = true;
    if (kind === "incident" && (!entity || !fields || "address" in fields || "type" in fields)) this.unitRows.hearIncident(id);
    else if (kind === "unit" && (!entity || !fields || UNIT_FIELDS.some((name) => name in fields))) this.unitRows.hear(id);
    else return;
    this.unitsStale = true;
  }

  /** @param {number} now Unix ms of the server */
  show(now) {
    const { glass, bar, asked } = this;
    if (!bar) return;
    const { filter } = bar;
    if (this.othersStale) {
      const calls = callRows(glass.calls, glass.incidents), incidents = incidentRows(glass.incidents);
      this.rows.calls = through(calls, filter);
      this.rows.incidents = through(incidents, filter);
      this.calls.show(this.rows.calls, now, asked);
      this.incidents.show(this.rows.incidents, now, asked);
      this.all = { ...this.all, calls: calls.length, incidents: incidents.length };
      bar.tell(hiddenUrgent(incidents, this.rows.incidents));
    }
    const began = performance.now(), showsUnits = this.unitsStale && (asked || began >= this.unitsNextAt);
    if (showsUnits) {
      const units = this.unitRows.rows();
      this.rows.units = through(units, filter);
      this.units.show(this.rows.units, now, asked);
      this.all = { ...this.all, units: units.length };
      bar.offer(districtsOf(glass));
      const ended = performance.now();
      this.unitsNextAt = ended + (ended - began) / UNITS_SHARE;
      this.unitsStale = false;
    }
    if (this.othersStale || showsUnits) this.#count(now);
    this.asked = this.othersStale = false;
  }

  /** @param {number} now Unix ms of the server */
  #tick(now) {
    for (const grid of this.grids) grid.tick(now);
    if (this.unitsStale) this.show(now);
    this.#count(now);
  }

  /** @param {number} now Unix ms of the server */
  #count(now) {
    const { calls, incidents, units } = this.rows, all = this.all ?? {};
    const ringing = calls.filter(({ state }) => state === "ringing"), oldest = ringing[0]?.began;
    tell("calls-queue", calls.length, all.calls, ringing.length ? `${ringing.length} ringing${Number.isFinite(oldest) ? `, ${age((now - oldest) / 1000)}` : ""}` : "");
    const pending = incidents.filter((row) => row.pending).length, over = incidents.filter((row) => against(row, now).over).length;
    tell("incidents-queue", incidents.length, all.incidents, `${pending} pending · ${over} over target`);
    tell("units-queue", units.length, all.units, `${units.filter(({ state, mark }) => state === "available" && mark !== "emergency").length} available`);
  }
}

/** "12 of 43 · 4 over target". @param {string} name @param {number} shown @param {number | undefined} all @param {string} more */
function tell(name, shown, all, more) {
  const count = shown === all || all === undefined ? String(shown) : `${shown} of ${all}`;
  write(part(`${name}-count`), more ? `${count} · ${more}` : count);
}

/** @param {import("../glass.js").Glass} glass */
function* districtsOf(glass) {
  for (const { district } of glass.incidents.values()) if (district) yield String(district);
  for (const { district } of glass.units.values()) if (district) yield String(district);
}
