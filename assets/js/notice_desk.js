/** The public warnings of a desk: a line with the gravest and how many there are, and behind it the text of all. */

import { plural } from "./format.js";
import { noticeSvg } from "./glyphs.js";
import { gradesOf, gravityOf, isToCome, standing, titleOf, whenOf } from "./notices.js";
import { write } from "./queue.js";
import { Section, make, mark } from "./section.js";
import { part } from "./shell.js";

/** @typedef {{id: string, gravity: string, title: string, headline: string, grades: string, when: string, area: string, texts: string[], from: string, placed: boolean}} Told */

export class NoticeDesk {
  /** @param {{glass: import("./glass.js").Glass, clock: {time: (ms: number) => string, date: (ms: number) => string}, keys: import("./keys.js").Keys}} page @param {import("./selection.js").Selection} selection where one is shown on the map */
  constructor({ glass, clock, keys }, selection) {
    this.glass = glass;
    this.clock = clock;
    this.selection = selection;
    this.button = part("notice-desk");
    this.button.innerHTML = `<span class="mark"></span><b></b><span class="notice-word"></span><span class="notice-first"></span>`;
    [this.mark, this.count, this.word, this.first] = /** @type {HTMLElement[]} */ ([...this.button.children]);
    this.dialog = /** @type {HTMLDialogElement} */ (part("notice-dialog"));
    this.list = new Section(part("notice-list"));
    this.drawn = "";
    this.button.addEventListener("click", () => this.open());
    /** @type {HTMLElement} */ (this.dialog.querySelector(".notice-close")).addEventListener("click", () => this.dialog.close());
    keys.add("w", "Read the public warnings", () => this.open());
    // The time alone ends a warning, or begins it.
    glass.add({ kinds: ["notice"], ages: true, show: (now) => this.show(now) });
  }

  open() {
    if (!this.dialog.open) this.dialog.showModal();
  }

  /** @param {number} now Unix ms of the server */
  show(now) {
    const all = standing(this.glass.notices, now), [first] = all;
    this.button.toggleAttribute("data-none", !first);
    const line = first ? lineOf(first[1], now, this.clock) : "", word = plural(all.length, "notice"), spoken = `${all.length} ${word}: ${line}`;
    write(this.count, String(all.length));
    write(this.word, word);
    write(this.first, line);
    if (this.button.ariaLabel !== spoken) this.button.ariaLabel = spoken;
    const gravity = first ? gravityOf(first[1]) : "";
    if (gravity !== this.drawn) this.mark.innerHTML = gravity && noticeSvg(gravity);
    this.drawn = gravity;
    this.list.show(all.map(([id, notice]) => this.#tell(id, notice, now)), (told) => (told.length
      ? told.map((one) => this.#item(one)) : [make("li", "empty", make("b", "", "No public warning stands"))]));
  }

  /** @param {string} id @param {any} notice @param {number} now @returns {Told} */
  #tell(id, notice, now) {
    return {
      id, gravity: gravityOf(notice), title: titleOf(notice), headline: String(notice.headline ?? ""), grades: gradesOf(notice),
      when: [whenOf(notice, now, this.clock), isToCome(notice, now) ? "not yet begun" : ""].filter(Boolean).join(" · "), area: String(notice.area ?? ""),
      texts: [notice.description, notice.instruction].filter(Boolean).map(String), from: String(notice.sender_name ?? notice.sender ?? ""),
      placed: Boolean(notice.areas?.length),
    };
  }

  /** @param {Told} told */
  #item({ id, gravity, title, headline, grades, when, area, texts, from, placed }) {
    const show = placed && this.selection.kinds.includes("notice") ? make("button", "act", "Show on the map") : null;
    show?.setAttribute("type", "button");
    show?.addEventListener("click", () => {
      this.dialog.close();
      this.selection.set({ kind: "notice", id });
    });
    return make("li", "notice", mark(noticeSvg(gravity)), make("div", "notice-text",
      make("h3", "", title), make("p", "notice-grades", [when, grades].filter(Boolean).join(" · ")),
      headline && headline !== title ? make("p", "", headline) : null, area ? make("p", "notice-area", area) : null,
      ...texts.map((text) => make("p", "notice-words", text)),
      make("div", "notice-foot", make("span", "", from ? `From ${from}` : ""), show)));
  }
}

/** "Flash flood warning · until 18:30". @param {any} notice @param {number} now Unix ms of the server @param {Parameters<typeof whenOf>[2]} clock the city's */
export const lineOf = (notice, now, clock) => [titleOf(notice), whenOf(notice, now, clock)].filter(Boolean).join(" · ");

/** The one calm line of the wall, where nothing can be opened. */
export class NoticeLine {
  /** @param {HTMLElement} element @param {import("./glass.js").Glass} glass @param {Parameters<typeof whenOf>[2]} clock the city's */
  constructor(element, glass, clock) {
    element.innerHTML = `<span class="mark"></span><b></b><span></span><i></i>`;
    const [sign, title, when, more] = /** @type {HTMLElement[]} */ ([...element.children]);
    let drawn = "";
    glass.add({
      kinds: ["notice"], ages: true,
      show: (now) => {
        const all = standing(glass.notices, now), [first] = all;
        element.hidden = !first;
        if (!first) return;
        const gravity = gravityOf(first[1]);
        if (gravity !== drawn) sign.innerHTML = noticeSvg(gravity);
        drawn = gravity;
        write(title, titleOf(first[1]));
        write(when, whenOf(first[1], now, clock));
        write(more, all.length > 1 ? `${all.length - 1} more` : "");
      },
    });
  }
}
