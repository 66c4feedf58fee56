/** The smallest test runner for the browser's own modules: names, assertions, and results that Python reads. */

/** @type {Map<string, () => void | Promise<void>>} */
const all = new Map();

/** @param {string} name the truth that the test holds @param {() => void | Promise<void>} body */
export const test = (name, body) => all.set(name, body);

/** @param {unknown} actual @param {unknown} expected */
export function equal(actual, expected) {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${a}, and not ${b}`);
}

/** @param {number} actual @param {number} expected @param {number} within */
export function near(actual, expected, within) {
  if (!(Math.abs(actual - expected) <= within)) throw new Error(`${actual}, and not within ${within} of ${expected}`);
}

/** Runs every test that the modules have named. @param {string[]} modules @returns {Promise<Record<string, string>>} failures by name */
export async function run(modules) {
  for (const module of modules) await import(`/tests/${module}`);
  /** @type {Record<string, string>} */
  const results = {};
  for (const [name, body] of all) {
    try {
      await body();
      results[name] = "";
    } catch (error) {
      results[name] = String(/** @type {Error} */ (error).stack ?? error);
    }
  }
  return results;
}
