/**
 * All that lives on the map (units, incidents, detections): a WebGL canvas of our own above the map, held to the map's camera.
 *
 * Its own canvas, and not a custom layer inside MapLibre's, because each frame of a custom layer draws the whole ground again:
 * with software rendering that costs many times what the units cost (docs/decisions). When the camera stands still, as it does on a
 * wall, only this canvas is drawn.
 *
 * When it draws: at once when a change comes, as often within one frame as the renderer can bear; under load once with the next
 * frame, whatever has come until then. Between changes it draws as often as the fastest unit on screen needs to move smoothly: on a graphics card
 * with every frame of the display, where the processor draws never more often than that can afford.
 */

import { mercatorX, mercatorY } from "./mercator.js";
import { Atlas } from "./atlas.js";
import { SpritePainter } from "./sprite_painter.js";
import { UnitLabels } from "./unit_labels.js";
import { UnitPainter, viewOf } from "./unit_painter.js";
import { EMERGENCY } from "./unit_table.js";
import { designScale } from "../tokens.js";

/**
 * A unit that moves by less than `stepPx` between two frames looks as if it glided; `share` of the time is what gliding may cost, counted by how
 * long a frame takes to finish. Where the processor draws, frames are what everything else has to wait for.
 */
const GLIDE = { software: { stepPx: 0.34, most: 30, share: 0.1 }, graphicsCard: { stepPx: 0.05, most: Infinity, share: 0.5 } };
/** From this rate on the glide goes with the display's own frames, whatever their rate. */
const DISPLAY_FRAMES_PER_S = 40;
const STILL = matchMedia("(prefers-reduced-motion: reduce)");
/** Software renderers get a canvas of at most this many pixels, stretched on larger screens. */
const SOFTWARE_PIXELS = 2_200_000;
/** What the screen's own putting together costs per frame beyond our drawing, where the processor does it (measured, 1080p). */
const SOFTWARE_SCREEN_MS = 40;
const PULSE_FRAMES_PER_S = 12;
/**
 * Between two frames of the screen, changes are drawn as they come for as long as that costs no more than this. What is drawn at once
 * is on the next frame; what waits for that frame to be drawn is only on the one after it. Measured with software rendering, 200
 * units at 50 changes a second: p50 24 against 46 ms.
 */
const EAGER_MS = 10;

/** A renderer for which a frame is dear is given this many times its cost until the next: frames that queue up show old positions. */
const REST = 2;

/**
 * @typedef {object} Options
 * @property {number} staleAfterS a fix older than this is drawn faded
 * @property {Map<string, any>} units
 * @property {(layer: LiveLayer) => ReturnType<import("./marks.js").marksOf>} marks which marks stand on the map now
 * @property {(layer: LiveLayer, now: number) => Float32Array} [pins] sprites that may move with a unit, above all else; asked with each drawing
 * @property {(now: number) => void} [drawn] told after each drawing, in seconds of the page
 */

/** @typedef {(paintedAt: number) => void} Painted told when what was drawn has been on a frame; Unix ms */

