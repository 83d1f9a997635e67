// Which points lie in a polygon. explorer/numerics/polygon.py decides by the same arithmetic: change both or neither.

/** Lowest and highest coordinates of [[x, y], ...]. */
function box(polygon) {
  const range = (axis) => [Math.min(...polygon.map((p) => p[axis])), Math.max(...polygon.map((p) => p[axis]))];
  const [[left, right], [low, high]] = [range(0), range(1)];
  return { left, right, low, high };
}

/** A byte a point, 1 where it is inside by the even-odd rule; `xy` is x, y, x, y, ... */
export function inside(xy, polygon) {
  const { left, right, low, high } = box(polygon);
  const edges = Float64Array.from(polygon.flatMap((corner, i) => [...corner, ...polygon.at(i - 1)]));
  const found = new Uint8Array(xy.length / 2);
  for (let i = 0; i < found.length; i++) {
    const x = xy[2 * i];
    const y = xy[2 * i + 1];
    if (!(x >= left && x <= right && y >= low && y <= high)) continue;
    let odd = 0;
    for (let k = 0; k < edges.length; k += 4) {
      const y1 = edges[k + 1];
      const y0 = edges[k + 3];
      if (y1 > y === y0 > y) continue;
      const x1 = edges[k];
      if (x < ((edges[k + 2] - x1) * (y - y1)) / (y0 - y1) + x1) odd ^= 1;
    }
    found[i] = odd;
  }
  return found;
}

/** Squared distance of p from the segment a b. */
function apart([px, py], [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const along = Math.max(0, Math.min(1, ((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy || 1)));
  return (px - ax - along * dx) ** 2 + (py - ay - along * dy) ** 2;
}

/** The line without points that lie within `tolerance` of it (Douglas and Peucker). */
function thinned(line, tolerance) {
  if (line.length < 3) return line;
  let [far, at] = [0, 0];
  for (let i = 1; i < line.length - 1; i++) {
    const distance = apart(line[i], line[0], line.at(-1));
    if (distance > far) [far, at] = [distance, i];
  }
  if (far <= tolerance ** 2) return [line[0], line.at(-1)];
  return [...thinned(line.slice(0, at + 1), tolerance).slice(0, -1), ...thinned(line.slice(at), tolerance)];
}

/** The polygon as it is sent: rounded to 1/10 000 of its size, and thinned until its JSON has at most `bytes`. */
export function fitting(polygon, bytes = 3600) {
  const { left, right, low, high } = box(polygon);
  const size = Math.hypot(right - left, high - low);
  const decimals = Math.max(0, Math.min(100, Math.ceil(4 - Math.log10(size || 1))));
  const rounded = (line) => line.map((point) => point.map((value) => Number(value.toFixed(decimals))));
  let shown = rounded(polygon);
  for (let part = 1 / 2000; JSON.stringify(shown).length > bytes; part *= 1.5) {
    shown = rounded(thinned(polygon, part * size));
  }
  return shown;
}
