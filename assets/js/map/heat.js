/** Where incidents were in the last 24 hours, as a glow on the ground under all that lives; asked of the journal while it is on. */

import { designScale, token } from "../tokens.js";
import { shiftFor } from "./basemap_style.js";
import { KeptLayers } from "./kept_layers.js";

const PATH = "/api/v1/heat";
const REFRESH_MS = 5 * 60_000;
/** After an answer that was none. */
const AGAIN_MS = 30_000;

export class Heat {
  /** @param {any} map @param {(state: "off" | "loading" | "shown" | "none" | "failed") => void} say */
  constructor(map, say) {
    this.say = say;
    this.on = false;
    this.timer = 0;
    this.kept = new KeptLayers(map, "heat", heatLayers, (layers) => layers.find(({ id }) => OVER_HEAT.has(id))?.id);
  }

  /** @param {boolean} on */
  turn(on) {
    this.on = on;
    clearTimeout(this.timer);
    if (on) {
      this.say("loading");
      this.#ask();
    } else {
      this.kept.show(null);
      this.say("off");
    }
  }

  async #ask() {
    let again = REFRESH_MS;
    try {
      const answer = await fetch(PATH, { signal: AbortSignal.timeout(20_000) });
      if (!answer.ok) throw new Error(`heat: ${answer.status}`);
      const heat = await answer.json();
      if (!this.on) return;
      this.kept.show(heat);
      this.say(heat.features?.length ? "shown" : "none");
    } catch (error) {
      console.info("no heat:", error);
      if (!this.on) return;
      this.say("failed");
      again = AGAIN_MS;
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#ask(), again);
  }
}

/** The lowest layers that stay readable above the glow. */
const OVER_HEAT = new Set(["beat-lines", "city-line", "district-lines", "one-way", "camera-cones"]);

function heatLayers() {
  const size = designScale(), at = shiftFor(size);
  const zooms = (/** @type {number} */ far, /** @type {number} */ near) => ["interpolate", ["exponential", 1.6], ["zoom"], at(10), far, at(16), near];
  const clear = (/** @type {number} */ alpha) => token("heat") + Math.round(alpha * 255).toString(16).padStart(2, "0");
  return [{
    id: "heat", type: "heatmap",
    paint: {
      "heatmap-weight": ["interpolate", ["linear"], ["get", "w"], 0, 0, 12, 1],
      "heatmap-intensity": ["interpolate", ["linear"], ["zoom"], at(10), 0.35, at(15), 1.4],
      "heatmap-radius": zooms(20 * size, 130 * size),
      "heatmap-color": [
        "interpolate", ["linear"], ["heatmap-density"], 0, clear(0), 0.08, clear(0.1), 0.35, clear(0.28), 0.7, clear(0.48), 1, clear(0.68),
      ],
      "heatmap-opacity": 1,
    },
  }];
}