export class LiveLayer {
  /**
   * @param {HTMLElement} stage @param {any} map @param {import("./unit_table.js").UnitTable} table
   * @param {Options} options
   */
  constructor(stage, map, table, options) {
    this.map = map;
    this.table = table;
    this.canvas = document.createElement("canvas");
    this.canvas.className = "stage-units";
    this.canvas.setAttribute("aria-hidden", "true");
    stage.append(this.canvas);
    this.options = options;
    this.frames = 0;
    /** @type {Painted[]} */
    this.waiting = [];
    /** @type {Painted[]} */
    this.drawn = [];
    this.asked = false;
    /** Draws since the last frame of the screen. */
    this.eager = 0;
    this.dirty = false;
    this.restsUntil = 0;
    this.costMs = 4;
    this.under = 0;
    this.atlas = new Atlas();
    this.labels = new UnitLabels(table, this.atlas, options.staleAfterS);
    this.glideTimer = 0;
    this.pulsing = false;
    /** Emergencies are drawn even where the other units are not. */
    this.showsUnits = true;
    this.channel = new MessageChannel();
    /** @type {Painted[][]} */
    this.told = [];
    this.channel.port1.onmessage = () => {
      const at = Date.now();
      for (const painted of this.told.shift() ?? []) painted(at);
    };
    this.#start();
    this.canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    this.canvas.addEventListener("webglcontextrestored", () => this.#start());
    map.on("move", () => this.touch());
    new ResizeObserver(() => this.resize()).observe(stage);
    this.resize();
  }

  #start() {
    const gl = this.canvas.getContext("webgl2", {
      alpha: true, antialias: false, depth: false, stencil: false, premultipliedAlpha: true, powerPreference: "high-performance",
    });
    if (!gl) throw new Error("this browser has no WebGL 2");
    const named = gl.getExtension("WEBGL_debug_renderer_info");
    this.software = /swiftshader|llvmpipe|software/i.test(named ? String(gl.getParameter(named.UNMASKED_RENDERER_WEBGL)) : "");
    this.gl = gl;
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.clearColor(0, 0, 0, 0);
    this.painter = new UnitPainter(gl, this.options.staleAfterS);
    this.sprites = new SpritePainter(gl, this.atlas);
    this.marks = this.sprites.set();
    this.names = this.sprites.set();
    this.pins = this.sprites.set();
    this.table.whole = true;
    this.remark();
  }

  resize() {
    const { clientWidth, clientHeight } = this.canvas.parentElement ?? this.canvas;
    if (!clientWidth || !clientHeight) return;
    let ratio = window.devicePixelRatio || 1;
    if (this.software) ratio = Math.min(ratio, Math.sqrt(SOFTWARE_PIXELS / (clientWidth * clientHeight)));
    this.ratio = ratio;
    this.canvas.width = Math.round(clientWidth * ratio);
    this.canvas.height = Math.round(clientHeight * ratio);
    this.scale = designScale();
    this.remark();
    this.#draw();
    this.measure();
  }

  /** Shows what the table holds now. @param {Painted} [painted] called when it is on the glass */
  touch(painted) {
    if (painted) this.waiting.push(painted);
    if (this.eager * this.costMs >= EAGER_MS || performance.now() < this.restsUntil) this.dirty = true;
    else this.#draw();
    this.#ask();
  }

  /** Takes the marks anew with the next drawing: incidents or detections changed, or one passed its target. */
  remark() {
    this.unmarked = true;
  }

