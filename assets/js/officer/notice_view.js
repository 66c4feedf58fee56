/** The public warnings that concern my unit where it is: above all that is around it, with what to do. */

import { isPlaced } from "../bearings.js";
import { noticeSvg } from "../glyphs.js";
import { concerns, gradesOf, gravityOf, standing, titleOf, whenOf } from "../notices.js";
import { Section, make, mark } from "../section.js";

export class NoticeView {
  /** @param {(id: string) => HTMLElement} part @param {import("./mine.js").Mine} mine @param {Parameters<typeof whenOf>[2]} clock the city's */
  constructor(part, mine, clock) {
    this.mine = mine;
    this.clock = clock;
    this.kinds = ["notice", "unit"];
    // It ends, or begins, by the time alone.
    this.ages = true;
    this.list = new Section(part("officer-notices"));
  }

  /** @param {number} now Unix ms of the server */
  show(now) {
    const { unit, glass } = this.mine;
    const mine = isPlaced(unit) ? standing(glass.notices, now).filter(([, notice]) => concerns(notice, unit)) : [];
    const told = mine.map(([, notice]) => ({
      gravity: gravityOf(notice), title: titleOf(notice), area: String(notice.area ?? ""), instruction: String(notice.instruction ?? ""),
      says: [whenOf(notice, now, this.clock), gradesOf(notice)].filter(Boolean).join(" · "),
    }));
    this.list.show(told, (all) => all.map(({ gravity, title, says, area, instruction }) =>
      make("div", "officer-notice", mark(noticeSvg(gravity)), make("div", "officer-two",
        make("b", "", title), make("span", "officer-quiet", says), area ? make("span", "officer-quiet", area) : null,
        instruction ? make("p", "officer-text", instruction) : null))));
  }
}
