// What buttons and keys do.

import { saveCsv, savePng } from "./files.js";
import { grouped } from "./svg.js";

const SHORT = 260; // ms, one step by key

/** The act of a button, or undefined. */
export const acts = {
  play: (cloud) => cloud.timeline.toggle(),
  out: (cloud) => cloud.zoom(1 / 1.4),
  in: (cloud) => cloud.zoom(1.4),
  fit: (cloud) => cloud.scene.fit(),
  clear: (cloud) => cloud.clear(),
  keys: (cloud) => cloud.toggleKeys(),
  csv: ({ view, scene, codes, selection, timeline }) =>
    saveCsv(view, view.steps[timeline.index], scene.xy, codes, selection.rows),
  png: ({ view, scene, counts }) => savePng(view, counts.map(grouped), scene),
};

const SINGLES = { " ": "play", "+": "in", "=": "in", "-": "out", 0: "fit", "?": "keys", Escape: "clear" };

/** What a key on `target` does, or null. Keys that the control itself understands are left to it. */
export function keyAct(cloud, key, target) {
  const { index, last } = cloud.timeline;
  const steps = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: last };
  if (target.matches("input") && key !== "Escape") return null;
  if (key in steps) return last > 0 ? () => cloud.step(steps[key], SHORT) : null;
  if (key === " " && target.matches("button")) return null;
  return SINGLES[key] ? () => acts[SINGLES[key]](cloud) : null;
}
