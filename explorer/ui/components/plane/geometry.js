// Geometry of the information plane: numbers in; numbers, text and path strings out. Touches no document.

const THIN = "\u202f"; // between thousands
const DASH = "–"; // a value that was not computed

/** A map from [d0, d1] to [r0, r1] px. */
function linear([d0, d1], [r0, r1]) {
  const slope = (r1 - r0) / (d1 - d0 || 1);
  return (value) => r0 + (value - d0) * slope;
}

/** The step axis in px: linear, or logarithmic with 0 set apart at the left end. */
function stepScale(values, log, [r0, r1]) {
  const first = values.find((value) => value > 0);
  if (!log || first === undefined || values[0] < 0) return linear([values[0], values.at(-1)], [r0, r1]);
  const apart = values[0] === 0 ? 0.05 * (r1 - r0) + 6 : 0;
  const positive = linear([Math.log(first), Math.log(values.at(-1))], [r0 + apart, r1]);
  return (value) => (value > 0 ? positive(Math.log(value)) : r0);
}

/** About `count` round numbers in [low, high], and the decimals they need. */
function ticks(low, high, count) {
  const rough = (high - low || 1) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const size = power * ([1, 2, 5].find((one) => one * power >= rough) ?? 10);
  const first = Math.ceil(low / size - 1e-9);
  const length = Math.max(0, Math.floor(high / size + 1e-9) - first + 1);
  const decimals = Math.max(0, -Math.floor(Math.log10(size) + 1e-9));
  return Array.from({ length }, (_, k) => (first + k) * size)
    .map((value) => ({ value, text: Math.abs(value) < size / 2 ? "0" : value.toFixed(decimals).replace("-", "−") }));
}

/** Ticks of the step axis: powers of ten when logarithmic, 0 with its own tick. */
function stepTicks(values, log, count) {
  const first = values.find((value) => value > 0);
  const last = values.at(-1);
  if (!log || first === undefined || values[0] < 0 || last < 10 * first) return ticks(values[0], last, count);
  const powers = [];
  for (let p = Math.ceil(Math.log10(first) - 1e-9); 10 ** p <= last; p += 1) powers.push(10 ** p);
  const every = Math.ceil(powers.length / count);
  const kept = powers.filter((_, k) => k % every === 0);
  return (values[0] === 0 ? [0, ...kept] : kept).map((value) => ({ value, text: grouped(value) }));
}

/** 8000 as 8 000, with at most four decimals. */
function grouped(value) {
  return value.toLocaleString("en", { maximumFractionDigits: 4 }).replaceAll(",", THIN);
}

/** A value as the table shows it: two decimals on a wide axis, three on a narrow one. */
function decimal(value, span) {
  return value === null || value === undefined ? DASH : value.toFixed(span > 2 ? 2 : 3).replace("-", "−");
}

const present = (value) => Number.isFinite(value);

/** The smallest interval that holds all finite values of the lists and `also`, or null when there are none. */
function extent(lists, also = []) {
  const values = [...lists.flat(), ...also].filter(present);
  const wider = ([low, high], value) => [Math.min(low, value), Math.max(high, value)];
  return values.length ? values.reduce(wider, [Infinity, -Infinity]) : null;
}

/** A list at the fractional index t; null where either neighbour is missing. */
function between(list, t) {
  const i = Math.floor(t);
  const [a, b, part] = [list?.[i], list?.[Math.ceil(t)], t - i];
  if (!present(a) || !present(b)) return null;
  return a + (b - a) * part;
}

/** A point of a trail at the fractional index t, or null. */
function pointAt(points, t) {
  const [a, b, part] = [points[Math.floor(t)], points[Math.ceil(t)], t - Math.floor(t)];
  return a && b ? [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part] : null;
}

/** Points as path data; null leaves a gap. */
function pathThrough(points) {
  let pen = "M";
  return points.reduce((path, point) => {
    if (!point) return ((pen = "M"), path);
    path += `${pen}${Math.round(10 * point[0]) / 10} ${Math.round(10 * point[1]) / 10}`;
    return ((pen = "L"), path);
  }, "");
}

/** The area between two rows of points as path data; each gap closes a piece. */
function areaBetween(upper, lower) {
  const whole = upper.map((point, k) => (point && lower[k] ? k : -1));
  const runs = whole.reduce((all, k) => (k < 0 ? all.push([]) : all.at(-1).push(k), all), [[]]);
  const piece = (run) => [...run.map((k) => upper[k]), ...run.reverse().map((k) => lower[k])];
  return runs.filter((run) => run.length > 1).map((run) => `${pathThrough(piece(run))}Z`).join("");
}

/** A regular polygon around the origin; `inner` makes every other corner that near. */
function polygon(count, radius, turn = 0, inner = radius) {
  const corner = (k) => {
    const [angle, r] = [turn + (2 * Math.PI * k) / count - Math.PI / 2, k % 2 ? inner : radius];
    return [r * Math.cos(angle), r * Math.sin(angle)];
  };
  return `${pathThrough(Array.from({ length: count }, (_, k) => corner(k)))}Z`;
}

/** Marks by name, of equal visual weight around the origin. */
const MARKS = {
  circle: (r) => `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`,
  square: (r) => polygon(4, 1.22 * r, Math.PI / 4),
  diamond: (r) => polygon(4, 1.25 * r),
  "triangle-up": (r) => polygon(3, 1.35 * r),
  "triangle-down": (r) => polygon(3, 1.35 * r, Math.PI),
  pentagon: (r) => polygon(5, 1.14 * r),
  hexagon: (r) => polygon(6, 1.1 * r),
  star: (r) => polygon(10, 1.45 * r, 0, 0.62 * r),
  cross: (r) => crossPath(1.15 * r, 0.4 * r),
};

