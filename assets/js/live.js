/**
 * The page's side of the live stream: fetches the picture, follows it with the stream, starts again when told to, and knows when the
 * last word was heard. Survives a server that was killed, a worker that died and a network that hangs, without a touch.
 */

import { compareCursors } from "./replica.js";
import { Stream } from "./stream.js";

/** NOT LIVE must be on the screen within 6 s of the last word; beats come every 5 s; the page looks four times a second. */
export const SILENT_AFTER_MS = 5700;
const LOOK_EVERY_MS = 250;
/** A connection that is known to be broken has this long to come back before the screen says so. */
const GONE_AFTER_MS = 3000;
/** A shared worker that stays silent while the page waits this long is given up for a stream of the page's own. */
const WORKER_SILENT_MS = 16_000;
const LONGEST_PAUSE_MS = 4000;

/**
 * @typedef {import("./stream.js").Message} Message
 * @typedef {{
 *   picture: (picture: any) => void,
 *   change: (data: string, cursor: string) => void,
 *   beat: (data: string) => void,
 *   locked: () => void,
 *   doubt: () => void,
 *   link: (state: "loading" | "live" | "lost", heardAt: number) => void,
 * }} Handlers `locked`: this session's screens must show nothing; `doubt`: whose session it is may have changed; `heardAt`: when the last word came, Unix ms of this browser
 */

export class Live {
  /** @param {Handlers} handlers @param {{shared?: boolean}} [options] */
  constructor(handlers, options = {}) {
    this.handlers = handlers;
    this.openedAt = this.heardAt = Date.now();
    /** @type {"loading" | "live" | "lost"} */
    this.state = "loading";
    /** @type {string | null} the cursor of the loaded picture; null while it is being fetched */
    this.cursor = null;
    /** @type {Message[]} what came before the picture */
    this.early = [];
    this.pause = 250;
    this.loading = false;
    this.goneAt = 0;
    this.connect(options.shared !== false && "SharedWorker" in window);
    this.#load();
    setInterval(() => this.#look(), LOOK_EVERY_MS);
    addEventListener("pagehide", () => this.port?.postMessage({ bye: true }));
    addEventListener("pageshow", (event) => event.persisted && location.reload());
  }

  /** @param {boolean} shared */
  connect(shared) {
    const hear = (/** @type {any} */ message) => this.#hear(message);
    this.port?.postMessage({ bye: true });
    this.port = null;
    this.own?.stop();
    this.own = null;
    if (shared) {
      try {
        // A stream shows what its viewer may see: pages of another session never share it.
        const name = `rtcc-live ${document.documentElement.dataset.session ?? ""}`;
        const worker = new SharedWorker(new URL("./live_worker.js", import.meta.url), { type: "module", name });
        worker.onerror = () => this.port && this.#direct();
        this.port = worker.port;
        this.port.onmessage = (event) => hear(event.data);
        return;
      } catch {
        // Blocked by policy: a stream of our own does the same.
      }
    }
    this.own = new Stream("/api/v1/live", hear);
  }

  #direct() {
    this.connect(false);
    if (this.cursor !== null) this.own?.start(this.cursor);
  }

  /** @param {Message | {type: "from", id: string, data: string}} message */
  #hear(message) {
    if (message.type === "from") {
      if (this.cursor !== null && message.id && compareCursors(this.cursor, message.id) < 0) {
        setTimeout(() => this.#reload(), this.pause);
      }
      return;
    }
    if (message.type === "gone") {
      this.goneAt ||= Date.now();
      return this.handlers.doubt();
    }
    this.goneAt = 0;
    this.heardAt = Date.now();
    if (message.type === "reset") return this.#reload();
    if (message.type === "locked") return this.handlers.locked();
    if (message.type === "beat") this.handlers.beat(message.data);
    else if (this.cursor === null) this.early.push(message);
    else this.#change(message);
    if (this.state !== "live" && this.cursor !== null) this.#say("live");
  }

  /** @param {Message} message */
  #change(message) {
    this.handlers.change(message.data, message.id);
    if (message.id) this.cursor = message.id;
  }

  #reload() {
    this.handlers.doubt();
    this.cursor = null;
    this.early = [];
    this.#load();
  }

  async #load() {
    if (this.loading) return;
    this.loading = true;
    while (this.cursor === null) {
      try {
        const answer = await fetch("/api/v1/picture", { cache: "no-store", signal: AbortSignal.timeout(20_000) });
        if (!answer.ok) throw new Error(`the picture: ${answer.status}`);
        const picture = await answer.json();
        this.handlers.picture(picture);
        this.cursor = picture.cursor;
      } catch (error) {
        console.info("no picture yet:", error);
        await new Promise((done) => setTimeout(done, this.pause));
        this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MS);
      }
    }
    this.pause = 250;
    this.loading = false;
    for (const message of this.early.splice(0)) this.#change(message);
    const cursor = /** @type {string} */ (/** @type {unknown} */ (this.cursor));
    if (this.port) this.port.postMessage({ start: cursor });
    else this.own?.start(cursor);
  }

  #look() {
    const silent = Date.now() - this.heardAt;
    const gone = this.goneAt > 0 && Date.now() - this.goneAt > GONE_AFTER_MS;
    if ((gone || silent > SILENT_AFTER_MS) && this.state !== "lost") this.#say("lost");
    if (this.port && silent > WORKER_SILENT_MS && this.cursor !== null) this.#direct();
  }

  /** @param {"live" | "lost"} state */
  #say(state) {
    this.state = state;
    this.handlers.link(state, this.heardAt);
  }
}
