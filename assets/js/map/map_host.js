/**
 * The door to Plotly's MapLibre map: the only place that reaches into Plotly's private layout, pinned by one browser test.
 */

/** Pause between two looks for the map. */
const LOOK_EVERY_MS = 40;

/**
 * The MapLibre map inside a Plotly graph, or null while there is none.
 * @param {any} graph the element that Plotly drew into (`.js-plotly-plot`)
 * @returns {any}
 */
export function mapOf(graph) {
  return graph?._fullLayout?.map?._subplot?.map ?? null;
}

/** Whether a layer is one of a trace: Plotly's own to lay and to take away. @param {string} id */
export const isPlotlys = (id) => id.startsWith("plotly-");

/**
 * Waits until the map in `host` has loaded its style, and makes it a map to be read: flat, north up, no fading of labels.
 * @param {HTMLElement} host an element around or of the graph
 * @returns {Promise<any>}
 */
export function mapIn(host) {
  return new Promise((resolve) => {
    const look = () => {
      const map = mapOf(host.matches(".js-plotly-plot") ? host : host.querySelector(".js-plotly-plot"));
      // Asked again and again, and not by the map's "load", which may have passed before Plotly's own first patch is through.
      if (!map?.isStyleLoaded()) return setTimeout(look, LOOK_EVERY_MS);
      // Labels that fade ask for a quarter of a second of full redraws after each change of a source.
      map._fadeDuration = 0;
      map.dragRotate.disable();
      map.touchZoomRotate.disableRotation();
      map.touchPitch.disable();
      map.keyboard.disableRotation();
      // A missing layer of ground, or a picture of it that cannot be read, leaves plain ground: that is no fault of the page.
      map.on("error", (/** @type {any} */ event) => console.info("map:", event.error?.message ?? event));
      resolve(map);
    };
    look();
  });
}
