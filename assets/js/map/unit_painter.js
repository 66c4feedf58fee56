/**
 * Draws a unit table with WebGL: uploads what changed and draws every unit with one call. Knows nothing of maps: the caller says
 * where the camera is.
 */

import { EMERGENCY, STRIDE } from "./unit_table.js";
import { CROWD_FRAGMENT, FRAGMENT, VERTEX } from "./unit_shaders.js";
import { rgb } from "../tokens.js";

/** @typedef {{centerX: number, centerY: number, world: number, width: number, height: number, ratio: number}} Camera
 *  centre in Mercator, side of the world and size of the canvas in its own pixels, pixels per design pixel */

const COLOURS = ["unit-available", "unit-moving", "unit-on-scene", "unit-busy", "unit-out", "unit-emergency", "p1"];
const BYTES = 4;
const UNIFORMS = ["view", "pixel", "now", "size", "ratio", "stale", "only", "halo", "mark", "still", "colours"];
const PULSE = 6;
/** Smaller marks show no shape, only a point of the status's colour: shapes nobody can see would treble the cost of a crowd. */
const SMALLEST_SHAPE_PX = 7.5;

export class UnitPainter {
  /** @param {WebGL2RenderingContext} gl @param {number} staleAfterS a fix older than this is drawn faded */
  constructor(gl, staleAfterS) {
    this.gl = gl;
    this.staleAfterS = staleAfterS;
    this.shapes = link(gl, FRAGMENT);
    this.crowd = link(gl, CROWD_FRAGMENT);
    this.crowded = false;
    this.units = bufferOf(gl);
    this.pulses = bufferOf(gl);
    this.pulseCount = 0;
    this.dress();
  }

  /** Takes the colours from the page's tokens; again after a change of theme. */
  dress() {
    const gl = this.gl;
    for (const { program, at } of [this.shapes, this.crowd]) {
      gl.useProgram(program);
      gl.uniform3fv(at.colours, COLOURS.flatMap(rgb));
      gl.uniform3fv(at.halo, rgb("halo"));
      gl.uniform3fv(at.mark, rgb("unit-emergency-mark"));
      gl.uniform1f(at.still, matchMedia("(prefers-reduced-motion: reduce)").matches ? 1 : 0);
    }
  }

  /** Uploads what changed in the table. @param {import("./unit_table.js").UnitTable} table */
  upload(table) {
    const gl = this.gl;
    const ranges = table.takeDirty();
    if (!ranges.length) return;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.units.buffer);
    if (this.units.size < table.rows.length) {
      gl.bufferData(gl.ARRAY_BUFFER, table.rows, gl.DYNAMIC_DRAW);
      this.units.size = table.rows.length;
      return;
    }
    for (const [first, end] of ranges) {
      gl.bufferSubData(gl.ARRAY_BUFFER, first * STRIDE * BYTES, table.rows, first * STRIDE, (end - first) * STRIDE);
    }
  }

  /** Where new priority 1 incidents pulse. @param {Float32Array} rows in the same layout as units */
  uploadPulses(rows) {
    const gl = this.gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.pulses.buffer);
    gl.bufferData(gl.ARRAY_BUFFER, rows, gl.DYNAMIC_DRAW);
    this.pulseCount = rows.length / STRIDE;
  }

  /**
   * Uploads what changed and takes the camera; then the draw calls follow.
   * @param {import("./unit_table.js").UnitTable} table @param {Camera} camera @param {number} now
   */
  begin(table, camera, now) {
    const gl = this.gl;
    const size = sizeFor(table.slots.size);
    this.table = table;
    this.crowded = size < SMALLEST_SHAPE_PX;
    this.upload(table);
    // Emergencies and pulses keep their shapes in every crowd.
    for (const { program, at } of this.crowded ? [this.shapes, this.crowd] : [this.shapes]) {
      gl.useProgram(program);
      gl.uniform4fv(at.view, viewOf(table, camera));
      gl.uniform2f(at.pixel, 2 / camera.width, 2 / camera.height);
      gl.uniform1f(at.now, now - table.zero);
      gl.uniform1f(at.size, size * camera.ratio);
      gl.uniform1f(at.ratio, camera.ratio);
      gl.uniform1f(at.stale, this.staleAfterS);
    }
  }

  drawPulses() {
    if (this.pulseCount) this.#points(this.pulses.array, this.pulseCount, PULSE);
  }

  drawUnits() {
    if (this.table?.length) this.#points(this.units.array, this.table.length, -1);
  }

  /** Emergencies once more, above all else. */
  drawEmergencies() {
    if (this.table?.emergencies) this.#points(this.units.array, this.table.length, EMERGENCY);
  }

  /** @param {WebGLVertexArrayObject} array @param {number} count @param {number} only */
  #points(array, count, only) {
    const { program, at } = this.crowded && only < 0 ? this.crowd : this.shapes;
    this.gl.useProgram(program);
    this.gl.uniform1i(at.only, only);
    this.gl.bindVertexArray(array);
    this.gl.drawArrays(this.gl.POINTS, 0, count);
  }
}

/**
 * Scale and offset from a table's relative Mercator to clip space.
 * @param {{originX: number, originY: number}} origin @param {Camera} camera
 */
export function viewOf(origin, camera) {
  const sx = (2 * camera.world) / camera.width, sy = (-2 * camera.world) / camera.height;
  return [sx, sy, (origin.originX - camera.centerX) * sx, (origin.originY - camera.centerY) * sy];
}

/** The more units, the smaller each: a crowd must not become a carpet, nor cost a software renderer its frame. @param {number} count */
export function sizeFor(count) {
  return Math.max(6, Math.min(24, 40 - 2.6 * Math.log2(Math.max(count, 1))));
}

/** @param {WebGL2RenderingContext} gl */
function bufferOf(gl) {
  const buffer = gl.createBuffer();
  const array = /** @type {WebGLVertexArrayObject} */ (gl.createVertexArray());
  gl.bindVertexArray(array);
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  [[0, 4, 0], [1, 4, 4], [2, 2, 8]].forEach(([location, count, offset]) => {
    gl.enableVertexAttribArray(location);
    gl.vertexAttribPointer(location, count, gl.FLOAT, false, STRIDE * BYTES, offset * BYTES);
  });
  return { buffer, array, size: 0 };
}

/** @param {WebGL2RenderingContext} gl @param {string} fragment */
function link(gl, fragment) {
  const program = gl.createProgram();
  for (const [type, source] of /** @type {[number, string][]} */ ([[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, fragment]])) {
    const shader = /** @type {WebGLShader} */ (gl.createShader(type));
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(`units cannot be drawn: ${gl.getProgramInfoLog(program)}`);
  /** @type {Record<string, WebGLUniformLocation | null>} */
  const at = {};
  for (const name of UNIFORMS) at[name] = gl.getUniformLocation(program, `u_${name}`);
  return { program, at };
}
