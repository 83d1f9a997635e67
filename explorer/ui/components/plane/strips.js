// Against the step axis: the strips of loss and accuracy under the plane, and the view by layer.

/** Values as points of a line. */
const linePoints = (values, xs, y) => values.map((value, i) => (present(value) ? [xs[i], y(value)] : null));

/** Thin strips, one a kind of metric, over one step axis with the cursor that scrubs. */
class StripScene {
  static HEIGHT = 42;
  static GAP = 20;

  static height(view) {
    return metricGroups(view.metrics).size * (StripScene.HEIGHT + StripScene.GAP) + 34;
  }

  constructor(svg, view, palette, width) {
    Object.assign(this, { svg, view, palette, width, height: StripScene.height(view) });
    svg.replaceChildren();
    set(svg, { width, height: this.height, viewBox: `0 0 ${width} ${this.height}` });
    this.groups = [...metricGroups(view.metrics)];
    this.right = width - Math.max(14, ...view.metrics.map((one) => textWidth(this.word(one)) + 52)); // room for the values
    this.epochs = view.epochs ?? view.steps;
    this.scale = stepScale(this.epochs, view.log_steps, [LEFT + 8, this.right]);
    this.xs = this.epochs.map(this.scale);
    add(svg, "rect", { width, height: this.height, fill: "transparent" });
    const top = (k) => StripScene.GAP + k * (StripScene.HEIGHT + StripScene.GAP);
    this.lines = this.groups.flatMap(([kind, metrics], k) => this.drawStrip(kind, metrics, top(k)));
    this.drawAxis();
    this.drawCursor();
  }

  word(metric) {
    const words = metric.name.trim().split(/\s+/);
    return words.length > 1 ? words.slice(0, -1).join(" ") : words[0];
  }

  drawStrip(kind, metrics, top) {
    const range = extent(metrics.map((one) => one.values));
    const y = linear(range, [top + StripScene.HEIGHT, top]);
    const name = { x: LEFT + 8, y: top - 6, fill: this.palette.text, "font-size": SIZE };
    add(this.svg, "text", name, kind);
    const marks = [...new Set(range)].map((value) => ({ value, text: decimal(value, 1) }));
    axis(this.svg, this.palette, { marks, at: LEFT, scale: y, vertical: true, range });
    return metrics.map((metric) => this.drawLine(metric, y, { top, bottom: top + StripScene.HEIGHT }));
  }

  drawLine(metric, y, { top, bottom }) {
    const colour = metric.dash ? this.palette.secondary : this.palette.text;
    const points = linePoints(metric.values, this.xs, y);
    const look = { stroke: colour, fill: "none", "stroke-width": 1.5, "stroke-linejoin": "round" };
    add(this.svg, "path", { d: pathThrough(points), ...look, "stroke-dasharray": metric.dash ? "4 3" : "none" });
    const dot = add(this.svg, "circle", { r: 3.2, fill: colour, stroke: this.palette.background, "stroke-width": 1 });
    const text = add(this.svg, "text", { x: this.right + 10, fill: colour, "font-size": SIZE });
    return { metric, points, dot, text, top, bottom, word: this.word(metric) };
  }

  drawAxis() {
    const at = this.height - 30;
    const marks = stepTicks(this.epochs, this.view.log_steps, Math.max(2, Math.floor((this.right - LEFT) / 60)));
    const range = [this.epochs[0], this.epochs.at(-1)];
    this.ticks = axis(this.svg, this.palette, { marks, at, scale: this.scale, range });
    add(this.svg, "text", { x: 2, y: at + 18, fill: this.palette.text, "font-size": SIZE }, this.view.step_name);
  }

  drawCursor() {
    const look = { stroke: this.palette.accent, "stroke-width": 1.5 };
    this.cursor = add(this.svg, "g");
    add(this.cursor, "line", { y1: 6, y2: this.height - 30, ...look });
    add(this.cursor, "circle", { cy: 6, r: 4.5, fill: this.palette.accent });
    const words = { fill: this.palette.accent, "font-size": SIZE, "font-weight": 600, "text-anchor": "middle" };
    this.now = add(this.svg, "text", { y: this.height - 12, ...words });
  }

