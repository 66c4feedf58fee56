/**
 * What has changed of my incident since I looked: each field with what it was and when it became another, until a tap says that it is seen.
 * Kept in this browser, for one incident at a time, so that a phone that slept tells what it missed. Pure but for the storage it is given.
 */

const KEPT = "rtcc-seen";
/** What an officer must not miss, in the order in which it is told. */
export const WATCHED = /** @type {const} */ (["priority", "type", "address", "status", "units", "narrative", "beat"]);

/** @typedef {{field: string, from: string, to: string, at: number}} Changed at in Unix ms of the server; NaN for while the page was away */

export class Seen {
  /** @param {Pick<Storage, "getItem" | "setItem">} storage */
  constructor(storage) {
    this.storage = storage;
    /** @type {{id: string, fields: Record<string, string>, at: Record<string, number>}} */
    this.kept = { id: "", fields: {}, at: {} };
    try {
      this.kept = { ...this.kept, ...JSON.parse(storage.getItem(KEPT) ?? "{}") };
    } catch {
      // Written by something else: then nothing was seen yet.
    }
  }

  /** A change of a field came: when. @param {string} id @param {Record<string, any>} fields @param {number} at Unix ms */
  heard(id, fields, at) {
    if (id !== this.kept.id) return;
    for (const field of WATCHED) if (field in fields) this.kept.at[field] = at;
    this.#keep();
  }

  /** What is another than when it was seen; an incident that is new to this phone is seen as it is. @param {string} id @param {any} incident @returns {Changed[]} */
  changed(id, incident) {
    if (this.kept.id !== id) {
      this.kept = { id, fields: Object.fromEntries(WATCHED.map((field) => [field, said(incident, field)])), at: {} };
      this.#keep();
    }
    return WATCHED.flatMap((field) => {
      const from = this.kept.fields[field] ?? "", to = said(incident, field);
      return from === to ? [] : [{ field, from, to, at: this.kept.at[field] ?? NaN }];
    });
  }

  /** The field is seen. @param {string} field @param {any} incident */
  see(field, incident) {
    this.kept.fields[field] = said(incident, field);
    this.#keep();
  }

  #keep() {
    this.storage.setItem(KEPT, JSON.stringify(this.kept));
  }
}

/** @param {any} incident @param {string} field */
function said(incident, field) {
  const value = incident[field];
  return Array.isArray(value) ? value.join(" ") : value == null ? "" : String(value);
}
