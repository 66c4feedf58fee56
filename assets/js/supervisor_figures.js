/** The figures at the top of the sergeant's screen, and the alarm load: what is not well says so in words. */

import { unwatchedSince } from "./alarm_order.js";
import { plural } from "./format.js";
import { write } from "./queue.js";

/** What an operator can answer: one in ten minutes; from ten on it is a flood (ISA-18.2). */
const ANSWERABLE = 1;
const MOST_NAMED = 5;

/** @typedef {{value: string, says: string, bad?: "loud" | "yes"}} Figure */

/**
 * @param {object} now
 * @param {{id: string, unit: any}[]} now.emergencies @param {import("./coverage.js").Cover[]} now.beats @param {{priority: number}[]} now.over
 * @param {unknown[]} now.scenes @param {{stale: number, onDuty: number}} now.fixes @param {any} now.load
 * @returns {Record<string, Figure>} by the name of its cell
 */
export function figuresOf({ emergencies, beats, over, scenes, fixes, load }) {
  const empty = beats.filter(({ since }) => since).length, urgent = over.filter(({ priority }) => priority <= 2).length;
  const each = load?.per_operator;
  return {
    emergency: emergencies.length
      ? { value: String(emergencies.length), says: emergencies.map(({ id, unit }) => unit.callsign ?? id).join(", "), bad: "loud" }
      : { value: "0", says: "none raised" },
    empty: { value: String(empty), says: beats.length ? `of ${beats.length}` : "no beats here", bad: empty ? "yes" : undefined },
    over: { value: String(over.length), says: urgent ? `${urgent} of priority 1 or 2` : "none of priority 1 or 2", bad: urgent ? "yes" : undefined },
    scenes: { value: String(scenes.length), says: "over 45 min" },
    stale: { value: String(fixes.stale), says: `of ${fixes.onDuty} on duty`, bad: fixes.stale ? "yes" : undefined },
    alarms: each === undefined
      ? { value: "–", says: "nobody counts them" }
      : { value: String(Math.round(each * 10) / 10), says: load.flood ? "FLOOD" : each > ANSWERABLE ? "more than 1" : `${load.operators} ${plural(load.operators, "operator")}`, bad: load.flood ? "loud" : each > ANSWERABLE ? "yes" : undefined },
  };
}

/** @param {HTMLElement} list @param {Record<string, Figure>} figures */
export function showFigures(list, figures) {
  for (const cell of /** @type {Iterable<HTMLElement>} */ (list.children)) {
    const figure = figures[cell.dataset.figure ?? ""];
    if (!figure) continue;
    write(/** @type {HTMLElement} */ (cell.querySelector(".figure-value")), figure.value);
    write(/** @type {HTMLElement} */ (cell.querySelector(".figure-says")), figure.says);
    if ((cell.dataset.bad ?? "") !== (figure.bad ?? "")) cell.dataset.bad = figure.bad ?? "";
  }
}

/** @param {HTMLElement} panel @param {any} load the entity, if there is any @param {number} now Unix ms of the server @param {(ms: number) => string} time */
export function showLoad(panel, load, now, time) {
  for (const cell of /** @type {Iterable<HTMLElement>} */ (panel.querySelectorAll("[data-load]"))) {
    const value = load?.[cell.dataset.load ?? ""];
    const text = Array.isArray(value) ? String(value.length) : typeof value === "number" ? String(Math.round(value * 10) / 10) : "–";
    write(/** @type {HTMLElement} */ (cell.querySelector("dd")), text);
    cell.toggleAttribute("data-bad", cell.dataset.load === "per_operator" && value > ANSWERABLE);
  }
  const away = unwatchedSince(load, now), says = /** @type {HTMLElement} */ (panel.querySelector(".held-says"));
  const flood = load?.flood ? `FLOOD since ${time(Date.parse(load.flood_since ?? "") || now).slice(0, 5)}` : "";
  write(says, away === null ? flood || (load ? "no flood" : "") : away ? `not watched since ${time(away).slice(0, 5)}` : "nobody watches");
  says.toggleAttribute("data-bad", Boolean(flood) || away !== null);
  const worst = (load?.bad_actors ?? []).slice(0, MOST_NAMED), key = JSON.stringify(worst);
  if (panel.dataset.worst === key) return;
  panel.dataset.worst = key;
  const items = worst.map((/** @type {{id: string, raised: number}} */ { id, raised }) => {
    const item = document.createElement("li"), name = document.createElement("span"), count = document.createElement("b");
    name.textContent = id.replaceAll("_", " ");
    count.textContent = `${raised}×`;
    item.append(name, count);
    return item;
  });
  /** @type {HTMLElement} */ (panel.querySelector(".load-worst")).replaceChildren(...items);
}