  show(t) {
    const x = between(this.xs, t);
    set(this.cursor, { transform: `translate(${x.toFixed(1)} 0)` });
    for (const line of this.lines) this.showDot(line, t);
    if (Math.floor(t) !== this.shown) this.showStep((this.shown = Math.floor(t)));
    this.now.setAttribute("x", Math.min(Math.max(x, LEFT), this.right).toFixed(1));
    for (const tick of this.ticks) show(tick.node, Math.abs(tick.x - x) > tick.half + this.half + 6);
  }

  showDot({ dot, points }, t) {
    const point = pointAt(points, t);
    show(dot, point);
    if (point) set(dot, { cx: point[0].toFixed(1), cy: point[1].toFixed(1) });
  }

  /** Words that change with the step: the values at the right, kept 14 px apart, and the step under the cursor. */
  showStep(i) {
    const value = (line) => line.metric.values[i];
    for (const line of this.lines) line.text.textContent = `${line.word} ${decimal(value(line), 1)}`;
    for (const strip of Map.groupBy(this.lines, (line) => line.top).values()) this.spread(strip, i);
    this.now.textContent = grouped(this.epochs[i]);
    this.half = textWidth(this.now.textContent, SIZE, 600) / 2;
    for (const tick of this.ticks) tick.half ??= textWidth(tick.node.textContent) / 2;
  }

  spread(lines, i) {
    const height = (line) => line.points[i]?.[1] ?? line.bottom;
    const sorted = lines.toSorted((a, b) => height(a) - height(b));
    let last = -Infinity;
    for (const line of sorted) {
      last = Math.max(last + 14, Math.min(height(line), line.bottom - 14 * (sorted.length - 1 - sorted.indexOf(line))));
      set(line.text, { y: last + 4 });
    }
  }

  /** The recorded step nearest to x px. */
  indexAt(x) {
    return this.xs.reduce((best, at, i) => (Math.abs(at - x) < Math.abs(this.xs[best] - x) ? i : best), 0);
  }
}

/** Small multiples: a column a layer, I(X;T) above I(T;Y), the same axes everywhere. */
class LayerScene {
  constructor(svg, view, palette, width, height) {
    Object.assign(this, { svg, view, palette, width, panels: [] });
    svg.replaceChildren();
    const layers = view.steps.length ? [...curvesOf(view)] : [];
    this.columns = Math.max(1, Math.min(layers.length, Math.floor((width - LEFT - 14) / 112)));
    this.rows = Math.max(1, Math.ceil(layers.length / this.columns));
    this.height = this.rows > 1 ? this.rows * 290 : height;
    this.cell = { w: (width - LEFT - 14) / this.columns, h: this.height / this.rows };
    set(svg, { width, height: this.height, viewBox: `0 0 ${width} ${this.height}` });
    set(svg, { "aria-label": `By layer. ${view.text.alt}` });
    this.epochs = view.epochs ?? view.steps;
    this.domains = { x: this.domain(layers, "x", view.limits.x_max), y: this.domain(layers, "y", view.limits.y_max) };
    layers.forEach(([layer, curves], k) => {
      this.drawColumn(layer, curves, k % this.columns, Math.floor(k / this.columns));
    });
  }

  domain(layers, quantity, limit) {
    const curves = layers.flatMap(([, all]) => all.filter((one) => one.quantity === quantity));
    const lists = curves.flatMap((one) => [one.value, one.band_low ?? [], one.band_high ?? [], one.null ?? []]);
    return extent(lists, [0, limit]);
  }

