// Time: from one step to another, and a whole run.

const PLAY_SECONDS = 8; // a whole run
const STILL = window.matchMedia("(prefers-reduced-motion: reduce)");

export const reduced = () => STILL.matches;

/** ms for one step of a run of `count` steps; no more than four steps a second where motion is reduced. */
export const pace = (count) =>
  Math.max(reduced() ? 250 : 90, Math.min(700, (1000 * PLAY_SECONDS) / Math.max(1, count - 1)));

/** Calls `move(part)` with part from 0 to 1 on the frames of the browser, then `done`; `stop` ends it at once. */
export class Tween {
  constructor(move, done, ms) {
    Object.assign(this, { move, done, ms, start: null });
    this.request = requestAnimationFrame((time) => this.frame(time));
  }

  frame(time) {
    this.start ??= time;
    const part = Math.min(1, (time - this.start) / this.ms);
    if (part === 1) return this.done();
    this.move(part * part * (3 - 2 * part));
    this.request = requestAnimationFrame((next) => this.frame(next));
  }

  stop() {
    cancelAnimationFrame(this.request);
  }
}
