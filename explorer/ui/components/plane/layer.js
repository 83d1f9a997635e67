// One layer in the plane: its trail, its start, where it stands now, its null and its label.

const BANDS = 10; // pieces of the past trail, each bolder than the one before
const RADIUS = 6.5;
const DOUBTED = "*"; // after the name of a layer whose current value is doubted

/** One layer's nodes. Built once; `show` only sets attributes. */
class LayerDrawing {
  constructor(parent, labels, series, points, scene) {
    Object.assign(this, { series, points, scene });
    const { palette } = scene;
    this.words = legible(series.colour, palette);
    this.group = add(parent, "g", { color: series.colour, fill: "none", "data-layer": series.layer });
    this.drawTrail();
    this.drawMark(palette);
    this.drawLabels(labels, palette);
    for (const node of [this.group, this.labels]) show(node, points.some(Boolean));
  }

  drawTrail() {
    add(this.group, "path", { d: pathThrough(this.points), stroke: "currentColor", "stroke-width": 1, opacity: 0.3 });
    this.past = Array.from({ length: BANDS }, (_, k) => {
      const age = (k + 1) / BANDS;
      const look = { "stroke-width": (1.1 + 2 * age ** 1.5).toFixed(2), opacity: (0.38 + 0.62 * age).toFixed(2) };
      return add(this.group, "path", { stroke: "currentColor", "stroke-linejoin": "round", ...look });
    });
    const first = this.points.find(Boolean);
    const open = { fill: this.scene.palette.background, stroke: "currentColor", "stroke-width": 1.4 };
    if (first) set(this.mark(4.5, open), { transform: `translate(${first})` });
  }

  drawMark(palette) {
    const thin = { stroke: "currentColor", "stroke-width": 1.4 };
    this.tie = add(this.group, "path", { ...thin, "stroke-dasharray": "1 3", "stroke-linecap": "round" });
    this.tick = add(this.group, "path", { ...thin, "stroke-width": 2, "stroke-dasharray": "4 2" });
    this.whiskers = add(this.group, "path", thin);
    this.current = add(this.group, "g");
    this.mark(RADIUS, { fill: "currentColor", stroke: palette.background, "stroke-width": 1.5 }, this.current);
  }

  drawLabels(parent, palette) {
    this.labels = add(parent, "g", { color: this.words });
    this.leader = add(this.labels, "line", { stroke: "currentColor", "stroke-width": 1 });
    const name = shorten(this.series.layer);
    const look = { fill: "currentColor", "font-size": 13, "font-weight": 600 };
    this.label = label(this.labels, palette, name, { ...look, "data-label": this.series.layer, cursor: "pointer" });
    this.star = add(this.label, "tspan", {}, DOUBTED);
    this.nullLabel = label(this.labels, palette, "null", { fill: "currentColor" });
    this.size = [textWidth(name + DOUBTED, 13, 600) + 2, 15];
  }

  mark(radius, look, parent = this.group) {
    return add(parent, "path", { d: markPath(this.series.shape, radius), "stroke-linejoin": "round", ...look });
  }

  /** Where the layer and its null stand at t, px; null where not measured. */
  at(t) {
    const point = pointAt(this.points, t);
    const height = between(this.series.null, t);
    return { point, rest: point && height !== null ? [point[0], this.scene.y(height)] : null };
  }

  show(t, scale) {
    const { point, rest } = this.at(t);
    this.trace(t, point);
    for (const node of [this.current, this.label]) show(node, point);
    for (const node of [this.tick, this.tie]) show(node, rest);
    show(this.whiskers, point);
    if (!point) return show(this.leader, false), show(this.nullLabel, false);
    const [x, y] = point.map((p) => p.toFixed(1));
    set(this.current, { transform: `translate(${x} ${y}) scale(${scale.toFixed(2)})` });
    set(this.whiskers, { d: this.whiskerPath(t, point) });
    if (rest) this.showNull(point, rest);
  }

  /** The past trail. Its bands move on every step, or every few on a long run; between, only the last one grows. */
  trace(t, point) {
    const whole = Math.floor(t);
    const aged = whole - (whole % Math.ceil(this.points.length / 200));
    const from = (k) => (k === BANDS ? whole : Math.round((aged * k) / BANDS));
    for (let k = aged === this.aged ? BANDS - 1 : 0; k < BANDS; k += 1) {
      const piece = this.points.slice(from(k), from(k + 1) + 1);
      set(this.past[k], { d: pathThrough(k === BANDS - 1 ? [...piece, point] : piece) });
    }
    this.aged = aged;
    show(this.star, this.series.doubts?.[whole]?.length);
  }

  showNull([x, y], [, height]) {
    set(this.tick, { d: `M${(x - 10).toFixed(1)} ${height.toFixed(1)}h20` });
    const apart = Math.abs(height - y) > RADIUS + 3;
    set(this.tie, { d: apart ? `M${x.toFixed(1)} ${y.toFixed(1)}V${height.toFixed(1)}` : "" });
  }

  whiskerPath(t, [x, y]) {
    const { series, scene } = this;
    const end = (list, scale) => (between(list, t) === null ? null : scale(between(list, t)).toFixed(1));
    const [left, right] = [end(series.x_low, scene.x), end(series.x_high, scene.x)];
    const [down, up] = [end(series.y_low, scene.y), end(series.y_high, scene.y)];
    const across = left && right ? `M${left} ${y - 3}v6m0 -3H${right}m0 -3v6` : "";
    return across + (down && up ? `M${x - 3} ${down}h6m-3 0V${up}m-3 0h6` : "");
  }

  /** Name and null words at their places; places of two steps are blended, so that nothing jumps. */
  placeAt(t, places, nextPlaces, k) {
    const { point, rest } = this.at(t);
    if (!point) return;
    const part = t - Math.floor(t);
    const [a, b] = [places.names[k] ?? nextPlaces.names[k], nextPlaces.names[k] ?? places.names[k]];
    const box = shifted({ ...a, x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part }, point);
    set(this.label, { x: (box.x + 1).toFixed(1), y: (box.y + 12).toFixed(1) });
    this.lead(point, box);
    const side = places.nulls[k];
    show(this.nullLabel, rest && side);
    if (rest && side) set(this.nullLabel, { x: (rest[0] + side.x).toFixed(1), y: (rest[1] + side.y + 12).toFixed(1) });
  }

  lead([x, y], box) {
    const near = leaderEnd([x, y], box);
    const length = Math.hypot(near[0] - x, near[1] - y);
    show(this.leader, length > RADIUS + 12);
    const cut = (RADIUS + 2) / (length || 1);
    const ends = { x1: x + (near[0] - x) * cut, y1: y + (near[1] - y) * cut, x2: near[0], y2: near[1] };
    for (const name in ends) this.leader.setAttribute(name, ends[name].toFixed(1));
  }

  /** Faded to a quarter of grey when another layer is chosen; the chosen one comes to the top. */
  emphasise(chosen) {
    const faded = chosen !== null && chosen !== this.series.layer;
    const { palette } = this.scene;
    set(this.group, { color: faded ? palette.secondary : this.series.colour, opacity: faded ? 0.25 : 1 });
    set(this.labels, { color: faded ? palette.secondary : this.words });
    set(this.leader, { opacity: faded ? 0.25 : 1 });
    if (chosen === this.series.layer) for (const node of [this.group, this.labels]) node.parentNode.append(node);
  }
}
