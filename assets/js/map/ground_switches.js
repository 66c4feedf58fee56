/** The layers of the ground that a person may hide: beats and districts. */

const OF = /** @type {Record<string, string[]>} */ ({
  beats: ["beat-lines", "beat-names"], districts: ["district-lines", "district-names"],
});

/**
 * Keeps them as they are switched, also when the ground is laid anew.
 * @param {any} map @param {import("./layer_switches.js").LayerSwitches} switches
 */
export function switchGround(map, switches) {
  const lay = () => {
    for (const [id, layers] of Object.entries(OF)) {
      const wanted = switches.on(id) ? "visible" : "none";
      // Each change is told as a change of the style: only what differs is changed, or this would never end.
      for (const layer of layers) {
        if (map.getLayer(layer) && (map.getLayoutProperty(layer, "visibility") ?? "visible") !== wanted) map.setLayoutProperty(layer, "visibility", wanted);
      }
    }
  };
  map.on("styledata", lay);
  switches.listeners.push((id) => id in OF && lay());
  lay();
}
