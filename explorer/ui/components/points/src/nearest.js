// The point nearest to the pointer, by a grid of cells that hold about two points each.

export class Grid {
  constructor(xy, [[left, right], [low, high]]) {
    const n = xy.length / 2;
    const side = Math.max(1, Math.min(2048, Math.ceil(Math.sqrt(n / 2))));
    Object.assign(this, { xy, side, left, low });
    this.step = [(right - left) / side || 1, (high - low) / side || 1];
    this.first = new Uint32Array(side * side + 1); // cell c holds rows[first[c]] to rows[first[c + 1] - 1]
    for (let i = 0; i < n; i++) this.first[this.cellOf(i) + 1]++;
    for (let c = 0; c < side * side; c++) this.first[c + 1] += this.first[c];
    const next = this.first.slice();
    this.rows = new Uint32Array(n);
    for (let i = 0; i < n; i++) this.rows[next[this.cellOf(i)]++] = i;
  }

  column(x, axis) {
    const at = Math.floor((x - (axis ? this.low : this.left)) / this.step[axis]);
    return Math.max(0, Math.min(this.side - 1, at));
  }

  cellOf(i) {
    return this.column(this.xy[2 * i + 1], 1) * this.side + this.column(this.xy[2 * i], 0);
  }

  /** The row nearest to (x, y) within `radius`, or null. Of equals the later row, which is drawn on top. */
  nearest([x, y], radius) {
    let [best, row] = [radius * radius, null];
    for (let r = this.column(y - radius, 1); r <= this.column(y + radius, 1); r++) {
      const from = this.first[r * this.side + this.column(x - radius, 0)];
      const to = this.first[r * this.side + this.column(x + radius, 0) + 1];
      for (let k = from; k < to; k++) {
        const i = this.rows[k];
        const distance = (this.xy[2 * i] - x) ** 2 + (this.xy[2 * i + 1] - y) ** 2;
        if (distance <= best) [best, row] = [distance, i];
      }
    }
    return row;
  }
}
