/**
 * A list that holds still while somebody is in it: what stands keeps its place, what has come or should stand elsewhere is counted until the
 * list is released, and what has ended stays until then. Pure.
 */

/**
 * @typedef {{shown: string[], ended: Set<string>, fresh: string[], moved: number}} Placed `fresh` are those that wait to be shown
 */

export class Holding {
  constructor() {
    /** What stands now, by id, in its order. @type {string[]} */
    this.shown = [];
  }

  /**
   * @param {string[]} wanted the ids in the order in which they should stand now
   * @param {boolean} hold whether somebody is in the list
   * @returns {Placed}
   */
  place(wanted, hold) {
    // Nothing stands yet: then there is nothing that could be missed.
    if (!hold || !this.shown.length) {
      this.shown = wanted;
      return { shown: wanted, ended: new Set(), fresh: [], moved: 0 };
    }
    const standing = new Set(this.shown), places = new Map(wanted.map((id, at) => [id, at]));
    const ended = new Set(this.shown.filter((id) => !places.has(id)));
    const order = this.shown.filter((id) => places.has(id)).map((id) => /** @type {number} */ (places.get(id)));
    return { shown: this.shown, ended, fresh: wanted.filter((id) => !standing.has(id)), moved: order.length - longestRise(order) };
  }
}

/** How many numbers can stay where they are when the others are moved into order. @param {number[]} numbers all different */
function longestRise(numbers) {
  /** The smallest number that ends a rise of each length. @type {number[]} */
  const ends = [];
  for (const number of numbers) {
    let from = 0, to = ends.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (ends[middle] < number) from = middle + 1;
      else to = middle;
    }
    ends[from] = number;
  }
  return ends.length;
}

/**
 * What waits behind a list that holds still, in words: "3 new · 2 moved".
 * @param {Placed} placed
 */
export function waiting({ fresh, moved, ended }) {
  const said = [[fresh.length, "new"], [moved, "moved"], [ended.size, "ended"]];
  return said.filter(([count]) => count).map((words) => words.join(" ")).join(" · ");
}
