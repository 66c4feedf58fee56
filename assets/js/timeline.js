/**
 * The timeline of an incident, which Dash makes anew with each change: it stays at its end while nobody has scrolled away, keeps what is under
 * the keyboard and what is unfolded, and says when something new stands below.
 */

const NEAR_PX = 40;

export class Timeline {
  /** @param {HTMLElement} scroll what scrolls @param {HTMLButtonElement} newest goes to the end */
  constructor(scroll, newest) {
    this.scroll = scroll;
    this.newest = newest;
    this.atEnd = true;
    this.key = "";
    /** Whether the keyboard is at that moment: an element that is made anew loses it to nobody. */
    this.held = false;
    /** @type {Set<string>} the moments that are unfolded */
    this.open = new Set();
    this.count = 0;
    scroll.addEventListener("scroll", () => {
      this.atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_PX;
      if (this.atEnd) newest.hidden = true;
    });
    document.addEventListener("focusin", ({ target }) => this.#at(/** @type {Element} */ (target)));
    document.addEventListener("pointerdown", ({ target }) => this.#at(/** @type {Element} */ (target)));
    // Told of an element itself, and not of what is around it.
    scroll.addEventListener("toggle", ({ target }) => {
      const details = /** @type {HTMLDetailsElement} */ (target), key = keyOf(details);
      if (details.open) this.open.add(key);
      else this.open.delete(key);
    }, true);
    newest.addEventListener("click", () => this.#toEnd());
    new MutationObserver(() => this.#written()).observe(scroll, { childList: true, subtree: true });
  }

  get #moments() {
    return /** @type {HTMLElement[]} */ ([...this.scroll.querySelectorAll(".moment")]);
  }

  /** @param {number} by 1 to the next, -1 to the one before */
  step(by) {
    const all = this.#moments, at = all.findIndex((one) => one.dataset.key === this.key);
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))];
    if (!next) return;
    next.focus();
    this.key = next.dataset.key ?? "";
  }

  /** Opens or folds what the moment under the keyboard has more. */
  unfold() {
    const more = this.#moments.find((one) => one.dataset.key === this.key)?.querySelector("details");
    if (more) more.open = !more.open;
  }

  /** @param {Element} target what the keyboard or the pointer is at now */
  #at(target) {
    this.held = this.scroll.contains(target) && target.closest(".moment") !== null;
    if (this.held) this.key = keyOf(target);
  }

  #written() {
    for (const one of this.#moments) {
      const key = one.dataset.key ?? "", details = this.open.has(key) && one.querySelector("details");
      if (details && !details.open) details.open = true;
      if (this.held && key === this.key && document.activeElement === document.body) one.focus({ preventScroll: true });
    }
    const count = this.#moments.length, more = count > this.count;
    this.count = count;
    if (this.atEnd) this.#toEnd();
    else if (more) this.newest.hidden = false;
  }

  #toEnd() {
    this.scroll.scrollTop = this.scroll.scrollHeight;
    this.newest.hidden = true;
    this.atEnd = true;
  }
}

/** The moment in which an element stands. @param {Element} element */
const keyOf = (element) => element.closest(".moment")?.getAttribute("data-key") ?? "";
