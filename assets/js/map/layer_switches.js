/** Which layers of the map are on: kept by this browser, and switched in a small panel that the keyboard reaches. */

import { write } from "../queue.js";

const KEPT = "rtcc-map-layers";

/** @typedef {{id: string, name: string, off?: boolean, title?: string}} LayerOf `off`: not shown until somebody asks for it */

/** In the order of the panel. */
export const LAYERS = /** @type {LayerOf[]} */ ([
  { id: "p1", name: "Priority 1" }, { id: "p2", name: "Priority 2" }, { id: "p3", name: "Priority 3" }, { id: "p4", name: "Priority 4, 5" },
  { id: "units", name: "Units", title: "Units in emergency stay on the map" },
  { id: "detections", name: "Detections" }, { id: "cameras", name: "Cameras" }, { id: "alarms", name: "Alarms" },
  { id: "notices", name: "Notices", title: "Public warnings" },
  { id: "beats", name: "Beats" }, { id: "districts", name: "Districts" }, { id: "heat", name: "Heat, last 24 h", off: true },
]);

/** The switch of an incident's layer. @param {number} priority */
export const layerOfPriority = (priority) => `p${Math.min(priority, 4)}`;

export class LayerSwitches {
  /** @param {Storage} [storage] */
  constructor(storage = localStorage) {
    this.storage = storage;
    /** @type {Record<string, boolean>} only what somebody has switched: a layer of a later version begins as it should */
    this.turned = {};
    try {
      const kept = JSON.parse(storage.getItem(KEPT) ?? "{}");
      for (const { id } of LAYERS) if (typeof kept[id] === "boolean") this.turned[id] = kept[id];
    } catch {
      // What another version left behind is no reason to show no map.
    }
    /** @type {((id: string, on: boolean) => void)[]} */
    this.listeners = [];
  }

  /** @param {string} id */
  on(id) {
    return this.turned[id] ?? !LAYERS.find((layer) => layer.id === id)?.off;
  }

  /** @param {string} id @param {boolean} on */
  turn(id, on) {
    this.turned[id] = on;
    this.storage.setItem(KEPT, JSON.stringify(this.turned));
    for (const listener of this.listeners) listener(id, on);
  }

  /** How many layers are off that a map shows unless somebody hides them. */
  get hidden() {
    return LAYERS.filter(({ id, off }) => !off && !this.on(id)).length;
  }
}

/** The panel of switches, and the button that opens it and says how many layers are off. */
export class LayerPanel {
  /** @param {HTMLElement} button @param {HTMLElement} panel @param {LayerSwitches} switches */
  constructor(button, panel, switches) {
    this.button = button;
    this.panel = panel;
    this.switches = switches;
    this.off = button.appendChild(Object.assign(document.createElement("b"), { className: "map-layers-off" }));
    this.counts = new Map(LAYERS.map((layer) => [layer.id, this.#row(layer)]));
    button.addEventListener("click", () => this.toggle());
    panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      this.toggle(false);
      button.focus();
    });
    this.#say();
  }

  /** @param {boolean} [open] */
  toggle(open = this.panel.hidden) {
    this.panel.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    if (open) this.panel.querySelector("input")?.focus();
  }

  /** How many things each layer has, on or off. @param {Record<string, number>} counts */
  count(counts) {
    for (const [id, cell] of this.counts) write(cell, id in counts ? String(counts[id]) : "");
  }

  /** @param {LayerOf} layer */
  #row({ id, name, title }) {
    const row = document.createElement("label"), box = document.createElement("input"), count = document.createElement("span");
    Object.assign(box, { type: "checkbox", checked: this.switches.on(id), name: `layer-${id}` });
    box.addEventListener("change", () => {
      this.switches.turn(id, box.checked);
      this.#say();
    });
    count.className = "map-layers-count";
    row.title = title ?? "";
    row.append(box, Object.assign(document.createElement("span"), { textContent: name }), count);
    this.panel.append(row);
    return count;
  }

  #say() {
    const off = this.switches.hidden;
    write(this.off, off ? `${off} off` : "");
    this.off.hidden = !off;
    this.button.setAttribute("aria-label", off ? `Layers, ${off} off` : "Layers");
  }
}
