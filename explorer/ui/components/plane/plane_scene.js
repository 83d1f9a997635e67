// The plane: what is impossible, the layers, the notes, and a place for every label.

/** The whole plane in one svg node. */
class PlaneScene {
  constructor(svg, view, palette, width, height) {
    Object.assign(this, { svg, view, palette, width, height, places: [], fixed: [] });
    svg.replaceChildren();
    set(svg, { width, height, viewBox: `0 0 ${width} ${height}`, "aria-label": view.text.alt });
    this.frame = { x: LEFT, y: 24, w: width - LEFT - 14, h: height - 24 - (width < NARROW ? 78 : 58) };
    this.scale();
    const point = (x, y) => (present(x) && present(y) ? [this.x(x), this.y(y)] : null);
    this.points = view.series.map((one) => one.x.map((x, i) => point(x, one.y[i])));
    this.spread = new Ink(width, height);
    this.points.forEach((points) => this.spread.trail(points));
    this.drawGround();
    this.drawLayers();
    this.drawNotes();
    this.order = this.labelOrder();
    this.halo = add(svg, "circle", { r: RADIUS + 3, fill: "none", stroke: palette.text, "stroke-width": 1.5 });
    this.ring(null);
    if (!this.points.flat().some(Boolean)) this.drawEmpty();
  }

  /** Data and limits share the scales; a limit leaves a band beyond it for its sentence. */
  scale() {
    const { series, limits } = this.view;
    const { x, y, w, h } = this.frame;
    const all = (...names) => extent(series.flatMap((one) => names.map((name) => one[name] ?? [])));
    this.dataX = all("x", "x_low", "x_high") ?? [0, limits.x_max ?? 1];
    this.dataY = all("y", "y_low", "y_high", "null") ?? [0, limits.y_max ?? 1];
    this.domainX = extent([], [0, ...this.dataX, limits.x_max]);
    this.domainY = extent([], [0, ...this.dataY, limits.y_max]);
    this.x = linear(this.domainX, [x, x + w - (present(limits.x_max) ? 30 : 12)]);
    this.y = linear(this.domainY, [y + h, y + (present(limits.y_max) ? 30 : 12)]);
  }

  drawGround() {
    const { palette, frame, view } = this;
    const ground = add(this.svg, "g", { "font-size": SIZE });
    this.drawImpossible(add(ground, "g"), view.limits);
    const bottom = frame.y + frame.h;
    const across = this.ticks(this.domainX, Math.max(3, frame.w / 90));
    const along = this.ticks(this.domainY, Math.max(3, frame.h / 70));
    axis(ground, palette, { marks: across, at: bottom, scale: this.x, range: this.dataX });
    axis(ground, palette, { marks: along, at: frame.x, scale: this.y, range: this.dataY, vertical: true });
    const name = { fill: palette.text, "font-size": 13 };
    add(ground, "text", { ...name, x: 2, y: 14 }, `↑ ${view.axis.y}`);
    add(ground, "text", { ...name, x: frame.x + frame.w, y: bottom + 40, "text-anchor": "end" }, `${view.axis.x} →`);
    this.drawKey(ground, this.height - 18);
  }

  /** Round numbers; one just beyond the end, such as 1 beyond 0.999, still has its tick. */
  ticks([low, high], count) {
    return ticks(low, high + 0.005 * (high - low), count);
  }

  /** Regions where no point can be, each with its sentence and its edge. */
  drawImpossible(parent, limits) {
    const { frame, palette } = this;
    const [right, bottom] = [frame.x + frame.w, frame.y + frame.h];
    const region = (corners) => add(parent, "path", { d: `${pathThrough(corners)}Z`, fill: palette.impossible });
    const edge = (points) => {
      add(parent, "path", { d: pathThrough(points), stroke: palette.axis, fill: "none", opacity: 0.7 });
      this.spread.trail(points);
    };
    const [x, y] = [present(limits.x_max) && this.x(limits.x_max), present(limits.y_max) && this.y(limits.y_max)];
    if (limits.diagonal) this.drawDiagonal(parent, region, edge, limits);
    if (x) region([[x, frame.y], [right, frame.y], [right, bottom], [x, bottom]]);
    if (y) region([[frame.x, frame.y], [right, frame.y], [right, y], [frame.x, y]]);
    if (x) edge([[x, y || frame.y], [x, bottom]]);
    if (y) edge([[frame.x, y], [x || right, y]]);
    if (x) this.spread.box({ x, y: frame.y, w: right - x, h: frame.h });
    if (y) this.spread.box({ x: frame.x, y: frame.y, w: frame.w, h: y - frame.y });
    const beside = x && [(x + right) / 2 + 4, (frame.y + bottom) / 2];
    const above = y && [(frame.x + (x || right)) / 2, (frame.y + y) / 2 + 4];
    this.sentence(parent, limits.x_label, beside, frame.h - 60, 90);
    this.sentence(parent, limits.y_label, above, (x || right) - frame.x - 16, 0);
  }

