// Steps: which one is shown, scrubbing and playing; a step that is not here yet is waited for, and said to be.

import { pace } from "./player.js";
import { Positions } from "./store.js";
import { grouped } from "./svg.js";

const REPORT_AFTER = 600; // ms at rest
const ICONS = { play: "M4 2.5v11l9-5.5z", pause: "M3.5 3h3.2v10H3.5zM9.3 3h3.2v10H9.3z" };

/** Calls `arrive(index, xy, ms)`, `fail(words)` and `report(step)`. */
export class Timeline {
  constructor(root, act) {
    const [controls, slider, readout, button] = [".controls", ".step", ".readout", ".play"].map((one) => root.querySelector(one));
    Object.assign(this, { root, act, controls, slider, readout, button, index: null, last: 0, playing: false });
    this.showPlaying();
  }

  /** Take the steps of a view, which lie at `paths`; the step that was shown is kept where the view has one of that number. */
  open(view, before, paths) {
    const kept = this.called(view, before) ? -1 : view.steps.indexOf(before?.steps[this.index]);
    this.close();
    this.index = kept < 0 ? (view.step ?? view.steps.length - 1) : kept;
    this.last = view.steps.length - 1;
    this.slider.max = this.last;
    this.positions = new Positions(paths, view.n, () => this.count());
    this.count();
  }

  /** Whether a view asks for another step than the one before it did, and not for the one that was reported. */
  called(view, before) {
    const [now, then] = [view, before].map((one) => one?.steps[one.step]);
    if (now === undefined || now === then) return false;
    const own = now === this.reported;
    this.reported = null;
    return !own;
  }

  /** Go to the step that the page has gone to. */
  follow(view, before) {
    if (!this.called(view, before) || view.step === this.index) return;
    this.stop();
    this.go(view.step);
  }

  close() {
    this.stop();
    clearTimeout(this.reporting);
    this.positions?.stop();
  }

  count() {
    this.root.dataset.loaded = this.positions.loaded.size;
  }

  /** Words, slider and `data-step` for a step. */
  tell(index, waiting = false) {
    const { view, slider } = this;
    const words = `${view.step_name} ${grouped(view.steps[index])} · ${index + 1} of ${this.last + 1}`;
    this.readout.textContent = waiting ? `${words} · loading` : words;
    slider.value = index;
    slider.setAttribute("aria-valuetext", words);
    this.root.dataset.step = waiting ? "loading" : view.steps[index];
  }

  arrived(index, xy, ms) {
    this.index = index;
    this.tell(index);
    this.act.arrive(xy, ms);
    this.positions.ahead(index);
  }

  /** To a step, at once or within ms; true when it is shown. */
  async go(index, ms = null) {
    const to = Math.max(0, Math.min(this.last, index));
    const { positions } = this;
    this.target = to;
    const here = positions.get(to);
    if (here) this.arrived(to, here, ms);
    if (here) return true;
    this.tell(to, true);
    try {
      const xy = await positions.load(to);
      if (this.target !== to || positions !== this.positions) return false;
      this.arrived(to, xy, ms);
      return true;
    } catch (error) {
      this.act.fail(`Step ${this.view.steps[to]} could not be loaded (${error.message}). Reload the page.`);
      return false;
    }
  }

  /** By hand: playing ends. */
  scrub(index, ms = null) {
    this.stop();
    this.go(index, ms);
    this.reportLater();
  }

  async play() {
    if (this.last < 1) return;
    this.playing = true;
    this.showPlaying();
    if (this.index >= this.last) await this.go(0);
    const ms = pace(this.last + 1);
    while (this.playing && this.index < this.last) {
      const rest = new Promise((resolve) => setTimeout(resolve, ms));
      if (!(await this.go(this.index + 1, ms))) break;
      await rest;
    }
    this.stop();
    this.reportLater();
  }

  stop() {
    this.playing = false;
    this.showPlaying();
  }

  toggle() {
    if (!this.playing) return this.play();
    this.stop();
    this.reportLater();
  }

  showPlaying() {
    const { playing, button } = this;
    this.root.dataset.playing = playing;
    button.querySelector("span").textContent = playing ? "Pause" : "Play";
    button.querySelector("path").setAttribute("d", ICONS[playing ? "pause" : "play"]);
  }

  reportLater() {
    clearTimeout(this.reporting);
    const report = () => this.act.report((this.reported = this.view.steps[this.index]));
    if (this.view.report) this.reporting = setTimeout(report, REPORT_AFTER);
  }
}
