// Which rows are selected and by what: a mask, a polygon at a step, a row, a class.

import { inside } from "./polygon.js";
import { mask } from "./store.js";
import { grouped } from "./svg.js";
import { countsOf } from "./view.js";

/** A byte a row, or null where nothing is selected; `load(index)` gives the positions of a step. */
export async function rowsOf(selected, { view, codes, index, load }) {
  if (!selected) return null;
  if (selected.index !== undefined) return Uint8Array.from({ length: view.n }, (_, i) => i === selected.index);
  if (selected.category !== undefined) return Uint8Array.from(codes, (c) => c === selected.category);
  const at = view.steps.indexOf(selected.step);
  return inside(await load(at < 0 ? index : at), selected.polygon);
}

export class Selection {
  constructor(root, legend) {
    const [words, clear] = [".selected", "[data-act=clear]"].map((one) => root.querySelector(one));
    Object.assign(this, { root, legend, words, clear, rows: null, by: {}, count: 0, given: null });
  }

  /** The selection of a view as text where it is another than that of the last view, else null. */
  news({ mask: path, selected }) {
    const before = this.given ?? JSON.stringify([null, null]);
    this.given = JSON.stringify([path, selected]);
    return this.given === before ? null : this.given;
  }

  /** What the view selects; a mask goes before the rest. */
  async told(view, context) {
    return view.mask ? mask(view.mask, view.n) : rowsOf(view.selected, context);
  }

  set(rows, by, view, codes) {
    Object.assign(this, { rows, by: rows ? (by ?? {}) : {} });
    this.show(view, codes);
  }

  show(view, codes) {
    const counts = this.rows && countsOf(codes, view.names.length, this.rows);
    this.count = counts?.reduce((one, other) => one + other, 0) ?? 0;
    this.legend.select(counts, this.by.category);
    this.root.dataset.selected = this.count;
    const all = `${grouped(view.n)} points`;
    this.words.textContent = this.rows ? `${grouped(this.count)} of ${all} selected` : all;
    this.clear.hidden = !this.rows;
  }

  /** The polygon to draw at a step, or null. */
  polygonAt(step) {
    const { polygon, step: own } = this.by;
    return polygon && (own === undefined || own === step) ? polygon : null;
  }
}