  drawColumn(layer, curves, column, row) {
    const { palette, cell } = this;
    const [left, top] = [LEFT + column * cell.w, row * cell.h];
    const look = { fill: legible(curves[0].colour, palette), "font-size": 13, "font-weight": 600 };
    add(this.svg, "text", { x: left, y: top + 14, ...look }, shorten(layer, Math.floor(cell.w / 8)));
    const tall = (cell.h - 122) / 2;
    for (const curve of curves) {
      const y = top + 46 + (curve.quantity === "y" ? tall + 34 : 0);
      this.drawPanel(curve, { left, right: left + cell.w - 18, top: y, bottom: y + tall }, column === 0);
    }
  }

  drawPanel(curve, box, first) {
    const { palette, view } = this;
    const domain = this.domains[curve.quantity];
    const y = linear(domain, [box.bottom, box.top]);
    const scale = stepScale(this.epochs, view.log_steps, [box.left, box.right]);
    const xs = this.epochs.map(scale);
    const limit = view.limits[`${curve.quantity}_max`];
    const dotted = { stroke: palette.axis, "stroke-dasharray": "2 3" };
    if (present(limit)) add(this.svg, "path", { d: `M${box.left} ${y(limit)}H${box.right}`, ...dotted });
    if (first) this.drawScale(curve, box, y, domain);
    if (curve.quantity === "y") {
      const marks = stepTicks(this.epochs, view.log_steps, Math.max(2, Math.floor(this.cell.w / 50)));
      axis(this.svg, palette, { marks, at: box.bottom + 6, scale, range: [this.epochs[0], this.epochs.at(-1)] });
      if (first) this.name(view.step_name, box.bottom + 24);
    }
    this.drawCurve(curve, box, y, xs);
  }

  drawScale(curve, box, y, domain) {
    const marks = ticks(...domain, 4);
    axis(this.svg, this.palette, { marks, at: LEFT - 8, scale: y, range: domain, vertical: true });
    this.name(this.view.axis[curve.quantity], box.top - 10);
  }

  name(words, y) {
    add(this.svg, "text", { x: 2, y, fill: this.palette.text, "font-size": SIZE }, words);
  }

  drawCurve(curve, box, y, xs) {
    const points = (values) => linePoints(values ?? [], xs, y);
    const body = add(this.svg, "g", { color: curve.colour, fill: "none" });
    const line = points(curve.value);
    const band = areaBetween(points(curve.band_high), points(curve.band_low));
    const stroke = { stroke: "currentColor", "stroke-linejoin": "round" };
    add(body, "path", { d: band, fill: "currentColor", opacity: 0.22 });
    add(body, "path", { d: pathThrough(points(curve.null)), ...stroke, "stroke-width": 1.3, "stroke-dasharray": "4 2" });
    add(body, "path", { d: pathThrough(line), ...stroke, "stroke-width": 2 });
    const cursor = add(this.svg, "line", { y1: box.top, y2: box.bottom, stroke: this.palette.accent });
    const dot = add(this.svg, "circle", { r: 3.5, fill: curve.colour, stroke: this.palette.background });
    const text = label(this.svg, this.palette, "", { "text-anchor": "end", x: box.right, y: box.top - 10 });
    this.panels.push({ curve, xs, line, cursor, dot, text, body, span: this.domains[curve.quantity][1] });
  }

  show(t) {
    for (const { curve, xs, line, cursor, dot, text, span } of this.panels) {
      const [x, point] = [between(xs, t).toFixed(1), pointAt(line, t)];
      set(cursor, { x1: x, x2: x });
      show(dot, point);
      if (point) set(dot, { cx: point[0].toFixed(1), cy: point[1].toFixed(1) });
      text.textContent = decimal(curve.value[Math.floor(t)], span);
    }
  }

  emphasise(chosen) {
    const faded = ({ layer }) => chosen !== null && chosen !== layer;
    for (const { curve, body } of this.panels) set(body, { opacity: faded(curve) ? 0.25 : 1 });
  }

  // Nothing here is pointed out.
  nearest = () => null;
  positionOf = () => null;
  ring = () => {};
}
