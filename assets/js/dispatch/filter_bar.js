/** The row of filters: what a person sets there goes into the address and the queues at once, and the address's way back goes there. */

import { plural } from "../format.js";
import { prioritySvg } from "../glyphs.js";
import { write } from "../queue.js";
import { part } from "../shell.js";
import { ALL, filterIn, isSet, same, tellAddress } from "./filter.js";

/** @typedef {import("./filter.js").Filter} Filter */

const CONTROLS = /** @type {const} */ ([
  ["text", "filter-text"], ["districts", "filter-districts"], ["statuses", "filter-statuses"], ["priorities", "filter-priorities"],
]);

/** Controls that were set by this page show it within this time. */
const SETTLES_MS = 1000;

export class FilterBar {
  /** @param {(filter: Filter) => void} changed told at once, and whenever another filter is set */
  constructor(changed) {
    this.changed = changed;
    this.filter = filterIn(new URLSearchParams(location.search));
    this.clear = part("filter-clear");
    this.hidden = part("filter-hidden");
    this.districts = "";
    for (const mark of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".filter-mark"))) {
      mark.innerHTML = prioritySvg(Number(mark.dataset.priority), true);
    }
    this.clear.addEventListener("click", () => this.set(ALL));
    /** What the controls show: the server has built them from the address. */
    this.controls = this.filter;
    this.settlesUntil = -Infinity;
    addEventListener("rtcc:filters", (event) => this.#hear(/** @type {CustomEvent} */ (event).detail));
    addEventListener("popstate", () => this.#take(filterIn(new URLSearchParams(location.search)), false));
    this.#take(this.filter, false);
  }

  /** Sets it for a person: the controls follow. @param {Filter} filter */
  set(filter) {
    this.#take(filter, true);
  }

  /** @param {string} priority "1" to "5" */
  togglePriority(priority) {
    const { priorities } = this.filter;
    const next = priorities.includes(priority) ? priorities.filter((one) => one !== priority) : [...priorities, priority].sort();
    this.set({ ...this.filter, priorities: next });
  }

  /** Which districts can be chosen: those that the picture names. @param {Iterable<string>} names */
  offer(names) {
    const all = [...new Set([...names, ...this.filter.districts])].filter(Boolean).sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    if (this.districts === all.join("\n")) return;
    this.districts = all.join("\n");
    setProps("filter-districts", { data: all });
  }

  /** @param {{first: number, second: number}} hidden urgent ones */
  tell({ first, second }) {
    const said = [[first, 1], [second, 2]].filter(([count]) => count).map(([count, priority]) => `${count} priority ${priority}`);
    write(this.hidden, said.length ? `${said.join(" and ")} pending ${plural(first + second, "is", "are")} hidden by the filter` : "");
    this.hidden.toggleAttribute("data-first", first > 0);
  }

  /** Dash's own controls say, each time, what all four of them show. @param {any[]} said */
  #hear([text, districts, statuses, priorities]) {
    this.controls = { text: text ?? "", districts: districts ?? [], statuses: statuses ?? [], priorities: [...(priorities ?? [])].sort() };
    // Set by us one after the other: what they show in between nobody has asked for.
    if (same(this.controls, this.filter)) this.settlesUntil = -Infinity;
    else if (performance.now() > this.settlesUntil) this.#take(this.controls, true);
  }

  /** @param {Filter} filter @param {boolean} tell whether the address has to be told */
  #take(filter, tell) {
    const before = this.filter;
    this.filter = filter;
    this.clear.hidden = !isSet(filter);
    if (tell && !same(before, filter)) {
      const address = new URL(location.href);
      tellAddress(filter, address.searchParams);
      // Typing is one step of the way back, not one a letter.
      if (before.text && filter.text && same({ ...before, text: "" }, { ...filter, text: "" })) history.replaceState(history.state, "", address);
      else history.pushState(history.state, "", address);
    }
    this.#show();
    this.changed(filter);
  }

  /** Lets the controls show it. */
  #show() {
    const { filter, controls } = this;
    this.settlesUntil = same(filter, controls) ? -Infinity : performance.now() + SETTLES_MS;
    for (const [name, id] of CONTROLS) {
      if (JSON.stringify(filter[name]) !== JSON.stringify(controls[name])) setProps(id, { value: filter[name] });
    }
    setProps("filter-districts", { placeholder: filter.districts.length ? "" : "All districts" });
    setProps("filter-statuses", { placeholder: filter.statuses.length ? "" : "All statuses" });
  }
}

/** Dash's own way for a page's scripts to change what a component shows. @param {string} id @param {Record<string, unknown>} props */
export function setProps(id, props) {
  /** @type {any} */ (window).dash_clientside.set_props(id, props);
}
