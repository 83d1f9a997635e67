// The view that the server sends: what was left out, and what follows from it.

import { extentOf } from "./camera.js";

const DEFAULTS = {
  categories: null, shapes: null, subtitle: "", step_name: "step", extent: null, theme: "light", background: null,
  size: null, labels: null, images: null, image_shape: null, selected: null, mask: null, filename: "points",
  report: false, height: 560, positions: null,
};

export const LOOKS = {
  light: { background: "#ffffff", text: "#1f2328", secondary: "#5c6370", grey: "#b4b8bf" },
  dark: { background: "#16181c", text: "#e8e6df", secondary: "#a3a7ae", grey: "#565b64" },
};

const DENSE = 100_000; // points; more are drawn thinner

/** The view with what was left out; null at its top level counts as left out. */
export function completed(view) {
  const given = Object.fromEntries(Object.entries(view).filter(([, value]) => value !== null));
  const shown = { ...DEFAULTS, ...given };
  const look = { ...LOOKS[shown.theme] };
  look.background = shown.background ?? look.background;
  return {
    ...shown, look, shapes: shown.shapes ?? shown.names.map(() => "circle"),
    selected: Array.isArray(shown.selected) ? { polygon: shown.selected } : shown.selected,
  };
}

/** Diameter of a point, px, when nobody has chosen one. */
export const diameterFor = (n) => Math.max(1.5, Math.min(8, 45 * n ** -0.25));

/** How many points a square unit holds where a point of the cloud lies, on average; from a grid over its extent. */
export function crowd(xy) {
  const side = 128;
  const [[left, right], [low, high]] = extentOf(xy);
  const [width, height] = [(right - left) / side || 1, (high - low) / side || 1];
  const counts = new Uint32Array((side + 1) ** 2);
  for (let i = 0; i < xy.length; i += 2) {
    counts[Math.floor((xy[i + 1] - low) / height) * side + Math.floor((xy[i] - left) / width)]++;
  }
  return counts.reduce((sum, count) => sum + count * count, 0) / (xy.length / 2) / (width * height);
}

/** Opacity at which points of a large cloud, `dense` to a square px, leave dense places apart from sparse ones. */
export function opacityFor(n, dense, diameter) {
  if (n <= DENSE) return n > 2000 ? 0.85 : 1;
  const layers = dense * 0.785 * diameter ** 2;
  return Math.max(0.04, Math.min(0.85, 1.2 / Math.sqrt(layers || 1)));
}

/** How many of each class, of all or of those in a mask. */
export function countsOf(categories, classes, mask = null) {
  const counts = new Array(classes).fill(0);
  for (let i = 0; i < categories.length; i++) if (!mask || mask[i]) counts[categories[i]]++;
  return counts;
}
