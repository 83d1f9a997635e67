// The pointer on the cloud: move, lasso, box, click, hover and wheel.

const CLICK = 4; // px; a shorter drag is a click

/** Calls `act.pan(dx, dy)`, `act.outline(screen points)`, `act.enclose(screen points)`, `act.click(p)`, `act.hover(p)`. */
export class Gestures {
  constructor(stage, signal, act) {
    Object.assign(this, { stage, act, mode: "move", drag: null });
    const on = (type, listener, options = {}) => stage.addEventListener(type, listener, { signal, ...options });
    on("pointerdown", (event) => this.down(event));
    on("pointermove", (event) => this.move(event));
    on("pointerup", (event) => this.up(event));
    on("pointercancel", () => this.cancel());
    on("pointerleave", () => act.hover(null));
    on("wheel", (event) => this.wheel(event), { passive: false });
    on("dblclick", (event) => act.zoom(event.shiftKey ? 0.5 : 2, this.place(event)));
  }

  place(event) {
    const box = this.stage.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  down(event) {
    if (event.button !== 0) return;
    const mode = event.shiftKey && this.mode === "move" ? "lasso" : this.mode;
    this.drag = { mode, path: [this.place(event)] };
    this.stage.setPointerCapture(event.pointerId);
    this.act.hover(null);
  }

  move(event) {
    const { drag } = this;
    const place = this.place(event);
    if (!drag) return this.act.hover(place);
    const before = drag.path.at(-1);
    if (Math.hypot(place[0] - before[0], place[1] - before[1]) < 2) return;
    drag.path.push(place);
    if (drag.mode === "move") this.act.pan(place[0] - before[0], place[1] - before[1]);
    else this.act.outline(this.shape());
  }

  /** The corners of the box, or the path of the lasso. */
  shape() {
    const { mode, path } = this.drag;
    if (mode === "lasso") return path;
    const [[x0, y0], [x1, y1]] = [path[0], path.at(-1)];
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];
  }

  up(event) {
    const { drag } = this;
    if (!drag) return;
    const place = this.place(event);
    const still = drag.path.every(([x, y]) => Math.hypot(x - place[0], y - place[1]) < CLICK);
    const shape = still || drag.mode === "move" ? null : this.shape();
    this.cancel();
    if (still) this.act.click(place);
    else if (shape?.length > 2) this.act.enclose(shape);
  }

  cancel() {
    this.drag = null;
    this.act.outline(null);
  }

  /** The wheel scrolls the page until the cloud has the focus. */
  wheel(event) {
    if (this.stage.getRootNode().activeElement !== this.stage && !event.ctrlKey) return;
    event.preventDefault();
    this.act.zoom(Math.exp(-event.deltaY / 400), this.place(event));
  }
}
