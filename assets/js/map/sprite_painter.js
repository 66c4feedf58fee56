/**
 * Draws marks, labels and accuracy circles on the units' canvas: one square an item, cut from the atlas or, for circles, by distance.
 * Incidents are drawn here and not by the map, because a change of the map's own sources draws the whole ground again.
 */

import { rgb } from "../tokens.js";

/** Numbers per sprite: x, y (relative Mercator); offset x, y, width, height (px; width < 0: a circle, in Mercator); place in the atlas. */
export const SPRITE = 10;

const VERTEX = `#version 300 es
layout(location = 0) in vec2 a_corner;
layout(location = 1) in vec2 a_place;
layout(location = 2) in vec4 a_box;
layout(location = 3) in vec4 a_cut;
uniform vec4 u_view;
uniform vec2 u_pixel;
out vec2 v_at;
flat out float v_radius;
void main() {
  vec2 place = a_place * u_view.xy + u_view.zw;
  v_radius = 0.0;
  if (a_box.z < 0.0) {
    vec2 wide = vec2(-a_box.z * u_view.x, -a_box.z * abs(u_view.y));
    v_radius = wide.x / u_pixel.x;
    v_at = a_corner * 2.0 - 1.0;
    gl_Position = vec4(place + v_at * wide, 0.0, 1.0);
    return;
  }
  // Whole pixels, so that letters stay sharp.
  vec2 px = floor(place / u_pixel + a_box.xy + 0.5);
  v_at = a_cut.xy + a_corner * a_cut.zw;
  gl_Position = vec4((px + vec2(a_corner.x, -a_corner.y) * a_box.zw) * u_pixel, 0.0, 1.0);
}`;

const FRAGMENT = `#version 300 es
precision highp float;
in vec2 v_at;
flat in float v_radius;
uniform sampler2D u_atlas;
uniform vec3 u_ink;
out vec4 colour;
void main() {
  if (v_radius > 0.0) {
    float r = length(v_at) * v_radius;
    float rim = 1.0 - smoothstep(0.6, 1.8, abs(r - v_radius + 2.0));
    float alpha = max(rim * 0.8, r < v_radius - 1.0 ? 0.1 : 0.0);
    colour = vec4(u_ink * alpha, alpha);
    return;
  }
  // One texel a pixel, without filtering: half the cost where the processor plays the graphics card.
  colour = texelFetch(u_atlas, ivec2(v_at), 0);
}`;

export class SpritePainter {
  /** @param {WebGL2RenderingContext} gl @param {import("./atlas.js").Atlas} atlas */
  constructor(gl, atlas) {
    this.gl = gl;
    this.atlas = atlas;
    this.version = -1;
    const program = gl.createProgram();
    for (const [type, source] of /** @type {[number, string][]} */ ([[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]])) {
      const shader = /** @type {WebGLShader} */ (gl.createShader(type));
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(`marks cannot be drawn: ${gl.getProgramInfoLog(program)}`);
    this.program = program;
    this.view = gl.getUniformLocation(program, "u_view");
    this.pixel = gl.getUniformLocation(program, "u_pixel");
    this.ink = gl.getUniformLocation(program, "u_ink");
    this.texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    this.corners = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, this.corners);
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([0, 0, 1, 0, 0, 1, 1, 1]), gl.STATIC_DRAW);
  }

  /** A set of sprites with a buffer of its own. */
  set() {
    const gl = this.gl;
    const array = /** @type {WebGLVertexArrayObject} */ (gl.createVertexArray());
    const buffer = gl.createBuffer();
    gl.bindVertexArray(array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.corners);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    [[1, 2, 0], [2, 4, 2], [3, 4, 6]].forEach(([location, count, offset]) => {
      gl.enableVertexAttribArray(location);
      gl.vertexAttribPointer(location, count, gl.FLOAT, false, SPRITE * 4, offset * 4);
      gl.vertexAttribDivisor(location, 1);
    });
    return { array, buffer, count: 0 };
  }

  /** @param {{buffer: WebGLBuffer | null, count: number}} set @param {Float32Array} rows @param {number} [count] */
  fill(set, rows, count = rows.length / SPRITE) {
    set.count = count;
    this.gl.bindBuffer(this.gl.ARRAY_BUFFER, set.buffer);
    this.gl.bufferData(this.gl.ARRAY_BUFFER, rows.subarray(0, count * SPRITE), this.gl.DYNAMIC_DRAW);
  }

  /** @param {number[]} view as the unit painter's @param {number[]} pixel */
  begin(view, pixel) {
    const gl = this.gl;
    gl.useProgram(this.program);
    gl.uniform4fv(this.view, view);
    gl.uniform2fv(this.pixel, pixel);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    if (this.version === this.atlas.version) return;
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, this.atlas.canvas);
    gl.uniform3fv(this.ink, rgb("text"));
    this.version = this.atlas.version;
  }

  /** @param {{array: WebGLVertexArrayObject, count: number}} set @param {number} [from] @param {number} [to] */
  draw(set, from = 0, to = set.count) {
    if (to <= from) return;
    const gl = this.gl;
    gl.bindVertexArray(set.array);
    if (from) {
      // WebGL has no first instance: the attributes begin further on instead.
      gl.bindBuffer(gl.ARRAY_BUFFER, /** @type {any} */ (set).buffer);
      this.#from(from);
    }
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, to - from);
    if (from) this.#from(0);
  }

  /** @param {number} first */
  #from(first) {
    [[1, 2, 0], [2, 4, 2], [3, 4, 6]].forEach(([location, count, offset]) => {
      this.gl.vertexAttribPointer(location, count, this.gl.FLOAT, false, SPRITE * 4, (first * SPRITE + offset) * 4);
    });
  }
}