function crossPath(a, b) {
  return `M${-b} ${-a}H${b}V${-b}H${a}V${b}H${b}V${a}H${-b}V${b}H${-a}V${-b}H${-b}Z`;
}

function markPath(shape, radius) {
  return (MARKS[shape] ?? MARKS.circle)(radius);
}

// Labels: every label takes the cheapest of 48 places around its point.

const DIRECTIONS = [
  [1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [-1, 1], [1, -1], [-1, -1],
  [1, 0.45], [-1, 0.45], [1, -0.45], [-1, -0.45],
];
const REACHES = [12, 30, 54, 84]; // px from a point to the near edge of its label; beyond the first a leader joins them

/** The box of place k, relative to the point it labels. */
function placeBox(k, w, h) {
  const [dx, dy] = DIRECTIONS[k % DIRECTIONS.length];
  const reach = REACHES[Math.floor(k / DIRECTIONS.length)] * (Math.abs(dx * dy) === 1 ? 0.72 : 1);
  return { place: k, x: dx * (reach + w / 2) - w / 2, y: dy * (reach + h / 2) - h / 2, w, h };
}

const shifted = (box, [x, y]) => ({ ...box, x: box.x + x, y: box.y + y });

function overlapping(a, b) {
  return a.x < b.x + b.w + 2 && b.x < a.x + a.w + 2 && a.y < b.y + b.h + 1 && b.y < a.y + a.h + 1;
}

function inside({ x, y, w, h }, frame) {
  return x >= frame.x && y >= frame.y && x + w <= frame.x + frame.w && y + h <= frame.y + frame.h;
}

/** Where the leader from a point meets its label. */
function leaderEnd([x, y], box) {
  return [Math.max(box.x, Math.min(x, box.x + box.w)), Math.max(box.y, Math.min(y, box.y + box.h))];
}

/** How many taken boxes a leader runs through, looked at in three places. */
function leaderHits([x, y], box, taken) {
  const end = leaderEnd([x, y], box);
  const spots = [0.5, 0.75, 1].map((part) => ({ x: x + (end[0] - x) * part, y: y + (end[1] - y) * part, w: 0, h: 0 }));
  return taken.filter((other) => spots.some((spot) => overlapping(spot, other))).length;
}

/** The cheapest place for a label of w x h px at `point`; `previous` is the place it would rather keep. */
function placeLabel(point, w, h, { taken, ink, frame, previous }) {
  const cost = (box) => {
    const here = shifted(box, point);
    const [ring, turn] = [Math.floor(box.place / DIRECTIONS.length), box.place % DIRECTIONS.length];
    const hits = taken.reduce((sum, other) => sum + (overlapping(here, other) ? other.weight ?? 60 : 0), 0);
    const kept = previous === undefined || box.place === previous;
    return 12 * ring + 0.2 * turn + hits + (ring ? 14 * leaderHits(point, here, taken) : 0)
      + 2 * ink.under(here) + (kept ? 0 : 4) + (inside(here, frame) ? 0 : 1000);
  };
  const boxes = Array.from({ length: DIRECTIONS.length * REACHES.length }, (_, k) => placeBox(k, w, h));
  return boxes.map((box) => [cost(box), box]).reduce((best, one) => (one[0] < best[0] ? one : best))[1];
}

/** How much is drawn under a box: counts of inked cells, summed once into an integral image. */
class Ink {
  static CELL = 6;

  constructor(width, height) {
    this.columns = Math.ceil(width / Ink.CELL) + 1;
    this.rows = Math.ceil(height / Ink.CELL) + 1;
    this.cells = new Uint8Array(this.columns * this.rows);
  }

  /** Mark the cells that a trail crosses. */
  trail(points) {
    for (let k = 1; k < points.length; k += 1) {
      const [a, b] = [points[k - 1], points[k]];
      if (a && b) this.segment(a, b);
    }
  }

  segment([x, y], [toX, toY]) {
    const count = Math.ceil(Math.hypot(toX - x, toY - y) / Ink.CELL) + 1;
    for (let s = 0; s <= count; s += 1) this.dot(x + ((toX - x) * s) / count, y + ((toY - y) * s) / count);
  }

  dot(x, y) {
    const [c, r] = [Math.floor(x / Ink.CELL), Math.floor(y / Ink.CELL)];
    if (c >= 0 && r >= 0 && c < this.columns && r < this.rows) this.cells[r * this.columns + c] = 1;
    this.sums = null;
  }

  /** Mark a whole box, such as a sentence. */
  box({ x, y, w, h }) {
    for (let r = y; r <= y + h; r += Ink.CELL) for (let c = x; c <= x + w; c += Ink.CELL) this.dot(c, r);
  }

  /** Inked cells under a box. */
  under({ x, y, w, h }) {
    this.sums ??= this.summed();
    const clamp = (value, top) => Math.max(0, Math.min(top, Math.floor(value / Ink.CELL)));
    const [c0, c1] = [clamp(x, this.columns - 1), clamp(x + w, this.columns - 1) + 1];
    const [r0, r1] = [clamp(y, this.rows - 1), clamp(y + h, this.rows - 1) + 1];
    const at = (r, c) => this.sums[r * (this.columns + 1) + c];
    return at(r1, c1) - at(r0, c1) - at(r1, c0) + at(r0, c0);
  }

  summed() {
    const wide = this.columns + 1;
    const sums = new Uint32Array(wide * (this.rows + 1));
    for (let r = 0; r < this.rows; r += 1) {
      for (let c = 0, row = 0; c < this.columns; c += 1) {
        row += this.cells[r * this.columns + c];
        sums[(r + 1) * wide + c + 1] = sums[r * wide + c + 1] + row;
      }
    }
    return sums;
  }
}
