// The point under the pointer: found by a grid that is made at the first hover of a step, told beside it.

import { extentOf } from "./camera.js";
import { Grid } from "./nearest.js";
import { images, labels } from "./store.js";
import { facts, Tip } from "./tip.js";

const REACH = 12; // px from the pointer to a point

export class Hover {
  constructor(node, camera) {
    Object.assign(this, { tip: new Tip(node), camera, row: null, grid: null });
  }

  /** Other positions: none can be found while they are null. */
  over(xy) {
    Object.assign(this, { xy, grid: null });
    this.leave();
  }

  leave() {
    this.row = null;
    this.tip.hide();
  }

  rowAt(place) {
    if (!this.xy) return null;
    this.grid ??= new Grid(this.xy, extentOf(this.xy));
    return this.grid.nearest(this.camera.toData(place), REACH / this.camera.scale);
  }

  /** Tell of the row at a place of the screen, in the class that `codes` gives it. */
  async tell(place, view, codes, step) {
    const { xy } = this;
    const row = place && this.rowAt(place);
    if (row === null) return this.leave();
    this.row = row;
    const known = await this.details(view, row);
    if (this.row !== row || this.xy !== xy) return;
    const point = [xy[2 * row], xy[2 * row + 1]];
    const lines = facts(view, row, codes[row], point);
    this.tip.tell([...lines, known.text], known.picture, this.camera.toScreen(point), this.camera);
  }

  /** Text and picture of a row; both are fetched at the first hover, and left out where they cannot be had. */
  async details(view, row) {
    const [height, width] = view.image_shape ?? [0, 0];
    const got = (fetched) => fetched.catch(() => null);
    const [texts, grey] = await Promise.all([
      view.labels && got(labels(view.labels)), view.images && got(images(view.images)),
    ]);
    const bytes = grey?.subarray(row * height * width, (row + 1) * height * width);
    return { text: texts?.[row], picture: bytes?.length ? { bytes, width, height } : null };
  }
}
