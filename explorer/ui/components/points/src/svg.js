// SVG nodes. Text is always set as text, never as markup.

export function add(parent, tag, attributes = {}, text = null) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== null) node.textContent = text;
  parent?.append(node);
  return node;
}

/** The mark of a class as a path in a square from -1 to 1. */
export const MARKS = {
  circle: "M-1 0a1 1 0 1 0 2 0a1 1 0 1 0-2 0z",
  square: "M-.84-.84h1.68v1.68h-1.68z",
  diamond: "M0-1 1 0 0 1-1 0z",
  "triangle-up": "M0-1 .98.7H-.98z",
  "triangle-down": "M0 1 .98-.7H-.98z",
  cross: "M-.34-1h.68v.66H1v.68H.34V1h-.68V.34H-1v-.68h.66z",
  pentagon: "M0.00 -1.00L0.95 -0.31L0.59 0.81L-0.59 0.81L-0.95 -0.31z",
  hexagon: "M0.00 -1.00L0.87 -0.50L0.87 0.50L0.00 1.00L-0.87 0.50L-0.87 -0.50z",
  star: "M0.00 -1.00L0.26 -0.36L0.95 -0.31L0.43 0.14L0.59 0.81L0.00 0.45L-0.59 0.81L-0.43 0.14L-0.95 -0.31L-0.26 -0.36z",
  ring: "M-1 0a1 1 0 1 0 2 0a1 1 0 1 0-2 0zM-.4 0a.4.4 0 1 1 .8 0a.4.4 0 1 1-.8 0z",
};

export const grouped = (value) => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");

export const shorten = (text, most = 24) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
