/** What is around my unit, the nearest first, each with its direction and its age. */

import { far, isPlaced, wind } from "../bearings.js";
import { age } from "../format.js";
import { prioritySvg, unitSvg } from "../glyphs.js";
import { write } from "../queue.js";
import { hidesPlate, withheldLater } from "../hides.js";
import { DETECTIONS, STALE_AFTER_S, beganAt, calmly, isPending, priorityOf } from "../words.js";
import { statusOf } from "./incident_view.js";
import { around } from "./mine.js";
import { Section, direction, make, mark, ticking } from "../section.js";

/** Units move all the time: a list that is built more often cannot be read. */
const EVERY_MS = 2000;

export class AroundView {
  /** @param {(id: string) => HTMLElement} part @param {import("./mine.js").Mine} mine */
  constructor(part, mine) {
    this.mine = mine;
    this.kinds = ["incident", "unit", "detection"];
    this.ages = true;
    this.here = part("officer-here");
    this.list = new Section(part("officer-around"));
    this.filters = /** @type {HTMLButtonElement[]} */ ([...part("officer-filters").querySelectorAll("button")]);
    this.kind = "";
    /** When each detection was made, as far as this page heard it come. @type {Map<string, number>} */
    this.madeAt = new Map();
    this.shownAt = -Infinity;
    for (const button of this.filters) {
      button.addEventListener("click", () => {
        this.kind = button.value;
        for (const other of this.filters) other.setAttribute("aria-pressed", String(other === button));
        this.shownAt = -Infinity;
        mine.glass.refresh(this);
      });
    }
  }

  reload() {
    this.madeAt.clear();
  }

  /** @param {import("../glass.js").Change} change @param {any} entity */
  take({ kind, id, occurred_at }, entity) {
    if (kind !== "detection") return;
    if (!entity) this.madeAt.delete(id);
    else if (!this.madeAt.has(id)) this.madeAt.set(id, Date.parse(occurred_at));
  }

  /** @param {number} now Unix ms of the server */
  show(now) {
    if (now - this.shownAt < EVERY_MS && now >= this.shownAt) return;
    this.shownAt = now;
    const { unit, id, glass } = this.mine;
    if (!isPlaced(unit)) {
      write(this.here, unit ? "Your unit says no position." : "Choose your unit, and what is within 2 km of it stands here.");
      this.list.show([], () => []);
      return;
    }
    const old = now - Date.parse(unit.fix_at ?? "");
    write(this.here, old > STALE_AFTER_S * 1000 ? `Within 2 km of where you were ${age(old / 1000)} ago` : "Within 2 km of your unit");
    const near = around(glass, unit, id, (kind) => !this.kind || this.kind === kind).map((one) => tell(one, this.madeAt.get(one.id) ?? NaN));
    this.list.show(near, (rows) => (rows.length ? rows.map(row) : [make("p", "officer-quiet", "Nothing there now.")]));
  }
}

/** @param {import("./mine.js").Near} near @param {number} madeAt when a detection was made */
function tell({ kind, id, thing, m, bearing }, madeAt) {
  const lies = { far: far(m), wind: wind(bearing), bearing: Math.round(bearing / 5) * 5 };
  if (kind === "unit") {
    const { mark: shape, name } = statusOf(thing);
    return { ...lies, svg: unitSvg(shape), what: String(thing.callsign ?? ""), more: name, at: Date.parse(thing.status_since ?? "") };
  }
  if (kind === "detection") {
    const [, name] = DETECTIONS[thing.detection_type] ?? ["", "Detection"];
    const more = [thing.plate, thing.rounds && `${thing.rounds} rounds`, thing.review === "confirmed" ? "confirmed" : ""].filter(Boolean).join(" · ");
    return { ...lies, svg: DETECTION_SVG, what: name, more, at: madeAt, plateOf: hidesPlate(thing) ? id : "" };
  }
  return {
    ...lies, svg: prioritySvg(priorityOf(thing), isPending(thing)), what: calmly(String(thing.type ?? thing.type_code ?? "Incident")),
    more: thing.address ?? "", at: beganAt(thing),
  };
}

const DETECTION_SVG =
  `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 2 20.7 7v10L12 22 3.3 17V7Z" fill="none" stroke="currentColor" stroke-width="2.4"/><circle cx="12" cy="12" r="3" fill="currentColor"/></svg>`;

/** @param {ReturnType<typeof tell>} told */
const row = (told) =>
  make("li", "officer-row", mark(told.svg), make("span", "officer-two", make("b", "", told.what), make("span", "officer-quiet", told.more),
      told.plateOf ? withheldLater("plate", told.plateOf, "Plate", (fields) => fields.plate ?? "") : null),
    make("span", "officer-lies", direction(told.bearing, told.far, told.wind), ticking(told.at, "officer-quiet")));
