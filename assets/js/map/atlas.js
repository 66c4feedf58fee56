/** One picture that holds every mark and label that the map shows, each drawn once. Shelves of equal height; full means: begin anew. */

export const ATLAS_SIDE = 1024;
const GAP = 2;

/** @typedef {{x: number, y: number, width: number, height: number}} Place in the atlas, in its pixels */

export class Atlas {
  constructor() {
    this.canvas = document.createElement("canvas");
    this.canvas.width = this.canvas.height = ATLAS_SIDE;
    // Kept where the processor draws: of a canvas on the graphics card, Chromium 156 loses all that was drawn before the last upload as soon as
    // an arc is stroked.
    this.pen = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d", { willReadFrequently: true }));
    /** Grows with each drawing: the texture is old. */
    this.version = 0;
    /** Grows when all places are void. */
    this.generation = 0;
    this.clear();
  }

  clear() {
    this.pen.clearRect(0, 0, ATLAS_SIDE, ATLAS_SIDE);
    /** @type {Map<string, Place>} */
    this.places = new Map();
    /** @type {{y: number, height: number, x: number}[]} */
    this.shelves = [];
    this.version += 1;
    this.generation += 1;
  }

  /**
   * Where a drawing stands; drawn now if it was not there.
   * @param {string} key @param {number} width @param {number} height @param {(pen: CanvasRenderingContext2D) => void} draw
   * @returns {Place}
   */
  place(key, width, height, draw) {
    const known = this.places.get(key);
    if (known) return known;
    const w = Math.ceil(width), h = Math.ceil(height);
    let shelf = this.shelves.find((one) => one.height === h && one.x + w + GAP <= ATLAS_SIDE);
    if (!shelf) {
      const last = this.shelves[this.shelves.length - 1];
      const y = last ? last.y + last.height + GAP : 0;
      if (y + h > ATLAS_SIDE) {
        this.clear();
        return this.place(key, width, height, draw);
      }
      this.shelves.push((shelf = { y, height: h, x: 0 }));
    }
    const place = { x: shelf.x, y: shelf.y, width: w, height: h };
    shelf.x += w + GAP;
    this.pen.save();
    this.pen.translate(place.x, place.y);
    this.pen.beginPath();
    this.pen.rect(0, 0, w, h);
    this.pen.clip();
    draw(this.pen);
    this.pen.restore();
    this.places.set(key, place);
    this.version += 1;
    return place;
  }
}
