/**
 * The one sound there is: for a new priority 1 incident and a new critical alarm, and only once a person has allowed it. The browser
 * itself lets no page sound before somebody has touched it; until then the switch says so.
 */

import { isAcknowledged, isAlarmOpen, isPending, priorityOf, severityOf } from "./words.js";

const ALLOWED = "rtcc-sound";
/** A burst of new ones sounds once. */
const AGAIN_MS = 3000;
/** Two short tones, the second higher: heard in a loud room, and not a siren. */
const TONES = /** @type {const} */ ([[660, 0], [880, 0.16]]);

export class Sound {
  constructor() {
    this.allowed = localStorage.getItem(ALLOWED) === "on";
    /** @type {AudioContext | null} */
    this.context = null;
    this.soundedAt = -Infinity;
    this.sounded = 0;
  }

  /** "muted", "on", or "blocked": allowed once, but the browser waits for a touch of this page. */
  get state() {
    if (!this.allowed) return "muted";
    return this.context?.state === "running" ? "on" : "blocked";
  }

  /** A person switches it, by a click or a key. @param {boolean} [allowed] */
  async turn(allowed = this.state !== "on") {
    this.allowed = allowed;
    localStorage.setItem(ALLOWED, allowed ? "on" : "off");
    if (allowed) await (this.context ??= new AudioContext()).resume();
    else await this.context?.suspend();
  }

  ring() {
    const now = performance.now();
    if (this.state !== "on" || now - this.soundedAt < AGAIN_MS) return;
    this.soundedAt = now;
    this.sounded += 1;
    const context = /** @type {AudioContext} */ (this.context);
    for (const [pitch, after] of TONES) {
      const tone = context.createOscillator(), loud = context.createGain(), at = context.currentTime + after;
      tone.frequency.value = pitch;
      loud.gain.setValueAtTime(0.0001, at);
      loud.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
      loud.gain.exponentialRampToValueAtTime(0.0001, at + 0.15);
      tone.connect(loud).connect(context.destination);
      tone.start(at);
      tone.stop(at + 0.16);
    }
  }
}

/**
 * Rings for what was not urgent, or not there, a moment ago.
 * @param {import("./glass.js").Glass} glass @param {() => void} ring
 */
export function ringForNew(glass, ring) {
  /** @type {Set<string>} */
  let urgent = new Set();
  glass.add({
    kinds: ["incident", "alarm"],
    reload: () => {
      urgent = new Set();
      for (const [id, incident] of glass.incidents) if (isUrgent("incident", incident)) urgent.add(`incident ${id}`);
      for (const [id, alarm] of glass.alarms) if (isUrgent("alarm", alarm)) urgent.add(`alarm ${id}`);
    },
    take: ({ kind, id }, entity) => {
      const key = `${kind} ${id}`;
      if (!entity || !isUrgent(kind, entity)) urgent.delete(key);
      else if (!urgent.has(key)) {
        urgent.add(key);
        ring();
      }
    },
    show: () => {},
  });
}

/** @param {string} kind @param {any} entity */
export const isUrgent = (kind, entity) =>
  kind === "incident"
    ? priorityOf(entity) === 1 && isPending(entity)
    : isAlarmOpen(entity) && !isAcknowledged(entity) && severityOf(entity) === "critical";
