/**
 * The two small programs that draw units: one point a unit, its shape cut out by distance, so that it is sharp at every size.
 * Status is told by shape first and by colour second.
 */

/** Shapes: 0 available, 1 moving, 2 on scene, 3 busy, 4 out of service, 5 emergency, 6 the pulse of a new priority 1. */
export const VERTEX = `#version 300 es
layout(location = 0) in vec4 a_motion;  // x, y, x/s, y/s
layout(location = 1) in vec4 a_state;   // since, glide for, heading, shape
layout(location = 2) in vec2 a_more;    // fixed at, place around an incident
uniform vec4 u_view;                    // scale and offset from relative Mercator to clip space
uniform vec2 u_pixel;                   // one pixel in clip space
uniform float u_now;
uniform float u_size;
uniform float u_ratio;
uniform float u_stale;
uniform int u_only;                     // -1: all but emergencies, else that shape alone
uniform vec3 u_colours[7];
flat out int v_shape;
flat out vec2 v_turn;
flat out vec4 v_colour;
flat out float v_size;
flat out float v_since;
void main() {
  int shape = int(a_state.w);
  if (shape < 0 || (u_only < 0 ? shape == 5 : shape != u_only)) {
    gl_Position = vec4(2.0, 2.0, 0.0, 1.0);
    gl_PointSize = 1.0;
    return;
  }
  float past = clamp(u_now - a_state.x, 0.0, a_state.y);
  vec2 place = (a_motion.xy + a_motion.zw * past) * u_view.xy + u_view.zw;
  if (a_more.y > 0.5) {
    float angle = (a_more.y - 1.0) * 1.0472 + 0.5236;
    place += vec2(sin(angle), cos(angle)) * u_pixel * u_ratio * 19.0;
  }
  gl_Position = vec4(place, 0.0, 1.0);
  float size = shape == 5 ? max(u_size * 1.55, 26.0 * u_ratio) : shape == 6 ? 92.0 * u_ratio : u_size;
  gl_PointSize = size;
  v_size = size;
  v_shape = shape;
  v_since = u_now - a_state.x;
  v_turn = vec2(sin(a_state.z), cos(a_state.z));
  float faded = u_now - a_more.x > u_stale && shape < 5 ? 0.42 : 1.0;
  v_colour = vec4(u_colours[shape], faded);
}`;

export const FRAGMENT = `#version 300 es
precision highp float;
flat in int v_shape;
flat in vec2 v_turn;
flat in vec4 v_colour;
flat in float v_size;
flat in float v_since;
uniform float u_now;
uniform float u_ratio;
uniform vec3 u_halo;
uniform vec3 u_mark;
uniform float u_still;                  // 1: reduced motion
out vec4 colour;
void main() {
  vec2 p = (gl_PointCoord - 0.5) * v_size;
  float r = length(p);
  float half_size = v_size * 0.5 - 1.5 * u_ratio;
  if (v_shape == 6) {
    float beat = u_still > 0.5 ? 0.55 : fract(v_since / 1.8);
    float wave = half_size * (0.35 + 0.65 * beat);
    float ring = 1.0 - smoothstep(0.0, 1.4 * u_ratio, abs(r - wave) - 1.2 * u_ratio);
    float alpha = max(ring * (1.0 - 0.8 * beat), r < half_size * 0.55 ? 0.16 : 0.0);
    colour = vec4(v_colour.rgb * alpha, alpha);
    return;
  }
  float d;
  if (v_shape == 0) {
    d = abs(r - half_size * 0.68) - half_size * 0.16;
  } else if (v_shape == 1) {
    vec2 q = vec2(abs(p.x * v_turn.y + p.y * v_turn.x), -p.x * v_turn.x + p.y * v_turn.y) / half_size;
    d = max(dot(q - vec2(0.0, -1.0), vec2(0.928, -0.371)), dot(q - vec2(0.0, 0.42), vec2(-0.467, 0.884))) * half_size;
  } else if (v_shape == 2) {
    d = r - half_size * 0.78;
  } else if (v_shape == 3) {
    d = min(abs(r - half_size * 0.68) - half_size * 0.14, max(r - half_size * 0.68, -p.y));
  } else if (v_shape == 4) {
    float slash = max(abs(p.x + p.y) * 0.7071 - half_size * 0.09, r - half_size * 0.66);
    d = min(abs(r - half_size * 0.62) - half_size * 0.09, slash);
  } else {
    d = r - half_size * 0.92;
  }
  float edge = 0.6 * u_ratio;
  float body = clamp(0.5 - d / (2.0 * edge), 0.0, 1.0);
  float halo = clamp(1.0 - d / (1.5 * u_ratio), 0.0, 1.0);
  vec3 ink = v_colour.rgb;
  if (v_shape == 5) {
    float stroke = max(abs(p.x) - half_size * 0.11, abs(p.y + half_size * 0.14) - half_size * 0.36);
    float dot_mark = length(p - vec2(0.0, half_size * 0.47)) - half_size * 0.14;
    float rim = abs(r - half_size * 0.84) - half_size * (u_still > 0.5 || fract(u_now) < 0.5 ? 0.09 : 0.0);
    ink = mix(ink, u_mark, 1.0 - smoothstep(-edge, edge, min(min(stroke, dot_mark), rim)));
  }
  float alpha = max(body, halo * 0.85) * v_colour.a;
  colour = vec4(mix(u_halo, ink, body) * alpha, alpha);
}`;

/** For a crowd of points too small for shapes: a program of its own, because even an unused branch costs a software renderer. */
export const CROWD_FRAGMENT = `#version 300 es
precision mediump float;
flat in vec4 v_colour;
out vec4 colour;
void main() {
  vec2 p = gl_PointCoord - 0.5;
  float inside = dot(p, p) < 0.2 ? v_colour.a : 0.0;
  colour = vec4(v_colour.rgb * inside, inside);
}`;
