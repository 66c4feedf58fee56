/** The notes about the chosen incident, the newest first, and the form for the next one. */

import { command, mayReadNotes, mayWrite } from "../command.js";
import { part } from "../shell.js";
import { isAbout } from "../words.js";

/** Those about one thing, the newest first. Pure. @param {Map<string, any>} notes @param {string} kind @param {string} id @returns {[string, any][]} */
export function notesAbout(notes, kind, id) {
  const about = [...notes].filter(([, note]) => isAbout(note, kind, id));
  return about.sort(([a, one], [b, other]) => Date.parse(other.written_at) - Date.parse(one.written_at) || (a < b ? 1 : -1));
}

export class Notes {
  /** @param {import("../glass.js").Glass} glass @param {(ms: number) => string} time by the city's clock */
  constructor(glass, time) {
    this.glass = glass;
    this.time = time;
    this.list = part("chosen-notes");
    this.form = part("chosen-note-form");
    this.text = /** @type {HTMLTextAreaElement} */ (part("chosen-note-text"));
    this.incident = "";
    this.shown = "";
    this.reads = mayReadNotes();
    this.writes = mayWrite();
    this.form.hidden = !this.writes;
    const mayNot = part("chosen-may-not");
    mayNot.hidden = this.reads && this.writes;
    mayNot.innerHTML = document.documentElement.dataset.viewer ? "What you signed in with does not let you read and write notes." : `<a href="/login">Sign in</a> to read and write notes.`;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#write();
    });
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#write();
    });
  }

  /** @param {string} incident its id; what was begun about another one is not sent about this one */
  about(incident) {
    if (this.incident !== incident) this.text.value = "";
    this.incident = incident;
    this.show();
  }

  show() {
    const notes = notesAbout(this.glass.notes, "incident", this.incident);
    const shown = JSON.stringify(notes);
    if (this.shown === shown) return;
    this.shown = shown;
    this.list.replaceChildren(...notes.map(([, note]) => this.#item(note)));
    if (!notes.length && this.reads) {
      const none = document.createElement("li");
      none.className = "quiet";
      none.textContent = "No notes yet.";
      this.list.append(none);
    }
  }

  /** @param {any} note */
  #item(note) {
    const item = document.createElement("li"), who = document.createElement("span"), text = document.createElement("p");
    const at = Date.parse(note.written_at ?? "");
    who.className = "note-who";
    who.textContent = [note.written_by, Number.isFinite(at) ? this.time(at) : ""].filter(Boolean).join(" · ");
    text.textContent = String(note.text ?? "");
    item.append(who, text);
    return item;
  }

  async #write() {
    const text = this.text.value.trim();
    if (!text) return this.text.focus();
    const { incident } = this;
    if ((await command(`/api/v1/incidents/${encodeURIComponent(incident)}/notes`, { text })) && this.incident === incident) this.text.value = "";
  }
}