  #mark() {
    const { atlas, sprites, painter, marks } = this;
    if (!sprites || !painter || !marks) return;
    this.unmarked = false;
    const taken = this.options.marks(this);
    this.generation = atlas.generation;
    this.under = taken.under;
    sprites.fill(marks, taken.rows);
    painter.uploadPulses(taken.pulses);
    this.pulsing = taken.pulses.length > 0;
  }

  /** Device pixels per design pixel. */
  get pixels() {
    return (this.ratio ?? 1) * (this.scale ?? 1);
  }

  /** How long a frame takes until the renderer has finished it: asked seldom, because asking waits for it. */
  measure() {
    const gl = this.gl;
    if (!gl) return;
    const pixel = new Uint8Array(4);
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    const before = performance.now();
    this.#draw();
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    this.costMs = performance.now() - before;
    this.measuredFor = this.table.slots.size;
  }

  /**
   * The unit drawn nearest to a point of the map, for pointers.
   * @param {number} x @param {number} y CSS px from the map's top left @param {number} [reach] px
   * @returns {string | null} its id
   */
  unitAt(x, y, reach = 18) {
    const now = performance.now() / 1000;
    const onScreen = this.screen();
    let nearest = reach, found = null;
    for (const [id, slot] of this.table.slots) {
      const shape = this.table.shape(slot);
      if (shape < 0 || (!this.showsUnits && shape !== EMERGENCY)) continue;
      const [ux, uy] = onScreen(this.table.at(slot, now), this.table.beside(slot));
      const far = Math.hypot(ux - x, uy - y);
      if (far < nearest) [nearest, found] = [far, id];
    }
    return found;
  }

  /** What turns a place, in the table's Mercator, and design px beside it into CSS px from the map's top left, by the camera as it is now. */
  screen() {
    const camera = this.camera(), ratio = this.ratio ?? 1, size = this.scale ?? 1, { originX, originY } = this.table;
    return (/** @type {readonly number[]} */ [x, y], /** @type {readonly number[]} */ [dx, dy] = [0, 0]) => [
      ((x + originX - camera.centerX) * camera.world + camera.width / 2) / ratio + dx * size,
      ((y + originY - camera.centerY) * camera.world + camera.height / 2) / ratio + dy * size,
    ];
  }

  /** @returns {import("./unit_painter.js").Camera} */
  camera() {
    const center = this.map.getCenter();
    const ratio = this.ratio ?? 1;
    return {
      centerX: mercatorX(center.lng), centerY: mercatorY(center.lat), world: 512 * 2 ** this.map.getZoom() * ratio,
      width: this.canvas.width, height: this.canvas.height, ratio: this.pixels,
    };
  }

  #draw() {
    const { gl, painter, sprites, marks, names, pins, table } = this;
    if (!gl || !painter || !sprites || !marks || !names || !pins) return;
    const now = performance.now() / 1000;
    const camera = this.camera();
    table.rebase(now);
    if (this.showsUnits) this.labels.choose(this.options.units, camera, now);
    const pinned = this.options.pins?.(this, now);
    if (this.unmarked || this.generation !== this.atlas.generation) this.#mark();
    gl.viewport(0, 0, camera.width, camera.height);
    gl.clear(gl.COLOR_BUFFER_BIT);
    painter.begin(table, camera, now);
    const view = viewOf(table, camera), pixel = [2 / camera.width, 2 / camera.height];
    painter.drawPulses();
    sprites.begin(view, pixel);
    sprites.draw(marks, 0, this.under);
    if (this.showsUnits) painter.drawUnits();
    sprites.begin(view, pixel);
    sprites.draw(marks, this.under);
    if (this.showsUnits) {
      sprites.fill(names, this.labels.rows, this.labels.move(now, camera.ratio));
      sprites.draw(names);
    }
    painter.drawEmergencies();
    if (pinned?.length) {
      sprites.begin(view, pixel);
      sprites.fill(pins, pinned);
      sprites.draw(pins);
    }
    this.frames += 1;
    this.eager += 1;
    if (this.costMs > EAGER_MS) this.restsUntil = performance.now() + REST * this.costMs;
    this.dirty = false;
    if (this.waiting.length) this.drawn = this.drawn.length ? this.drawn.concat(this.waiting) : this.waiting;
    this.waiting = [];
    this.options.drawn?.(now);
  }

  #ask() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => this.#frame());
  }

  #frame() {
    this.asked = false;
    if (this.drawn.length) {
      // The message comes after this animation frame has run to its end, with the drawn canvas in it.
      this.told.push(this.drawn);
      this.drawn = [];
      this.channel.port2.postMessage(0);
    }
    this.eager = 0;
    if (this.dirty && performance.now() < this.restsUntil) {
      this.#ask();
    } else if (this.dirty) {
      this.#draw();
      // Not counted: what comes now is drawn now, and so is with the next frame and not with the one after it.
      this.eager = this.costMs > EAGER_MS ? 1 : 0;
      this.#ask();
    } else {
      this.#glide();
    }
  }

  #glide() {
    clearTimeout(this.glideTimer);
    if (STILL.matches) return;
    const now = performance.now() / 1000;
    const { stepPx, most, share } = this.software ? GLIDE.software : GLIDE.graphicsCard;
    let rate = (this.table.fastest(now) * 512 * 2 ** this.map.getZoom()) / stepPx;
    if (this.pulsing || this.table.emergencies) rate = Math.max(rate, PULSE_FRAMES_PER_S);
    rate = Math.min(rate, most, (share * 1000) / (this.costMs + (this.software ? SOFTWARE_SCREEN_MS : 0.2)));
    if (rate < 0.05) return;
    if (rate >= DISPLAY_FRAMES_PER_S) this.touch();
    else this.glideTimer = setTimeout(() => this.touch(), Math.max(16, 1000 / rate));
  }
}
