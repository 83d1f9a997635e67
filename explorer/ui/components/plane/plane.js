// The component: what is shown, what a person does with it, and nothing sent to the server unless asked for.

const REPORT_AFTER = 600; // ms at rest
const ICONS = { play: "M4 2.5v11l9-5.5z", pause: "M3.5 3h3.2v10H3.5zM9.3 3h3.2v10H9.3z" };
const PARTS = [
  "h2", ".subtitle", ".footer", ".keys", ".stage", ".chart", ".controls", ".strips", ".tip", ".aside", "table",
  ".readout", ".announcer", ".play", "select", "[type=range]", "[role=switch]",
];

class Plane {
  constructor(root) {
    Object.assign(this, { root, t: 0, chosen: null, hovered: null, away: false, byLayer: false, view: null });
    this.parts = Object.fromEntries(PARTS.map((name) => [name, root.querySelector(name)]));
    this.tip = new Tip(this.parts[".tip"]);
    this.player = new Player((t) => this.show(t), () => this.rest());
    this.abort = new AbortController();
    this.listen();
    this.showPlaying();
    this.observer = new ResizeObserver(() => this.resized());
    this.observer.observe(root);
  }

  destroy() {
    this.player.stop();
    this.abort.abort();
    this.observer.disconnect();
    clearTimeout(this.reporting);
    planes.delete(this.root);
  }

  // What the server gives.

  /** Take new data and keep what the person has done: the step, the layer, the play. */
  update(view, report) {
    const before = this.view;
    const part = this.t - Math.floor(this.t);
    const step = before?.steps[Math.floor(this.t)];
    Object.assign(this, { view: completed(view), report });
    this.last = Math.max(0, view.steps.length - 1);
    this.t = before ? this.kept(step, part) : Math.min(view.start ?? this.last, this.last);
    Object.assign(this.player, { t: this.t, last: this.last });
    if (!this.view.series.some((one) => one.layer === this.chosen)) this.chosen = null;
    this.draw();
  }

  kept(step, part) {
    if (this.view.live && !this.away && !this.player.playing) return this.last;
    const index = this.view.steps.findLastIndex((one) => one <= step);
    return Math.min(this.last, Math.max(0, index) + part);
  }

  // Drawing: once for each view and width; then `show` moves what is there.

  resized() {
    if (this.view && Math.round(this.root.clientWidth) !== this.width) this.draw();
  }

  draw() {
    const { view, parts, root } = this;
    this.dress();
    this.width = Math.round(root.clientWidth);
    root.classList.toggle("narrow", this.width < NARROW);
    root.classList.toggle("medium", this.width >= NARROW && this.width < 1000);
    const palette = PALETTES[view.theme];
    this.table = new LayerTable(parts.table, view, (name) => this.choose(name));
    const width = parts[".stage"].clientWidth;
    const steps = view.steps.length;
    for (const name of [".controls", ".strips"]) parts[name].toggleAttribute("hidden", !steps);
    this.strips = steps && new StripScene(parts[".strips"], view, palette, width);
    const height = Math.max(260, Math.min(view.height - (steps ? this.strips.height + 46 : 0), 1.05 * width));
    this.scene = new (this.byLayer ? LayerScene : PlaneScene)(parts[".chart"], view, palette, width, height);
    this.scene.emphasise(this.chosen);
    this.shown = this.hovered = null;
    this.show(this.t);
    root.dataset.ready = view.version;
  }

  /** Words and colours around the drawing. */
  dress() {
    const { view, parts, root } = this;
    for (const [name, colour] of Object.entries(PALETTES[view.theme])) root.style.setProperty(`--${name}`, colour);
    family = getComputedStyle(root).fontFamily;
    parts.h2.textContent = view.text.title;
    parts[".subtitle"].textContent = view.text.subtitle;
    parts[".footer"].textContent = view.footer;
    parts["[type=range]"].max = this.last;
    const drawn = view.metrics.map((one) => one.name).join(", ") || "Steps";
    parts[".strips"].setAttribute("aria-label", `${drawn} against ${view.step_name}`);
    parts["[role=switch]"].checked = preferences.shortcuts;
    parts.h2.hidden = !view.text.title;
  }

  /** Everything at the fractional index t. */
  show(t) {
    this.t = t;
    if (!this.view.steps.length) return;
    this.scene.show(t);
    this.strips.show(t);
    const i = Math.floor(t);
    if (i !== this.shown) this.showStep(i);
    this.pointOut();
  }

  /** What changes with a recorded step only. */
  showStep(i) {
    const { view, parts, last } = this;
    this.shown = i;
    const words = `${stepName(view, i)} · ${grouped(i + 1)} of ${grouped(last + 1)}`;
    parts[".readout"].textContent = words;
    parts["[type=range]"].value = i;
    parts["[type=range]"].setAttribute("aria-valuetext", words);
    this.root.dataset.step = view.steps[i];
    this.table.show(i, this.chosen);
  }

  // What a person does.

  listen() {
    const { parts, root } = this;
    const on = (node, type, act) => node.addEventListener(type, act, { signal: this.abort.signal });
    on(root, "click", (event) => this.act(event.target.closest("[data-act]")?.dataset.act));
    on(root, "keydown", (event) => this.key(event));
    on(parts["[type=range]"], "input", (event) => this.go(+event.target.value));
    on(parts.select, "change", (event) => (this.player.speed = +event.target.value));
    on(parts["[role=switch]"], "change", (event) => (preferences.shortcuts = event.target.checked));
    on(parts[".stage"], "pointermove", (event) => this.hover(event));
    on(parts[".stage"], "pointerleave", () => this.hover(null));
    on(parts[".stage"], "click", (event) => this.pick(event));
    on(parts[".strips"], "pointerdown", (event) => this.grab(event));
    on(parts[".strips"], "pointermove", (event) => event.buttons && this.scrub(event));
    on(document.fonts, "loadingdone", () => this.view && this.draw()); // labels were measured in another font
  }

