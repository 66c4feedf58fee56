/**
 * The browser's copy of the picture: what the server sent, merged. Pure: no DOM, no network, no clock.
 *
 * Applying a change twice is harmless; a change that is not newer than the picture it would change is dropped.
 */

/**
 * @typedef {{kind: string, id: string, fields: Record<string, any> | null, occurred_at: string, received_at: string}} Change
 * @typedef {Record<string, any>} Entity
 */

/**
 * Compares two cursors ("milliseconds-number").
 * @param {string} a @param {string} b
 * @returns {number} below zero when a is older
 */
export function compareCursors(a, b) {
  const [aTime, aNumber = 0] = a.split("-").map(Number);
  const [bTime, bNumber = 0] = b.split("-").map(Number);
  return aTime - bTime || aNumber - bNumber || 0;
}

export class Replica {
  constructor() {
    /** @type {string | null} */
    this.cursor = null;
    /** @type {Map<string, Map<string, Entity>>} */
    this.kinds = new Map();
  }

  /** All entities of a kind; the same Map for as long as the page lives. @param {string} kind @returns {Map<string, Entity>} */
  kind(kind) {
    let all = this.kinds.get(kind);
    if (!all) this.kinds.set(kind, (all = new Map()));
    return all;
  }

  /**
   * Replaces everything.
   * @param {{cursor: string, entities: Record<string, Record<string, Entity>>}} picture
   */
  load(picture) {
    for (const all of this.kinds.values()) all.clear();
    for (const [kind, entities] of Object.entries(picture.entities)) {
      const all = this.kind(kind);
      for (const id of Object.keys(entities)) all.set(id, entities[id]);
    }
    this.cursor = picture.cursor;
  }

  /** Whether a message with this cursor is newer than the picture. @param {string} cursor */
  isNews(cursor) {
    return this.cursor === null || !cursor || !(compareCursors(cursor, this.cursor) <= 0);
  }

  /**
   * Merges one change.
   * @param {Change} change
   * @returns {Entity | null} the whole entity after it, or null when it left the picture
   */
  apply(change) {
    const all = this.kind(change.kind);
    const { fields } = change;
    if (fields === null) {
      all.delete(change.id);
      return null;
    }
    let entity = all.get(change.id);
    if (!entity) all.set(change.id, (entity = {}));
    for (const name in fields) {
      if (fields[name] === null) delete entity[name];
      else entity[name] = fields[name];
    }
    return entity;
  }
}