  drawDiagonal(parent, region, edge, limits) {
    const [left, low] = [this.domainX[0], Math.max(this.domainX[0], this.domainY[0])];
    const top = limits.y_max ?? this.domainY[1];
    const high = Math.min(this.domainX[1], top);
    const values = [[left, low], [low, low], [high, high], [high, top], [left, top]];
    const corners = values.map(([a, b]) => [this.x(a), this.y(b)]);
    region(corners);
    edge([corners[1], corners[2]]);
    const [[x0, y0], [x1, y1]] = [corners[1], corners[2]];
    const slope = Math.atan2(y1 - y0, x1 - x0);
    const words = typeof limits.diagonal === "string" ? limits.diagonal : "I(T;Y) ≤ I(X;T)";
    const along = 0.62;
    if (along * (x1 - x0) < 24 || (1 - along) * Math.hypot(x1 - x0, y1 - y0) < textWidth(words) / 2) return;
    const at = [x0 + (x1 - x0) * along + 9 * Math.sin(slope), y0 + (y1 - y0) * along - 9 * Math.cos(slope)];
    this.sentence(parent, words, at, Infinity, (slope * 180) / Math.PI);
  }

  sentence(parent, words, at, room, turn) {
    const text = at && words ? fitting(words, room) : "";
    if (!text) return;
    const [x, y] = at;
    const look = { fill: this.palette.secondary, "font-size": SIZE, "text-anchor": "middle" };
    const transform = `translate(${x.toFixed(1)} ${y.toFixed(1)}) rotate(${turn.toFixed(1)})`;
    add(parent, "text", { ...look, transform }, text);
    const [w, h] = turn ? [14, textWidth(text)] : [textWidth(text), 14];
    this.fixed.push({ x: x - w / 2, y: y - h / 2 - (turn ? 0 : 4), w, h, weight: 200 });
  }

  /** What the marks mean, in one line; only those that occur. */
  drawKey(parent, y) {
    const { palette, frame, view } = this;
    const some = (name) => view.series.some((one) => one[name]?.some((v) => (Array.isArray(v) ? v.length : present(v))));
    const dashed = { d: "M-8 0h16", "stroke-width": 2, "stroke-dasharray": "4 2" };
    const star = { fill: palette.secondary, stroke: "none", x: -3, y: 8, "font-size": 16 };
    const entries = [
      ["start", true, (g) => add(g, "circle", { r: 4.5, "stroke-width": 1.4 })],
      ["now", true, (g) => add(g, "circle", { r: 5, fill: palette.secondary })],
      ["doubted", some("doubts"), (g) => add(g, "text", star, DOUBTED)],
      [view.text.null, some("null"), (g) => add(g, "path", dashed)],
    ];
    let x = frame.x + 6;
    const room = frame.x + frame.w - (this.width < NARROW ? 0 : textWidth(view.axis.x, 13) + 40);
    for (const [words, , glyph] of entries.filter(([, occurs]) => occurs)) {
      if (x + 13 + textWidth(words) > room) break;
      glyph(add(parent, "g", { transform: `translate(${x} ${y - 4})`, stroke: palette.secondary, fill: "none" }));
      add(parent, "text", { x: x + 13, y, fill: palette.secondary }, words);
      x += textWidth(words) + 32;
    }
  }

  drawLayers() {
    const bodies = add(this.svg, "g");
    this.notes = add(this.svg, "g");
    const labels = add(this.svg, "g");
    this.layers = this.view.series.map((one, k) => new LayerDrawing(bodies, labels, one, this.points[k], this));
  }

  /** The order in which layers choose a place for their labels: those in the middle of the frame first. */
  labelOrder() {
    const middle = this.frame.x + this.frame.w / 2;
    const mean = (values) => values.reduce((sum, value) => sum + value, 0) / (values.length || 1);
    const aside = this.points.map((points) => Math.abs(mean(points.filter(Boolean).map(([x]) => x - middle))));
    return aside.map((_, k) => k).sort((a, b) => aside[a] - aside[b]);
  }

  drawNotes() {
    for (const note of this.view.notes) {
      const layer = this.view.series.findIndex((one) => one.layer === note.layer);
      const point = this.points[layer]?.[this.view.steps.indexOf(note.step)];
      if (point) this.drawNote(note, point);
    }
  }

