// Which part of the plane is seen. One unit has the same length on both axes, so distances can be compared.

const MARGIN = 0.08; // of each side, free around the cloud

/** Lowest and highest coordinates of x, y, x, y, ... as [[x low, x high], [y low, y high]]. */
export function extentOf(xy) {
  const range = [[Infinity, -Infinity], [Infinity, -Infinity]];
  for (let i = 0; i < xy.length; i++) {
    const side = range[i % 2];
    if (xy[i] < side[0]) side[0] = xy[i];
    if (xy[i] > side[1]) side[1] = xy[i];
  }
  return xy.length ? range : [[-1, 1], [-1, 1]];
}

export class Camera {
  constructor() {
    Object.assign(this, { x: 0, y: 0, scale: 1, width: 1, height: 1, moved: false }); // scale: px a unit
  }

  resize(width, height) {
    Object.assign(this, { width, height });
    if (this.extent && !this.moved) this.fit(this.extent);
  }

  /** Show all of the extent. */
  fit(extent) {
    const [[left, right], [low, high]] = extent;
    const room = 1 - 2 * MARGIN;
    const scale = Math.min((room * this.width) / (right - left), (room * this.height) / (high - low));
    Object.assign(this, { extent, moved: false, x: (left + right) / 2, y: (low + high) / 2 });
    this.scale = Number.isFinite(scale) ? scale : 1;
  }

  toScreen([x, y]) {
    return [this.width / 2 + (x - this.x) * this.scale, this.height / 2 - (y - this.y) * this.scale];
  }

  toData([px, py]) {
    return [this.x + (px - this.width / 2) / this.scale, this.y - (py - this.height / 2) / this.scale];
  }

  pan(dx, dy) {
    Object.assign(this, { x: this.x - dx / this.scale, y: this.y + dy / this.scale, moved: true });
  }

  /** Zoom by a factor about a place on the screen, the middle without one. */
  zoom(factor, place = [this.width / 2, this.height / 2]) {
    const [x, y] = this.toData(place);
    Object.assign(this, { scale: this.scale * factor, moved: true });
    const [nowX, nowY] = this.toData(place);
    this.x += x - nowX;
    this.y += y - nowY;
  }
}
