/**
 * The floor: the least a page can do with the live stream. One EventSource, one array of positions, one WebGL draw call; no map, no
 * Plotly, no queue. It tells what it painted with the same event as the real page, so both are timed alike.
 */
(async () => {
  document.body.innerHTML = '<canvas style="position:fixed;inset:0;width:100vw;height:100vh"></canvas>';
  document.body.style.background = "#101418";
  const canvas = document.querySelector("canvas");
  canvas.width = innerWidth;
  canvas.height = innerHeight;
  const gl = canvas.getContext("webgl2", { alpha: false, antialias: false, depth: false });
  const program = gl.createProgram();
  const shader = (type, source) => {
    const made = gl.createShader(type);
    gl.shaderSource(made, source);
    gl.compileShader(made);
    gl.attachShader(program, made);
  };
  shader(gl.VERTEX_SHADER, `#version 300 es
    in vec2 at;
    void main() { gl_Position = vec4((at.x + 122.45) * 16.0, (at.y - 37.755) * 20.0, 0, 1); gl_PointSize = 8.0; }`);
  shader(gl.FRAGMENT_SHADER, `#version 300 es
    precision mediump float;
    out vec4 colour;
    void main() { if (length(gl_PointCoord - 0.5) > 0.5) discard; colour = vec4(0.3, 0.8, 1, 1); }`);
  gl.linkProgram(program);
  gl.useProgram(program);
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  gl.enableVertexAttribArray(0);
  gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);

  const slots = new Map();
  let rows = new Float32Array(2 << 16), grown = true, asked = false;
  let changed = [], waiting = [], drawn = [];
  const put = (id, lon, lat) => {
    let slot = slots.get(id);
    if (slot === undefined) slots.set(id, (slot = slots.size));
    rows[2 * slot] = lon;
    rows[2 * slot + 1] = lat;
    changed.push(slot);
  };
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    const painted = drawn;
    drawn = [];
    for (const { cursor, data } of painted) {
      const detail = { cursor, sent_at: data.sent_at, painted_at: new Date().toISOString(), changes: data.changes };
      dispatchEvent(new CustomEvent("rtcc:painted", { detail }));
    }
  };
  const frame = () => {
    asked = false;
    if (grown || changed.length > 500) gl.bufferData(gl.ARRAY_BUFFER, rows.subarray(0, 2 * slots.size), gl.DYNAMIC_DRAW);
    else for (const slot of changed) gl.bufferSubData(gl.ARRAY_BUFFER, 8 * slot, rows, 2 * slot, 2);
    grown = false;
    changed = [];
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.drawArrays(gl.POINTS, 0, slots.size);
    drawn = drawn.concat(waiting);
    waiting = [];
    // The message comes after the frame in which these positions were drawn has run to its end.
    channel.port2.postMessage(0);
  };
  const ask = () => {
    if (!asked) requestAnimationFrame(frame);
    asked = true;
  };
  const picture = await (await fetch("/api/v1/picture", { cache: "no-store" })).json();
  const units = Object.entries(picture.entities.unit ?? {});
  rows = new Float32Array(2 * (units.length + 1000));
  for (const [id, { lon, lat }] of units) put(id, lon, lat);
  ask();
  const stream = new EventSource(`/api/v1/live?cursor=${picture.cursor}`);
  stream.addEventListener("change", ({ data: text, lastEventId: cursor }) => {
    const before = slots.size, data = JSON.parse(text);
    for (const { kind, id, fields } of data.changes) if (kind === "unit" && fields && "lat" in fields) put(id, fields.lon, fields.lat);
    if (slots.size !== before) grown = true;
    waiting.push({ cursor, data });
    ask();
  });
  stream.onopen = () => (document.body.dataset.map = "ready");
})();
