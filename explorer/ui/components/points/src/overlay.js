// What is written over the points: names of the classes, axes, a bar of known length, the lasso, the ring of the hover.

import { add, grouped, shorten } from "./svg.js";

const MOST_NAMES = 40; // classes; more would hide the points
const LINE = 15; // px, apart from one name to the next

/** The median place of every class at one step, or null for a class without points. */
export function medians(xy, categories, classes) {
  const counts = new Uint32Array(classes + 1);
  for (const c of categories) counts[c + 1]++;
  for (let c = 0; c < classes; c++) counts[c + 1] += counts[c];
  const middle = [0, 1].map((axis) => {
    const next = counts.slice();
    const values = new Float32Array(categories.length);
    for (let i = 0; i < categories.length; i++) values[next[categories[i]]++] = xy[2 * i + axis];
    return Array.from({ length: classes }, (_, c) => {
      const part = values.subarray(counts[c], counts[c + 1]).sort();
      return part.length ? part[part.length >> 1] : null;
    });
  });
  return middle[0].map((x, c) => (x === null ? null : [x, middle[1][c]]));
}

/** A round length, 1, 2 or 5 times a power of ten, of at most `most`. */
function round(most) {
  const power = 10 ** Math.floor(Math.log10(most));
  return [5, 2, 1].find((one) => one * power <= most) * power;
}

export class Overlay {
  constructor(svg) {
    this.svg = svg;
    [this.words, this.names, this.lasso, this.ring] = ["g", "g", "path", "circle"].map((tag) => add(svg, tag));
    this.lasso.setAttribute("class", "lasso");
    this.ring.setAttribute("class", "ring");
    this.ring.setAttribute("r", 7);
    this.outline(null);
    this.point(null);
  }

  /** Axis names and the bar. */
  frame(camera, axes) {
    this.words.replaceChildren();
    const { width, height } = camera;
    if (axes[1]) add(this.words, "text", { x: 8, y: 18, class: "axis" }, `↑ ${shorten(axes[1], 60)}`);
    if (axes[0]) add(this.words, "text", { x: width - 8, y: height - 10, class: "axis end" }, `${shorten(axes[0], 60)} →`);
    const length = round(120 / camera.scale);
    const [px, y] = [length * camera.scale, height - 14];
    add(this.words, "path", { d: `M8 ${y - 4}v8M8 ${y}h${px}M${8 + px} ${y - 4}v8`, class: "bar" });
    add(this.words, "text", { x: 14 + px, y: y + 4, class: "axis" }, grouped(Number(length.toPrecision(1))));
  }

  /** Names of the classes at their medians, moved apart where they would cover one another. */
  label(camera, places, names) {
    this.names.replaceChildren();
    const shown = places.slice(0, names.length).map((place, c) => place && { c, at: camera.toScreen(place) });
    const within = ({ at: [x, y] }) => x > 0 && y > 0 && x < camera.width && y < camera.height;
    const seen = shown.filter((one) => one && within(one));
    if (names.length < 2 || seen.length > MOST_NAMES) return;
    const set = [];
    for (const { c, at: [x, y] } of seen.sort((a, b) => a.at[1] - b.at[1])) {
      const text = add(this.names, "text", { class: "name" }, shorten(names[c]));
      const half = text.getComputedTextLength() / 2 + 3;
      const middle = Math.max(half, Math.min(camera.width - half, x));
      const beside = set.filter((one) => Math.abs(one.middle - middle) < one.half + half);
      const line = beside.reduce((low, one) => (Math.abs(one.line - low) < LINE ? one.line + LINE : low), Math.max(14, y + 4));
      set.push({ middle, half, line });
      text.setAttribute("x", middle);
      text.setAttribute("y", line);
    }
  }

  /** The polygon that is drawn or was drawn, in px. */
  outline(polygon) {
    this.lasso.toggleAttribute("hidden", !polygon);
    if (polygon) this.lasso.setAttribute("d", `M${polygon.map((p) => p.map((v) => v.toFixed(1)).join(" ")).join("L")}Z`);
  }

  point(place) {
    this.ring.toggleAttribute("hidden", !place);
    if (!place) return;
    this.ring.setAttribute("cx", place[0]);
    this.ring.setAttribute("cy", place[1]);
  }
}
