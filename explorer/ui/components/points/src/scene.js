// The drawing: points, what is written over them, and how they move from one step to the next.

import { Camera, extentOf } from "./camera.js";
import { medians, Overlay } from "./overlay.js";
import { Painter } from "./painter.js";
import { reduced, Tween } from "./player.js";
import { crowd, diameterFor, opacityFor } from "./view.js";

/** Draws `cloud`, of which it reads the view, the selection, the step shown and the row under the pointer. */
export class Scene {
  constructor(root, cloud) {
    const [stage, canvas, svg, note] = [".stage", "canvas", ".overlay", ".note"].map((one) => root.querySelector(one));
    Object.assign(this, { cloud, stage, canvas, note, xy: null, part: 1, middles: new Map() });
    this.camera = new Camera();
    this.painter = Painter.on(canvas);
    this.overlay = new Overlay(svg);
  }

  destroy() {
    this.tween?.stop();
    cancelAnimationFrame(this.request);
    this.painter?.destroy();
  }

  /** The size of the stage, where it is another than before. */
  resize() {
    const { camera, painter, stage } = this;
    const { clientWidth: width, clientHeight: height } = stage;
    if (!width || !height || (camera.width === width && camera.height === height)) return;
    camera.resize(width, height);
    painter?.resize(width, height);
    this.paint();
  }

  classify(codes) {
    this.painter.classify(codes);
    this.middles = new Map();
  }

  /** Forget the positions; all of the next ones are shown. */
  clear(extent) {
    Object.assign(this, { xy: null, middles: new Map() });
    this.camera.fit(extent);
  }

  /** Show positions at once, or moving within ms from where the points were; `done` is called at rest. */
  arrive(xy, ms, done) {
    this.tween?.stop();
    const from = this.xy;
    const moving = Boolean(ms) && from?.length === xy.length && !reduced();
    Object.assign(this, { xy, part: moving ? 0 : 1, tween: null, crowd: crowd(xy) });
    this.painter.place(xy, moving ? from : xy);
    const rest = () => {
      this.part = 1;
      done();
      this.repaint();
    };
    const move = (part) => {
      this.part = part;
      this.paint();
    };
    if (moving) this.tween = new Tween(move, rest, ms);
    else rest();
  }

  choose(rows) {
    this.painter.choose(rows);
    this.repaint();
  }

  repaint() {
    this.request ??= requestAnimationFrame(() => this.paint());
  }

  paint() {
    cancelAnimationFrame(this.request);
    this.request = null;
    if (!this.xy) return;
    const { camera, part, cloud } = this;
    const { view, selection } = cloud;
    const diameter = cloud.sized ?? view.size ?? diameterFor(view.n);
    const shade = (drawn) => opacityFor(view.n, (this.crowd * drawn) / view.n / camera.scale ** 2, diameter);
    const alpha = shade(selection.rows ? selection.count : view.n);
    const layers = selection.rows ? [1, 2] : [0];
    this.painter.paint({ camera, part, diameter, alpha, greyAlpha: 0.7 * shade(view.n), ...view.look, layers });
    const said = `Drawn at ${Math.round(100 * alpha)} % opacity, so that dense places do not saturate.`;
    this.note.textContent = alpha < 0.8 ? said : "";
    this.annotate();
  }

  /** Nothing but the ground. */
  blank(look) {
    this.xy = null;
    this.painter.paint({ camera: this.camera, part: 1, diameter: 1, alpha: 1, greyAlpha: 1, ...look, layers: [] });
  }

  /** What lies over the points; a lasso that is being drawn stays. */
  annotate() {
    const { overlay, camera, cloud } = this;
    const { view, selection, timeline } = cloud;
    overlay.frame(camera, view.axes);
    overlay.label(camera, this.part < 1 || !view.categories ? [] : this.middlesOf(timeline.index), view.names);
    const polygon = selection.polygonAt(view.steps[timeline.index]);
    if (!cloud.gestures.drag) overlay.outline(polygon?.map((point) => camera.toScreen(point)));
    this.ring();
  }

  /** The ring: on what is under the pointer, else on the row that was clicked. */
  ring() {
    const row = this.cloud.hover.row ?? this.cloud.selection.by.index ?? null;
    const shown = row !== null && this.part === 1;
    this.overlay.point(shown ? this.camera.toScreen([this.xy[2 * row], this.xy[2 * row + 1]]) : null);
  }

  middlesOf(index) {
    const { middles, cloud } = this;
    if (!middles.has(index)) middles.set(index, medians(this.xy, cloud.codes, cloud.view.names.length));
    return middles.get(index);
  }

  pan(dx, dy) {
    this.camera.pan(dx, dy);
    this.repaint();
  }

  zoom(factor, place) {
    this.camera.zoom(factor, place);
    this.repaint();
  }

  fit(extent) {
    this.camera.fit(extent ?? this.camera.extent ?? extentOf(this.xy));
    this.repaint();
  }

  /** The browser had taken the graphics memory and gives it back. */
  restore() {
    this.painter = Painter.on(this.canvas);
    this.painter.place(this.xy);
  }
}
