// The component: what is shown, what a person does with it, and what of that the server hears.

import { extentOf } from "./camera.js";
import { Gestures } from "./gestures.js";
import { Hover } from "./hover.js";
import { acts, keyAct } from "./keys.js";
import { Legend } from "./legend.js";
import css from "./points.css";
import html from "./points.html";
import { fitting } from "./polygon.js";
import { Scene } from "./scene.js";
import { rowsOf, Selection } from "./selection.js";
import { categories, paths } from "./store.js";
import { Timeline } from "./timeline.js";
import { completed, countsOf, diameterFor } from "./view.js";

const NARROW = 640; // px
const CONTROLS = 42; // px, a row of controls below the cloud
const PARTS = ["h2", ".subtitle", ".keys", ".stage", "canvas", ".message", ".legend", ".controls", ".size", ".announcer"];

class Cloud {
  constructor(root) {
    Object.assign(this, { root, turn: 0 });
    this.parts = Object.fromEntries(PARTS.map((name) => [name, root.querySelector(name)]));
    this.legend = new Legend(this.parts[".legend"], (c) => this.pickClass(c));
    this.selection = new Selection(root, this.legend);
    this.scene = new Scene(root, this);
    this.hover = new Hover(root.querySelector(".tip"), this.scene.camera);
    this.timeline = new Timeline(root, {
      arrive: (xy, ms) => this.arrive(xy, ms),
      fail: (words) => this.say(words),
      report: (step) => this.send("step", step),
    });
    this.abort = new AbortController();
    this.listen();
    this.observer = new ResizeObserver(() => this.resized());
    for (const node of [root, this.parts[".stage"]]) this.observer.observe(node);
  }

  destroy() {
    this.turn++;
    this.timeline.close();
    this.abort.abort();
    this.observer.disconnect();
    this.scene.destroy();
    this.root.remove();
  }

  // What the server gives.

  /** Take a view and keep what the person has done: the step, the camera, the selection unless it comes with another. */
  async update(view, send) {
    const turn = ++this.turn;
    Object.assign(this, { view: completed(view), send });
    this.timeline.view = this.view;
    this.dress();
    if (!this.scene.painter) return this.withoutWebGl();
    try {
      await this.take(turn);
    } catch (error) {
      if (turn === this.turn) this.say(`The points could not be loaded (${error.message}). Reload the page.`);
    }
  }

  withoutWebGl() {
    this.say("This browser cannot draw with WebGL 2, so the cloud is not shown here.");
    if (this.root.dataset.webgl !== "false") this.send("webgl", false);
    Object.assign(this.root.dataset, { webgl: false, ready: this.view.version });
  }

  async take(turn) {
    const { view, timeline } = this;
    if (!view.positions || !view.n) return this.empty();
    if (!this.scene.xy) this.say("Loading the points …");
    const steps = await paths(view.positions);
    if (turn !== this.turn) return;
    const places = JSON.stringify([view.positions, view.n]);
    if (places !== this.places) timeline.open(view, this.opened, steps);
    else timeline.follow(view, this.opened);
    Object.assign(this, { places, opened: view });
    const [codes, xy] = await Promise.all([this.codesOf(view), timeline.positions.load(timeline.index)]);
    if (turn !== this.turn) return;
    this.say(null);
    this.classify(codes);
    if (this.shownPlaces !== places) this.move(xy, places);
    await this.takeSelection(view);
    if (turn !== this.turn) return;
    this.scene.paint();
    this.root.dataset.ready = view.version;
  }

  /** What the view selects where that is news; else what the person has selected. */
  async takeSelection(view) {
    const { selection } = this;
    const given = selection.news(view);
    if (given === null) return this.select(selection.rows?.length === view.n ? selection.rows : null, selection.by);
    const rows = await selection.told(view, this.context());
    if (given === selection.given) this.select(rows, view.selected);
  }

  empty() {
    Object.assign(this, { places: null, shownPlaces: null });
    this.say("There is no point to show yet.");
    this.scene.blank(this.view.look);
    Object.assign(this.root.dataset, { ready: this.view.version, selected: 0 });
  }

  async codesOf(view) {
    if (!view.categories) return new Uint16Array(view.n);
    const codes = await categories(view.categories);
    if (codes.length !== view.n) throw new Error(`${codes.length} classes for ${view.n} points`);
    const most = codes.reduce((one, other) => Math.max(one, other), 0);
    if (most >= view.names.length) throw new Error(`class ${most} has no name`);
    return codes;
  }

  /** Classes, their looks and their names, where they are others than before. */
  classify(codes) {
    const { view, scene } = this;
    const looks = JSON.stringify([view.names, view.colours, view.shapes]);
    if (codes === this.codes && looks === this.looks) return;
    if (codes !== this.codes) scene.classify(codes);
    scene.painter.dye(view.colours, view.shapes);
    Object.assign(this, { codes, looks, counts: countsOf(codes, view.names.length) });
    this.legend.show(view.names, view.colours, view.shapes, this.counts);
  }

  /** Other positions: all of them are shown; a polygon belonged to the ones before. */
  move(xy, places) {
    this.shownPlaces = places;
    this.selection.by = { ...this.selection.by, polygon: undefined };
    this.scene.clear(this.view.extent ?? extentOf(xy));
    this.timeline.arrived(this.timeline.index, xy, null);
  }

