// What is fetched from the server: each array once.

const BUDGET = 256 * 2 ** 20; // bytes of positions that are kept
const AT_ONCE = 4; // requests

// The script lies at <app>/_stcore/bidi-components/...; the other URLs are relative to <app>.
const APP = new URL(import.meta.url.split("_stcore/")[0]);

async function fetched(path, shape = (response) => response.arrayBuffer()) {
  const response = await fetch(new URL(path, APP));
  if (!response.ok) throw new Error(`${response.status} for ${path}`);
  return shape(response);
}

const cache = new Map(); // of the arrays that do not depend on the step, by URL and kind

function once(kind, path, make) {
  const key = `${kind} ${path}`;
  if (!cache.has(key)) {
    const made = make();
    cache.set(key, made);
    made.catch(() => cache.delete(key));
    if (cache.size > 12) cache.delete(cache.keys().next().value);
  }
  return cache.get(key);
}

export const paths = (path) => once("paths", path, () => fetched(path, (response) => response.json()));
export const categories = (path) => once("categories", path, async () => new Uint16Array(await fetched(path)));
export const labels = (path) => once("labels", path, () => fetched(path, (response) => response.json()));
export const images = (path) => once("images", path, async () => new Uint8Array(await fetched(path)));

/** A byte a row from a bit a row. */
export const mask = (path, n) =>
  once("mask", path, async () => {
    const bits = new Uint8Array(await fetched(path));
    return Uint8Array.from({ length: n }, (_, i) => (bits[i >> 3] >> (i & 7)) & 1);
  });

/** Positions by step: fetched ahead, nearest steps first, as many as the budget holds. */
export class Positions {
  constructor(paths, n, onLoaded) {
    Object.assign(this, { paths, n, onLoaded, at: 0, running: 0, loaded: new Map(), pending: new Map() });
    this.room = Math.max(1, Math.floor(BUDGET / Math.max(1, 8 * n)));
  }

  get(index) {
    return this.loaded.get(index) ?? null;
  }

  /** The positions of a step, fetched if they are not here. */
  async load(index) {
    const here = this.loaded.get(index);
    if (here) return here;
    if (!this.pending.has(index)) this.pending.set(index, this.fetch(index).finally(() => this.pending.delete(index)));
    return this.pending.get(index);
  }

  async fetch(index) {
    const xy = new Float32Array(await fetched(this.paths[index]));
    if (xy.length !== 2 * this.n) throw new Error(`step ${index} holds ${xy.length / 2} points, not ${this.n}`);
    this.loaded.set(index, xy);
    if (this.loaded.size > this.room) this.loaded.delete(this.farthest());
    this.onLoaded(index);
    return xy;
  }

  farthest() {
    const far = (index) => Math.abs(index - this.at);
    return [...this.loaded.keys()].reduce((one, other) => (far(other) > far(one) ? other : one));
  }

  /** Fetch what is missing around a step, and go on until as much is here as there is room for. */
  ahead(index) {
    this.at = index;
    const near = [...this.paths.keys()].sort((a, b) => Math.abs(a - index) - Math.abs(b - index)).slice(0, this.room);
    for (const one of near) {
      if (this.running >= AT_ONCE) return;
      if (this.loaded.has(one) || this.pending.has(one)) continue;
      this.running++;
      const next = () => {
        this.running--;
        if (!this.stopped) this.ahead(this.at);
      };
      this.load(one).then(next, () => this.running--);
    }
  }

  stop() {
    this.stopped = true;
  }
}
