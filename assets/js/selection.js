/**
 * What is chosen on a page: one thing at a time, the same for its queues, its map and its panels; and in the address, so that a reload or a
 * link shows it again.
 */

/** @typedef {{kind: string, id: string}} Thing */

export class Selection {
  /** @param {string[]} kinds that may be chosen here, each by its name in the address: ?incident=… */
  constructor(kinds) {
    this.kinds = kinds;
    /** @type {((thing: Thing | null, before: Thing | null) => void)[]} */
    this.listeners = [];
    /** @type {Thing | null} */
    this.thing = null;
    this.#read();
    addEventListener("popstate", () => this.#read());
  }

  /** Told whenever something else is chosen, and at once of what is. @param {(thing: Thing | null, before: Thing | null) => void} listener */
  on(listener) {
    this.listeners.push(listener);
    if (this.thing) listener(this.thing, null);
  }

  /** @param {Thing | null} thing */
  set(thing) {
    if (thing?.kind === this.thing?.kind && thing?.id === this.thing?.id) return;
    const address = new URL(location.href);
    for (const kind of this.kinds) address.searchParams.delete(kind);
    if (thing) address.searchParams.set(thing.kind, thing.id);
    history.replaceState(history.state, "", address);
    this.#choose(thing);
  }

  /** @param {string} kind @param {string} id */
  is(kind, id) {
    return this.thing?.kind === kind && this.thing.id === id;
  }

  #read() {
    const query = new URLSearchParams(location.search);
    const kind = this.kinds.find((one) => query.get(one));
    this.#choose(kind ? { kind, id: /** @type {string} */ (query.get(kind)) } : null);
  }

  /** @param {Thing | null} thing */
  #choose(thing) {
    const before = this.thing;
    this.thing = thing;
    for (const listener of this.listeners) listener(thing, before);
  }
}
