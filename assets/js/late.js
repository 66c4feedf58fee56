/** What takes seconds to start, such as the map, is built when the first lists are on the glass; without a picture, soon all the same. */

const LONGEST_WAIT_MS = 2500;

/** @param {Promise<void>} firstPaint */
export async function buildLate(firstPaint) {
  await Promise.race([firstPaint, new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT_MS))]);
  /** @type {any} */ (window).dash_clientside?.set_props?.("late-asked", { data: true });
}
