// The points themselves, in WebGL 2. Nothing here knows what they mean.

const SHAPES = [
  "circle", "square", "diamond", "triangle-up", "triangle-down", "cross", "ring", "pentagon", "hexagon", "star",
];
const WIDTH = 1024; // texels in a row of the palette

const VERTEX = `#version 300 es
precision highp float;
layout(location = 0) in vec2 before;
layout(location = 1) in vec2 after;
layout(location = 2) in uint category;
layout(location = 3) in uint chosen;
uniform vec2 centre, scale;
uniform float part, diameter;
uniform int pass; // 0: all; 1: what is not selected, in grey; 2: what is, on top
uniform vec4 grey;
uniform float alpha;
uniform sampler2D palette;
out vec4 colour;
flat out int shape;
void main() {
  vec4 look = texelFetch(palette, ivec2(int(category) % ${WIDTH}, int(category) / ${WIDTH}), 0);
  colour = pass == 1 ? grey : vec4(look.rgb, alpha);
  shape = int(look.a * 255.0 + 0.5);
  gl_PointSize = diameter;
  bool hidden = pass > 0 && (chosen > 0u) != (pass == 2);
  gl_Position = hidden ? vec4(2, 2, 2, 1) : vec4((mix(before, after, part) - centre) * scale, 0, 1);
}`;

const FRAGMENT = `#version 300 es
precision highp float;
in vec4 colour;
flat in int shape;
uniform float diameter;
out vec4 ink;
vec2 folded(vec2 p, float corners) { // into the sector of one corner, which points up
  float turn = 6.2831853 / corners;
  float angle = mod(atan(p.x, -p.y) + turn * 0.5, turn) - turn * 0.5;
  return length(p) * vec2(abs(sin(angle)), cos(angle));
}
float edge(vec2 p) { // distance inside the shape, in units of its radius
  if (shape == 1) return 0.84 - max(abs(p.x), abs(p.y));
  if (shape == 2) return 1.0 - abs(p.x) - abs(p.y);
  if (shape == 3) return min(0.7 - p.y, 0.5 * (p.y + 1.0) - 0.87 * abs(p.x));
  if (shape == 4) return min(0.7 + p.y, 0.5 * (1.0 - p.y) - 0.87 * abs(p.x));
  if (shape == 5) return max(min(0.34 - abs(p.x), 1.0 - abs(p.y)), min(0.34 - abs(p.y), 1.0 - abs(p.x)));
  if (shape == 6) return 0.3 - abs(length(p) - 0.7);
  if (shape == 7) return dot(vec2(0, 1) - folded(p, 5.0), vec2(0.588, 0.809));
  if (shape == 8) return dot(vec2(0, 1) - folded(p, 6.0), vec2(0.5, 0.866));
  if (shape == 9) return dot(vec2(0, 1) - folded(p, 5.0), vec2(0.923, 0.384));
  return 1.0 - length(p);
}
void main() {
  float cover = clamp(0.5 + edge(gl_PointCoord * 2.0 - 1.0) * diameter * 0.5, 0.0, 1.0);
  if (cover == 0.0) discard;
  ink = vec4(colour.rgb, 1) * colour.a * cover;
}`;

const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);

function program(gl) {
  const made = gl.createProgram();
  for (const [type, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
    const shader = gl.createShader(type);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(made, shader);
  }
  gl.linkProgram(made);
  if (!gl.getProgramParameter(made, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(made) ?? "no program");
  return made;
}

/** Draws on a canvas; `Painter.on(canvas)` is null where the browser has no WebGL 2. */
export class Painter {
  static on(canvas) {
    const gl = canvas.getContext("webgl2", { antialias: false, preserveDrawingBuffer: true });
    try {
      return gl && new Painter(canvas, gl);
    } catch (error) {
      console.warn(error);
      return null;
    }
  }

  constructor(canvas, gl) {
    Object.assign(this, { canvas, gl, n: 0 });
    this.program = program(gl);
    const names = ["centre", "scale", "part", "diameter", "pass", "grey", "alpha"];
    this.at = Object.fromEntries(names.map((name) => [name, gl.getUniformLocation(this.program, name)]));
    this.buffers = [0, 1, 2, 3].map(() => gl.createBuffer());
    this.palette = gl.createTexture();
    gl.useProgram(this.program);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  }

  fill(slot, values) {
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[slot]);
    gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
    gl.enableVertexAttribArray(slot);
    if (slot < 2) gl.vertexAttribPointer(slot, 2, gl.FLOAT, false, 0, 0);
    else gl.vertexAttribIPointer(slot, 1, slot === 2 ? gl.UNSIGNED_SHORT : gl.UNSIGNED_BYTE, 0, 0);
  }

  /** Where the points are, and where they come from while a tween lasts. */
  place(xy, from = xy) {
    this.n = xy.length / 2;
    this.fill(0, from);
    this.fill(1, xy);
  }

  classify(categories) {
    this.fill(2, categories);
  }

  choose(mask) {
    this.fill(3, mask);
  }

  /** Colour and shape of each class. */
  dye(colours, shapes) {
    const { gl } = this;
    const rows = Math.max(1, Math.ceil(colours.length / WIDTH));
    const texels = new Uint8Array(WIDTH * rows * 4);
    colours.forEach((hex, i) => {
      const shape = Math.max(0, SHAPES.indexOf(shapes[i]));
      texels.set([...rgb(hex).map((value) => Math.round(255 * value)), shape], 4 * i);
    });
    gl.bindTexture(gl.TEXTURE_2D, this.palette);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, WIDTH, rows, 0, gl.RGBA, gl.UNSIGNED_BYTE, texels);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  }

  resize(width, height) {
    const ratio = window.devicePixelRatio;
    Object.assign(this.canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
  }

  /** The layers one over the other, 0 all points, 1 the others in grey, 2 the selected; colours are "#rrggbb". */
  paint({ camera, part, diameter, alpha, layers, grey, greyAlpha, background }) {
    const { gl, at, canvas } = this;
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clearColor(...rgb(background), 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniform2f(at.centre, camera.x, camera.y);
    gl.uniform2f(at.scale, (2 * camera.scale) / camera.width, (2 * camera.scale) / camera.height);
    gl.uniform1f(at.part, part);
    gl.uniform1f(at.diameter, diameter * window.devicePixelRatio);
    gl.uniform4f(at.grey, ...rgb(grey), greyAlpha);
    gl.uniform1f(at.alpha, alpha);
    for (const pass of layers) {
      gl.uniform1i(at.pass, pass);
      gl.drawArrays(gl.POINTS, 0, this.n);
    }
  }

  destroy() {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}
