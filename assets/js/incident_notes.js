/** The notes of an incident: each with who wrote it and when; and the form for the next, or the reason why there is none. */

import { command, mayReadNotes, mayWrite } from "./command.js";
import { plural } from "./format.js";

const MOST = 4000;
const NOTHING = `<li class="empty"><b>No notes yet</b><span>Whatever is written here stands under its writer's name.</span></li>`;
const HIDDEN = `<li class="empty"><b>Notes are not shown here</b><span>Sign in as a dispatcher or supervisor to read them.</span></li>`;
const FORM =
  `<form class="note-form"><label for="incident-note-text">New note, under your name; it cannot be taken back</label>` +
  `<textarea id="incident-note-text" rows="2" maxlength="${MOST}" required></textarea>` +
  `<div><span class="note-count"></span><button class="act" type="submit">Add note</button></div></form>`;

export class IncidentNotes {
  /**
   * @param {(id: string) => HTMLElement} part @param {string} incident its id
   * @param {{time: (ms: number) => string}} clock the city's
   */
  constructor(part, incident, clock) {
    this.list = part("incident-notes");
    this.incident = incident;
    this.clock = clock;
    this.reads = mayReadNotes();
    this.shown = "";
    const place = part("incident-note-form");
    if (mayWrite()) this.#form(place);
    else place.innerHTML = document.documentElement.dataset.viewer ? `<p class="note-why">Your role does not write notes.</p>` : `<p class="note-why"><a href="/login">Sign in</a> to write a note.</p>`;
  }

  /** @param {any[]} notes the oldest first */
  show(notes) {
    const key = JSON.stringify(notes);
    if (key === this.shown) return;
    this.shown = key;
    if (!this.reads || !notes.length) {
      this.list.innerHTML = this.reads ? NOTHING : HIDDEN;
      return;
    }
    this.list.replaceChildren(...notes.map((note) => this.#note(note)));
    this.list.scrollTop = this.list.scrollHeight;
  }

  /** The form gets the next key stroke. */
  focus() {
    (this.field ?? this.list).focus();
    (this.field ?? this.list).scrollIntoView({ block: "nearest" });
  }

  /** @param {any} note */
  #note(note) {
    const item = document.createElement("li"), head = document.createElement("div"), text = document.createElement("p");
    item.className = "note";
    item.dataset.note = note.id;
    const at = Date.parse(note.written_at ?? "");
    head.innerHTML = `<b></b><time></time>`;
    const [who, when] = /** @type {any} */ (head.children);
    who.textContent = note.written_by ?? "Somebody";
    when.textContent = Number.isFinite(at) ? this.clock.time(at) : "";
    text.textContent = note.text ?? "Removed from the record.";
    item.append(head, text);
    return item;
  }

  /** @param {HTMLElement} place */
  #form(place) {
    place.innerHTML = FORM;
    const form = /** @type {HTMLFormElement} */ (place.firstElementChild);
    const field = (this.field = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea")));
    const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
    const count = /** @type {HTMLElement} */ (form.querySelector(".note-count"));
    field.addEventListener("input", () => {
      const left = MOST - field.value.length;
      count.textContent = left < 200 ? `${left} ${plural(left, "character")} left` : "";
    });
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
      if (event.key === "Escape") field.blur();
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const text = field.value.trim();
      if (!text || button.disabled) return;
      button.disabled = true;
      // What was not accepted stays in the field.
      if (await command(`/api/v1/incidents/${encodeURIComponent(this.incident)}/notes`, { text })) field.value = "";
      button.disabled = false;
    });
  }
}
