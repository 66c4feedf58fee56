/**
 * What a person may answer to an alarm: acknowledge, shelve for a while with a reason, take from the shelf, note. Two who answer at once are
 * told who was first.
 */

import { command, say } from "./command.js";
import { plural } from "./format.js";
import { write } from "./queue.js";
import { part } from "./shell.js";
import { severityOf } from "./words.js";

/** A critical alarm may be put aside for this long at most, as the server holds it. */
const LONGEST_CRITICAL_S = 3600;
const USUAL_S = "1800";

/** @typedef {{id: string, alarm: any}} Asked */

export class AlarmActions {
  /** @param {Map<string, any>} alarms @param {string} me the name of whoever sits here */
  constructor(alarms, me) {
    this.alarms = alarms;
    this.me = me;
    /** What was acknowledged here, and whose answer it turned out to be is not yet known. @type {Set<string>} */
    this.answered = new Set();
    this.shelving = new Asking("shelve-dialog", () => this.#shelve());
    this.noting = new Asking("note-dialog", () => this.#note());
  }

  /** @param {Asked} asked */
  async acknowledge({ id, alarm }) {
    this.answered.add(id);
    if (!(await command(`/api/v1/alarms/${encodeURIComponent(id)}/acknowledge`, { raised_at: alarm.raised_at }))) this.answered.delete(id);
  }

  /** @param {Asked} asked */
  shelve({ id, alarm }) {
    write(part("shelve-what"), String(alarm.title ?? "Alarm"));
    const critical = severityOf(alarm) === "critical", lengths = lengthsOf();
    for (const length of lengths.options) length.disabled = critical && Number(length.value) > LONGEST_CRITICAL_S;
    lengths.value = USUAL_S;
    this.shelving.open(id);
  }

  /** @param {Asked} asked */
  note({ id, alarm }) {
    write(part("note-what"), String(alarm.title ?? "Alarm"));
    this.noting.open(id);
  }

  /** @param {Asked} asked */
  unshelve({ id }) {
    return command(`/api/v1/alarms/${encodeURIComponent(id)}/unshelve`);
  }

  /** What came of the answers given here: told by the picture, as to everybody. */
  look() {
    for (const id of this.answered) {
      const by = this.alarms.get(id)?.acknowledged_by;
      if (by === undefined && this.alarms.has(id)) continue;
      this.answered.delete(id);
      if (by !== undefined && by !== this.me) say(`${by} was first to acknowledge this alarm.`);
    }
  }

  async #shelve() {
    const minutes = Number(lengthsOf().value) / 60;
    const reason = /** @type {HTMLTextAreaElement} */ (part("shelve-reason")).value.trim();
    const path = `/api/v1/alarms/${encodeURIComponent(this.shelving.id)}/shelve`;
    if (await command(path, { for_s: minutes * 60, reason })) say(`Shelved for ${minutes} ${plural(minutes, "minute")}.`);
  }

  async #note() {
    const text = /** @type {HTMLTextAreaElement} */ (part("note-text")).value.trim();
    if (await command(`/api/v1/alarms/${encodeURIComponent(this.noting.id)}/notes`, { text })) say("Note added.");
  }
}

const lengthsOf = () => /** @type {HTMLSelectElement} */ (part("shelve-for"));

/** A dialog about one alarm, with a text that must say something. */
class Asking {
  /** @param {string} name @param {() => void} done */
  constructor(name, done) {
    this.dialog = /** @type {HTMLDialogElement} */ (part(name));
    this.id = "";
    const form = /** @type {HTMLFormElement} */ (this.dialog.querySelector("form"));
    this.text = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea"));
    /** @type {HTMLButtonElement} */ (form.querySelector("button[type=button]")).addEventListener("click", () => this.dialog.close());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!this.text.value.trim()) return this.text.focus();
      this.dialog.close();
      done();
    });
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    });
  }

  /** @param {string} id */
  open(id) {
    this.id = id;
    this.text.value = "";
    this.dialog.showModal();
    this.text.focus();
  }
}
