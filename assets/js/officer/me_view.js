/** My unit: which one I am, how it stands, and how this phone shows it all. */

import { countingOrder } from "../format.js";
import { unitSvg } from "../glyphs.js";
import { write } from "../queue.js";
import { statusOf } from "./incident_view.js";
import { Section, make, mark, ticking } from "../section.js";

const MOST_FOUND = 30;
const DIM = "rtcc-dim";
const YEAR_S = 31_536_000;
/** What the list of units shows or chooses by: what else changes, such as a position, is none of its business. */
const ROSTER_FIELDS = ["callsign", "unit_type", "status", "emergency"];

export class MeView {
  /** @param {(id: string) => HTMLElement} part @param {import("./mine.js").Mine} mine @param {() => void} chosen */
  constructor(part, mine, chosen) {
    this.mine = mine;
    this.kinds = ["unit"];
    this.ages = true;
    this.chosen = chosen;
    this.head = part("officer-me");
    this.callsign = part("officer-callsign");
    this.status = part("officer-status");
    this.facts = new Section(part("officer-facts"));
    this.search = /** @type {HTMLInputElement} */ (part("officer-search"));
    this.found = new Section(part("officer-found"));
    this.mark = "";
    this.sheet = /** @type {HTMLElement} */ (this.search.closest("[data-sheet]"));
    this.rosterStale = true;
    this.search.addEventListener("input", () => this.refresh());
    this.#light(part("officer-page"), /** @type {HTMLButtonElement[]} */ ([...part("officer-light").querySelectorAll("button")]));
  }

  reload() {
    this.rosterStale = true;
  }

  /** @param {import("../glass.js").Change} change @param {any} entity */
  take({ fields }, entity) {
    if (!entity || !fields || ROSTER_FIELDS.some((name) => name in fields)) this.rosterStale = true;
  }

  /** A person looks for a unit, has chosen one, or has come to this sheet. */
  refresh() {
    this.rosterStale = true;
    this.mine.glass.refresh(this);
  }

  show() {
    this.#showMine();
    if (!this.rosterStale || this.sheet.hidden) return;
    this.rosterStale = false;
    this.#showRoster();
  }

  #showMine() {
    const { unit, asked } = this.mine;
    const { mark: shape, name } = unit ? statusOf(unit) : { mark: "out", name: asked ? "not on the air" : "no unit chosen" };
    if (this.mark !== shape) this.head.innerHTML = unitSvg(shape);
    this.mark = shape;
    write(this.callsign, String(unit?.callsign ?? asked) || "–");
    write(this.status, name);
    this.facts.show(unit ? factsOf(unit) : [], (all) => all.flatMap(([term, text, at]) => [make("dt", "", term), make("dd", "", text || null, at ? ticking(at) : null)]));
  }

  #showRoster() {
    const { glass, id } = this.mine, wanted = this.search.value.trim().toLowerCase();
    const found = [...glass.units].filter(([, one]) => one.callsign && one.status !== "off_duty" && String(one.callsign).toLowerCase().includes(wanted))
      .map(([one, unit]) => ({ one, unit, order: countingOrder(String(unit.callsign)) })).sort((a, b) => (a.order < b.order ? -1 : 1));
    const rows = found.slice(0, MOST_FOUND).map(({ one, unit: { callsign, unit_type, status, emergency } }) => ({ id: one, callsign, type: unit_type ?? "", ...statusOf({ status, emergency }), me: one === id }));
    this.found.show({ rows, more: found.length - rows.length }, (told) => this.#rows(told));
  }

  /** @param {{rows: any[], more: number}} told */
  #rows({ rows, more }) {
    const all = rows.map(({ id, callsign, type, mark: shape, name, me }) => {
      const button = make("button", "officer-row", mark(unitSvg(shape)), make("b", "", callsign), make("span", "officer-quiet", [type, name].filter(Boolean).join(" · ")));
      button.setAttribute("aria-pressed", String(me));
      button.addEventListener("click", () => {
        this.mine.choose(id);
        this.search.value = "";
        this.chosen();
      });
      return make("li", "", button);
    });
    if (!all.length) all.push(make("li", "officer-quiet", "No unit on duty is called so."));
    if (more > 0) all.push(make("li", "officer-quiet", `and ${more} more: type a part of the callsign`));
    return all;
  }

  /** Day, night, and dim for the small hours. @param {HTMLElement} page @param {HTMLButtonElement[]} buttons */
  #light(page, buttons) {
    const light = document.documentElement.dataset.theme === "light";
    const show = () => {
      const now = light ? "light" : localStorage.getItem(DIM) === "yes" ? "dim" : "dark";
      page.toggleAttribute("data-dim", now === "dim");
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.value === now));
    };
    for (const button of buttons) {
      button.addEventListener("click", () => {
        localStorage.setItem(DIM, button.value === "dim" ? "yes" : "no");
        const theme = button.value === "light" ? "light" : "dark";
        document.cookie = `rtcc_theme=${theme}; path=/; max-age=${YEAR_S}; samesite=strict`;
        if (theme === document.documentElement.dataset.theme) return show();
        // The server then says the theme before anything is drawn.
        const address = new URL(location.href);
        address.searchParams.delete("theme");
        if (address.href === location.href) location.reload();
        else location.replace(address);
      });
    }
    show();
  }
}

/** @param {any} unit @returns {[term: string, text: string, at: number][]} */
function factsOf(unit) {
  const crew = Array.isArray(unit.crew) ? unit.crew.join(", ") : unit.crew ?? "";
  /** @type {[string, string, number][]} */
  const facts = [
    ["Status", statusOf(unit).name + " ", Date.parse(unit.status_since ?? "") || 0],
    ["Position heard", unit.fix_at ? "" : "never", Date.parse(unit.fix_at ?? "") || 0],
    ["Beat", [unit.beat, unit.district].filter(Boolean).join(" · ") || "not known", 0],
    ["Unit", unit.unit_type ?? "not known", 0],
  ];
  return crew ? [...facts, ["Crew", String(crew), 0]] : facts;
}
