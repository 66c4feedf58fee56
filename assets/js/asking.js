/** Asks the server for a part of a page that Dash writes: at most once a second, however much happens, and again where nobody could say. */

const AGAIN_MS = 1000;
/** Changes that belong together come within this time. */
const TOGETHER_MS = 150;

export class Asking {
  /** @param {(turn: number) => void} ask @param {number} [everyMs] no more often than this */
  constructor(ask, everyMs = AGAIN_MS) {
    this.ask = ask;
    this.everyMs = everyMs;
    this.turn = 0;
    this.last = -Infinity;
    this.waiting = 0;
  }

  /** Soon, together with whatever else asks until then. @param {number} [afterMs] */
  soon(afterMs = TOGETHER_MS) {
    if (this.waiting) return;
    const wait = Math.max(afterMs, this.last + this.everyMs - performance.now());
    this.waiting = setTimeout(() => {
      this.waiting = 0;
      this.last = performance.now();
      this.ask(++this.turn);
    }, wait);
  }
}

/** Gives a value to a store of the page, which starts the callback that listens to it. @param {string} id @param {unknown} data */
export const tell = (id, data) => /** @type {any} */ (window).dash_clientside.set_props(id, { data });

/** Told of the JSON that a callback has written into an element, and of each that it writes later. @param {HTMLElement} place @param {(told: any) => void} listener */
export function hear(place, listener) {
  const read = () => place.textContent && listener(JSON.parse(place.textContent));
  new MutationObserver(read).observe(place, { childList: true, characterData: true, subtree: true });
  read();
}
