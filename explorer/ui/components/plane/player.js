// Time: how a run is played.

const STILL = window.matchMedia("(prefers-reduced-motion: reduce)");
const PLAY_SECONDS = 8; // a whole run at speed 1
const STILL_RATE = 4; // steps a second where motion is reduced

/** Moves t forward with the frames of the browser until it is stopped or at its end. */
class Player {
  constructor(onMove, onEnd) {
    Object.assign(this, { onMove, onEnd, speed: 1, request: null });
  }

  get playing() {
    return this.request !== null;
  }

  start(t, last) {
    Object.assign(this, { t, last, time: null });
    this.request = requestAnimationFrame((time) => this.frame(time));
  }

  stop() {
    cancelAnimationFrame(this.request);
    this.request = null;
  }

  frame(time) {
    const rate = STILL.matches ? STILL_RATE : Math.max(4, this.last / PLAY_SECONDS);
    this.t = Math.min(this.last, this.t + ((time - (this.time ?? time)) / 1000) * rate * this.speed);
    this.time = time;
    this.onMove(STILL.matches ? Math.floor(this.t) : this.t);
    if (this.t >= this.last) return this.onEnd();
    this.request = requestAnimationFrame((next) => this.frame(next));
  }
}