  /** Words and colours around the drawing. */
  dress() {
    const { view, parts, root } = this;
    root.dataset.theme = view.theme;
    root.style.setProperty("--background", view.look.background);
    parts.h2.textContent = view.title;
    parts.h2.hidden = !view.title;
    parts[".subtitle"].textContent = view.subtitle;
    parts.canvas.setAttribute("aria-label", view.alt);
    const many = view.steps.length > 1;
    parts[".controls"].hidden = !many;
    parts[".legend"].hidden = !view.categories;
    root.style.setProperty("--height", `${Math.max(220, view.height - CONTROLS * (many ? 2 : 1))}px`);
    parts[".size"].value = this.sized ?? view.size ?? diameterFor(view.n);
    this.resized();
  }

  resized() {
    this.root.classList.toggle("narrow", this.root.clientWidth < NARROW);
    this.scene.resize();
  }

  arrive(xy, ms) {
    this.hover.over(null);
    this.scene.arrive(xy, ms, () => this.hover.over(xy));
  }

  /** Words over the cloud, or none. */
  say(words) {
    this.parts[".message"].hidden = !words;
    this.parts[".message"].textContent = words ?? "";
  }

  // Selection.

  context() {
    const { view, codes, timeline } = this;
    return { view, codes, index: timeline.index, load: (index) => timeline.positions.load(index) };
  }

  select(rows, by) {
    this.selection.set(rows, by, this.view, this.codes);
    this.scene.choose(rows ?? new Uint8Array(this.view.n));
  }

  /** By the person: seen here, announced and sent. */
  async pick(selection) {
    if (!this.scene.xy) return;
    this.select(await rowsOf(selection, this.context()), selection);
    this.parts[".announcer"].textContent = this.selection.words.textContent;
    this.send("selection", selection);
  }

  pickClass(category) {
    this.pick(this.selection.by.category === category ? null : { category });
  }

  enclose(shape) {
    const polygon = fitting(shape.map((place) => this.scene.camera.toData(place)));
    if (polygon.length > 2) this.pick({ polygon, step: this.view.steps[this.timeline.index] });
  }

  click(place) {
    const row = this.hover.rowAt(place);
    if (row !== null) this.pick({ index: row });
  }

  clear() {
    if (this.selection.rows) this.pick(null);
  }

  // What a person does.

  listen() {
    const { parts, root, scene } = this;
    const { signal } = this.abort;
    const on = (node, type, act) => node.addEventListener(type, act, { signal });
    this.gestures = new Gestures(parts[".stage"], signal, {
      pan: (dx, dy) => scene.pan(dx, dy),
      zoom: (factor, place) => this.zoom(factor, place),
      outline: (shape) => (shape ? scene.overlay.outline(shape) : scene.xy && scene.annotate()),
      enclose: (shape) => this.enclose(shape),
      click: (place) => this.click(place),
      hover: (place) => this.pointAt(place),
    });
    on(root, "click", (event) => this.act(event.target.closest("[data-act], button[data-mode]")?.dataset ?? {}));
    on(root, "keydown", (event) => this.key(event));
    on(root.querySelector(".step"), "input", (event) => this.timeline.scrub(+event.target.value));
    on(parts[".size"], "input", (event) => this.grow(+event.target.value));
    on(parts.canvas, "webglcontextlost", (event) => event.preventDefault());
    on(parts.canvas, "webglcontextrestored", () => this.restore());
  }

  pointAt(place) {
    if (!this.scene.xy) return;
    this.hover.tell(place, this.view, this.codes);
    this.scene.ring();
  }

  zoom(factor, place) {
    this.hover.leave();
    this.scene.zoom(factor, place);
  }

  grow(diameter) {
    this.sized = diameter;
    this.scene.repaint();
  }

  step(index, ms) {
    this.timeline.scrub(index, ms);
    this.parts[".announcer"].textContent = this.timeline.readout.textContent;
  }

  restore() {
    const { codes, selection } = this;
    this.scene.restore();
    this.codes = null;
    this.classify(codes);
    this.select(selection.rows, selection.by);
  }

  act({ act, mode }) {
    if (mode) this.setMode(mode);
    else if (act === "keys" || this.scene.xy) acts[act]?.(this);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = this.scene.xy && keyAct(this, event.key, event.target);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  setMode(mode) {
    this.gestures.mode = this.parts[".stage"].dataset.mode = mode;
    const buttons = this.root.querySelectorAll("button[data-mode]");
    for (const one of buttons) one.setAttribute("aria-pressed", one.dataset.mode === mode);
  }

  toggleKeys() {
    const hidden = this.parts[".keys"].toggleAttribute("hidden");
    this.root.querySelector("[data-act=keys]").setAttribute("aria-expanded", !hidden);
  }
}

const clouds = new WeakMap(); // by the element that Streamlit gives, so that a new view finds what is there

/** Streamlit calls this for the first view and for each that follows. */
export default function ({ data, parentElement, setStateValue }) {
  if (!clouds.has(parentElement)) {
    const template = document.createElement("template");
    template.innerHTML = `<style>${css}</style>${html}`;
    parentElement.append(template.content);
    clouds.set(parentElement, new Cloud(parentElement.querySelector(".points")));
  }
  const cloud = clouds.get(parentElement);
  cloud.update(data, setStateValue);
  return () => {
    clouds.delete(parentElement);
    cloud.destroy();
  };
}
