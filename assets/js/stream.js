/**
 * One live stream that keeps itself alive: it reconnects with growing pauses and always resumes at the last change that it saw.
 * Runs in the shared worker, or in the page where there is none. It says what it heard; it does not judge what that means.
 */

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4000;
/** The server beats every 5 s; a connection that has been silent for this long is dead even if it looks open. */
const SILENCE_MS = 11_000;

/**
 * @typedef {{type: "change" | "beat" | "reset" | "locked" | "gone", id: string, data: string}} Message `gone`: the connection broke
 */

export class Stream {
  /**
   * @param {string} url without the cursor
   * @param {(message: Message) => void} onMessage
   */
  constructor(url, onMessage) {
    this.url = url;
    this.onMessage = onMessage;
    /** @type {string | null} the last change seen; null while stopped */
    this.cursor = null;
    /** @type {EventSource | null} */
    this.source = null;
    this.pause = FIRST_PAUSE_MS;
    this.retry = 0;
    this.guard = 0;
    this.heardAt = 0;
  }

  /** Begins after `cursor`; does nothing while it runs. @param {string} cursor */
  start(cursor) {
    if (this.cursor !== null) return;
    this.cursor = cursor;
    this.pause = FIRST_PAUSE_MS;
    this.#open();
    this.guard = setInterval(() => this.#check(), 1000);
  }

  stop() {
    this.cursor = null;
    clearTimeout(this.retry);
    clearInterval(this.guard);
    this.source?.close();
    this.source = null;
  }

  #open() {
    if (this.cursor === null) return;
    this.heardAt = Date.now();
    const source = new EventSource(`${this.url}?cursor=${encodeURIComponent(this.cursor)}`);
    this.source = source;
    for (const type of /** @type {const} */ (["change", "beat", "reset", "locked"])) {
      source.addEventListener(type, (event) => {
        if (source !== this.source) return;
        const { lastEventId, data } = /** @type {MessageEvent} */ (event);
        this.pause = FIRST_PAUSE_MS;
        this.heardAt = Date.now();
        if (type === "change" && lastEventId) this.cursor = lastEventId;
        if (type === "reset" || type === "locked") this.stop();
        this.onMessage({ type, id: lastEventId, data });
      });
    }
    // EventSource would retry on its own, but with the address of its birth, and not at all after an answer such as 502.
    source.onerror = () => source === this.source && this.#again();
  }

  #again() {
    this.onMessage({ type: "gone", id: "", data: "" });
    this.source?.close();
    this.source = null;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.#open(), this.pause * (0.75 + Math.random() / 2));
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MS);
  }

  #check() {
    if (this.source && Date.now() - this.heardAt > SILENCE_MS) this.#again();
  }
}
