/** The small signs that stand on the map itself: places of note and one-way streets, drawn here because no server has pictures of them. */

const SIGNS = /** @type {Record<string, string>} */ ({
  hospital: "M9.3 3.5h5.4v5.8h5.8v5.4h-5.8v5.8H9.3v-5.8H3.5V9.3h5.8Z",
  police: "M12 2.5 19.8 5.4v5.6c0 5-3.3 8.4-7.8 10.3C7.5 19.4 4.2 16 4.2 11V5.4Z",
  fire: "M12.6 2c.5 3.7 5.9 6.2 5.9 12A6.5 6.5 0 0 1 12 20.8 6.5 6.5 0 0 1 5.5 14.1c0-2.7 1.5-4.4 2.8-5.9.3 1.8 1 2.8 2.1 3.3C10 8 10.8 4.8 12.6 2Z",
  school: "M12 4.5 1.5 9.8 12 15l10.5-5.2ZM5.8 13.4v4.1c1.9 1.6 3.9 2.3 6.2 2.3s4.3-.7 6.2-2.3v-4.1L12 16.6Z",
});
const SIDE = 22;
/** Drawn larger than shown, so that it is sharp on every screen. */
const FINE = 2;

/**
 * Gives the map its signs, in the colours of the theme.
 * @param {any} map @param {{size: number, colour: (name: string) => string}} look
 */
export function addGlyphs(map, { size, colour }) {
  const add = (/** @type {string} */ name, /** @type {number} */ side, /** @type {(pen: OffscreenCanvasRenderingContext2D) => void} */ draw) => {
    if (map.hasImage(name)) map.removeImage(name);
    const pixels = Math.ceil(side * size * FINE);
    const pen = /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(pixels, pixels).getContext("2d"));
    // One unit is a 24th of the sign, with a rim for the halo around it.
    pen.scale(pixels / 28, pixels / 28);
    pen.translate(2, 2);
    pen.lineJoin = pen.lineCap = "round";
    draw(pen);
    map.addImage(name, pen.getImageData(0, 0, pixels, pixels), { pixelRatio: FINE });
  };
  for (const [name, sign] of Object.entries(SIGNS)) {
    add(`rtcc-${name}`, SIDE, (pen) => {
      const shape = new Path2D(sign);
      pen.strokeStyle = colour("halo");
      pen.lineWidth = 4;
      pen.stroke(shape);
      pen.fillStyle = colour("poi");
      pen.fill(shape);
    });
  }
  add("rtcc-one-way", 17, (pen) => {
    pen.strokeStyle = colour("one-way");
    pen.lineWidth = 3;
    pen.stroke(new Path2D("M2 12h19M14 5l7 7-7 7"));
  });
}