  drawNote(note, point) {
    const options = { taken: this.fixed, ink: this.spread, frame: this.frame, previous: undefined };
    const box = shifted(placeLabel(point, textWidth(note.text) + 2, 14, options), point);
    const near = leaderEnd(point, { ...box, y: box.y + 4, h: box.h - 8 });
    add(this.notes, "path", { d: pathThrough([point, near]), stroke: this.palette.text, "stroke-width": 0.8 });
    add(this.notes, "circle", { cx: point[0], cy: point[1], r: 2.4, fill: this.palette.text });
    label(this.notes, this.palette, note.text, { x: box.x + 1, y: box.y + 11 });
    this.fixed.push({ ...box, weight: 200 });
  }

  drawEmpty() {
    const { frame, palette, view } = this;
    const look = { x: frame.x + frame.w / 2, "text-anchor": "middle", "font-size": 14, fill: palette.secondary };
    const lines = wrapped(view.text.empty, frame.w - 80, 14);
    lines.forEach((line, k) => add(this.svg, "text", { ...look, y: frame.y + frame.h / 2 + 20 * k }, line));
  }

  /** Places of all labels at step i. Each step prefers those of the one before; so a step always looks the same. */
  placesAt(i) {
    while (this.places.length <= i) this.places.push(this.placed(this.places.length, this.places.at(-1)));
    return this.places[i];
  }

  placed(i, before) {
    const spots = this.layers.map((layer) => layer.at(i));
    const around = ([x, y], r, h = r) => ({ x: x - r, y: y - h, w: 2 * r, h: 2 * h });
    const starts = this.points.map((points) => points.find(Boolean)).filter(Boolean);
    const taken = [...this.fixed, ...starts.map((point) => ({ ...around(point, 5), weight: 30 }))];
    const marks = spots.map(({ point }) => point);
    spots.forEach(({ point, rest }, k) => {
      if (point) taken.push({ ...around(point, RADIUS * this.nesting(marks, k) + 1), weight: 150 });
      if (rest) taken.push(around(rest, 10, 3));
    });
    const choose = (point, [w, h], previous) => {
      const box = placeLabel(point, w, h, { taken, ink: this.spread, frame: this.frame, previous });
      taken.push({ ...shifted(box, point), weight: 200 });
      return box;
    };
    const names = [];
    for (const k of this.order) {
      const { point } = spots[k];
      names[k] = point && choose(point, this.layers[k].size, before?.names[k]?.place);
    }
    return { names, nulls: spots.map(({ rest }) => rest && this.besideNull(rest, taken)) };
  }

  /** A free place for the word "null" beside its tick, or null where there is none. */
  besideNull(rest, taken) {
    const w = textWidth("null");
    const boxes = [[13, -8], [-13 - w, -8], [-w / 2, 3], [-w / 2, -18]].map(([x, y]) => ({ x, y, w, h: 14 }));
    const free = boxes.find((box) => {
      const here = shifted(box, rest);
      return inside(here, this.frame) && !taken.some((other) => overlapping(here, other));
    });
    if (free) taken.push(shifted(free, rest));
    return free ?? null;
  }

  show(t) {
    const [places, next] = [this.placesAt(Math.floor(t)), this.placesAt(Math.ceil(t))];
    const spots = this.points.map((points) => pointAt(points, t));
    this.layers.forEach((layer, k) => {
      layer.show(t, this.nesting(spots, k));
      layer.placeAt(t, places, next, k);
    });
  }

  /** How much larger a mark must be to be seen beneath the marks of later layers that stand on it. */
  nesting(spots, k) {
    const near = (other) => Math.max(0, 1 - Math.hypot(other[0] - spots[k][0], other[1] - spots[k][1]) / 8);
    return 1 + 0.55 * spots.slice(k + 1).reduce((sum, other) => sum + (spots[k] && other ? near(other) : 0), 0);
  }

  emphasise(chosen) {
    this.layers.forEach((layer) => layer.emphasise(chosen));
  }

  /** What lies under the pointer: a mark at t first, else the nearest recorded point of a trail. */
  nearest(x, y, t) {
    const found = { distance: Infinity };
    const consider = (point, layer, index, bonus) => {
      const distance = point ? Math.hypot(point[0] - x, point[1] - y) - bonus : Infinity;
      if (distance < found.distance) Object.assign(found, { distance, layer, index, point });
    };
    this.points.forEach((points, layer) => {
      points.forEach((point, index) => consider(point, layer, index, 0));
      consider(pointAt(points, t), layer, Math.floor(t), 8);
    });
    return found.distance < 12 ? found : null;
  }

  positionOf(layer, t) {
    return pointAt(this.points[layer], t);
  }

  ring(point) {
    show(this.halo, point);
    if (point) set(this.halo, { cx: point[0], cy: point[1] });
  }
}
