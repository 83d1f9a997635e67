// What every drawing shares: colours of both themes, SVG nodes, text that fits.

const PALETTES = {
  light: {
    background: "#ffffff", text: "#1f2328", secondary: "#5c6370", axis: "#8a8f98",
    impossible: "#f1f1ef", accent: "#b8303f", "on-accent": "#ffffff", raised: "#f6f6f4",
  },
  dark: {
    background: "#16181c", text: "#e8e6df", secondary: "#a3a7ae", axis: "#7b8089",
    impossible: "#24262b", accent: "#ff8a90", "on-accent": "#16181c", raised: "#1f2226",
  },
};

const SIZE = 12; // px, the smallest text
const NARROW = 560; // px; below it the layout is that of a telephone
const LEFT = 52; // px, where the axes begin in plane and strips
const pen = document.createElement("canvas").getContext("2d"); // reads colours and measures text
let family = "sans-serif"; // of the page, set before each drawing

/** Red, green and blue of any CSS colour, 0 to 255. */
function channels(colour) {
  pen.fillStyle = "#000";
  pen.fillStyle = colour;
  return [1, 3, 5].map((at) => parseInt(pen.fillStyle.slice(at, at + 2), 16));
}

/** Relative luminance, WCAG 2.2. */
function luminance(rgb) {
  const [r, g, b] = rgb.map((c) => (c <= 10 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** The colour, moved towards the text colour until text in it holds 4.5:1 on every ground of the palette. */
function legible(colour, palette) {
  const grounds = [palette.background, palette.impossible].map(channels);
  const [from, to] = [channels(colour), channels(palette.text)];
  const mixed = (part) => from.map((c, k) => Math.round(c + (to[k] - c) * part));
  const part = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    .find((one) => grounds.every((ground) => contrast(mixed(one), ground) >= 4.5)) ?? 1;
  return `rgb(${mixed(part).join(",")})`;
}

/** A new SVG node under `parent`. Text is always set as text, never as markup. */
function add(parent, tag, attributes = {}, text = null) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  set(node, attributes);
  if (text !== null) node.textContent = text;
  parent?.append(node);
  return node;
}

function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
}

function show(node, visible) {
  node.setAttribute("visibility", visible ? "inherit" : "hidden");
}

/** Text with a halo of the background, so that it reads over lines. */
function label(parent, palette, text, attributes = {}) {
  const halo = { stroke: palette.background, "stroke-width": 3, "stroke-linejoin": "round", "paint-order": "stroke" };
  return add(parent, "text", { fill: palette.text, "font-size": SIZE, ...halo, ...attributes }, text);
}

/** Width of a text in px. */
function textWidth(text, size = SIZE, weight = 400) {
  pen.font = `${weight} ${size}px ${family}`;
  return pen.measureText(text).width;
}

const shorten = (text, most = 22) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** A sentence that fits `width`: whole, or what follows its colon, or nothing. */
function fitting(sentence, width) {
  return [sentence, sentence.split(": ").at(-1)].find((one) => textWidth(one) <= width) ?? "";
}

/** Lines of at most `width` px. */
function wrapped(text, width, size = SIZE, weight = 400) {
  return text.split(/\s+/).reduce((lines, word) => {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (lines.length && textWidth(longer, size, weight) <= width) return [...lines.slice(0, -1), longer];
    return [...lines, word];
  }, []);
}

/** Axis line over the range of the data, ticks over the whole frame: a range frame. */
function axis(parent, palette, { marks, at, scale, vertical, range }) {
  const stroke = { stroke: palette.axis, "stroke-width": 1 };
  const line = (a, b, c, d) => add(parent, "line", { x1: a, y1: b, x2: c, y2: d, ...stroke });
  const [low, high] = range.map(scale);
  if (vertical) line(at, low, at, high);
  else line(low, at, high, at);
  return marks.map(({ value, text }) => {
    const p = scale(value);
    if (vertical) line(at - 5, p, at, p);
    else line(p, at, p, at + 5);
    const where = vertical ? { x: at - 9, y: p + 4 } : { x: p, y: at + 18 };
    const look = { fill: palette.secondary, "font-size": SIZE, "text-anchor": vertical ? "end" : "middle" };
    return { x: p, node: add(parent, "text", { ...look, ...where }, text) };
  });
}
