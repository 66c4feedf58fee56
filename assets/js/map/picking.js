/** Which mark a pointer means: the nearest within reach; and of marks that lie on one another, the topmost first, then with each click the next. Pure. */

/** How far from a mark's middle a pointer may be, in CSS px: half a target of 36 px. */
export const REACH_PX = 18;
/** Marks whose distances differ by less than this lie on one another. */
const SAME_PX = 6;

/**
 * @typedef {{kind: string, id: string}} Thing
 * @typedef {Thing & {far: number, order: number}} Candidate `far` from the pointer in px; the greater `order` lies on top, and of equals the later
 */

/**
 * @param {Candidate[]} candidates @param {Thing | null} chosen what is chosen already @param {boolean} [next] whether to pass on from it
 * @param {number} [reach]
 * @returns {Thing | null}
 */
export function pick(candidates, chosen, next = false, reach = REACH_PX) {
  const near = candidates.filter(({ far }) => far <= reach);
  if (!near.length) return null;
  const least = Math.min(...near.map(({ far }) => far));
  const pile = near.filter(({ far }) => far - least < SAME_PX).reverse().sort((a, b) => b.order - a.order);
  const at = next ? pile.findIndex(({ kind, id }) => kind === chosen?.kind && id === chosen.id) : -1;
  const { kind, id } = pile[(at + 1) % pile.length];
  return { kind, id };
}