  act(name) {
    const { parts } = this;
    const file = (kind) => () => take(kind, this.view, [parts[".chart"], parts[".strips"]]);
    const acts = {
      play: () => (this.player.playing ? this.rest() : this.play()),
      first: () => this.go(0),
      back: () => this.go(Math.ceil(this.t) - 1),
      forward: () => this.go(Math.floor(this.t) + 1),
      last: () => this.go(this.last),
      keys: () => this.toggle("keys", parts[".keys"].toggleAttribute("hidden")),
      table: () => this.toggleTable(),
      layers: () => this.toggleLayers(),
      svg: file("svg"),
      png: file("png"),
      csv: file("csv"),
    };
    acts[name]?.();
  }

  /** To a recorded step, by hand. */
  go(index) {
    if (this.player.playing) this.rest();
    const to = Math.max(0, Math.min(this.last, index));
    this.away = to < this.last;
    this.show(to);
    this.announce(this.parts[".readout"].textContent);
    this.reportLater();
  }

  play() {
    if (!this.last) return;
    this.player.start(this.t >= this.last ? 0 : this.t, this.last);
    this.away = true;
    this.showPlaying();
  }

  /** Stop at the step that was reached. */
  rest() {
    this.player.stop();
    this.away = this.t < this.last;
    this.show(Math.floor(this.t));
    this.showPlaying();
    this.reportLater();
  }

  showPlaying() {
    const { playing } = this.player;
    this.root.dataset.playing = playing;
    this.parts[".play"].querySelector("span").textContent = playing ? "Pause" : "Play";
    this.parts[".play"].querySelector("path").setAttribute("d", ICONS[playing ? "pause" : "play"]);
  }

  reportLater() {
    clearTimeout(this.reporting);
    const send = () => this.report("step", this.view.steps[Math.floor(this.t)]);
    if (this.view.report) this.reporting = setTimeout(send, REPORT_AFTER);
  }

  /** Say it to a screen reader, unless the slider has the focus: that speaks for itself. */
  announce(words) {
    const active = this.root.getRootNode().activeElement;
    if (active !== this.parts["[type=range]"]) this.parts[".announcer"].textContent = words;
  }

  key(event) {
    const act = event.ctrlKey || event.metaKey || event.altKey ? null : keyAct(this, event.key, event.target);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  /** The next layer, or the one before, in order of depth. */
  turn(by) {
    const names = this.view.series.map((one) => one.layer);
    const at = names.indexOf(this.chosen);
    this.choose(names[at < 0 ? (by > 0 ? 0 : names.length - 1) : (at + by + names.length) % names.length]);
  }

  choose(name) {
    this.chosen = name === this.chosen ? null : name ?? null;
    this.scene.emphasise(this.chosen);
    if (this.shown !== null) this.table.show(this.shown, this.chosen);
    this.pointOut();
    const layer = this.chosenIndex();
    if (layer === null) return;
    const words = facts(this.view, layer, this.shown).map((pair) => pair.join(" "));
    this.announce(`${this.chosen}: ${words.join("; ")}`);
  }

  chosenIndex() {
    return this.chosen === null ? null : this.view.series.findIndex((one) => one.layer === this.chosen);
  }

  clear() {
    this.hovered = null;
    this.choose(null);
    this.announce("All layers");
  }

  // The pointer.

  hover(event) {
    if (event && this.parts[".tip"].contains(event.target)) return;
    this.hovered = event && this.under(event);
    this.pointOut();
  }

  pick(event) {
    if (this.parts[".tip"].contains(event.target)) return;
    const found = this.under(event);
    const name = found ? this.view.series[found.layer].layer : event.target.closest("[data-label]")?.dataset.label;
    if (name) this.choose(name);
  }

  under(event) {
    const box = this.parts[".chart"].getBoundingClientRect();
    return this.scene.nearest(event.clientX - box.left, event.clientY - box.top, this.t);
  }

  /** The tooltip and the ring: on what is under the pointer, else on the chosen layer. */
  pointOut() {
    const { hovered, scene } = this;
    const layer = hovered?.layer ?? this.chosenIndex();
    const point = hovered?.point ?? (layer === null ? null : scene.positionOf(layer, this.t));
    scene.ring(hovered?.point);
    if (point) this.tip.tell(this.view, layer, hovered?.index ?? this.shown, point, scene);
    else this.tip.hide();
  }

  grab(event) {
    event.currentTarget.setPointerCapture(event.pointerId);
    this.scrub(event);
  }

  scrub(event) {
    this.go(this.strips.indexAt(event.clientX - this.parts[".strips"].getBoundingClientRect().left));
  }

  // Views.

  toggle(name, hidden) {
    const button = this.root.querySelector(`[data-act=${name}]`);
    button.setAttribute(button.hasAttribute("aria-expanded") ? "aria-expanded" : "aria-pressed", !hidden);
  }

  toggleTable() {
    this.toggle("table", this.parts[".aside"].toggleAttribute("hidden"));
    this.draw();
  }

  toggleLayers() {
    this.byLayer = !this.byLayer;
    this.toggle("layers", !this.byLayer);
    this.draw();
  }
}

const planes = new WeakMap(); // by root, so that new data find the plane that is already there

/** Streamlit calls this for the first data and for each that follow. */
export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".plane");
  if (!planes.has(root)) planes.set(root, new Plane(root));
  const plane = planes.get(root);
  plane.update(data, setStateValue);
  return () => plane.destroy();
}
