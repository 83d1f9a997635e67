// The view that the server sends: what was left out, and what can be read from it.

const DEFAULTS = {
  epochs: null, metrics: [], notes: [], multiples: null, log_steps: false, live: false, report: false,
  theme: "light", filename: "plane", footer: "", height: 640,
};

const TEXT = {
  title: "", subtitle: "", alt: "Information plane", empty: "No point yet.", null: "null: labels permuted",
};

/** The view with what was left out; null at its top level counts as left out. */
function completed(view) {
  const given = Object.fromEntries(Object.entries(view).filter(([, value]) => value !== null));
  const text = { ...TEXT, ...view.text };
  const step_name = view.step_name ?? (view.epochs ? "epoch" : "step");
  return { ...DEFAULTS, step_name, ...given, limits: view.limits ?? {}, text };
}

/** A recorded step in words, such as epoch 25. */
const stepName = (view, i) => `${view.step_name} ${grouped((view.epochs ?? view.steps)[i])}`;

/** The largest value up to step i less the value there: what has been forgotten so far. */
function belowPeak(values, i) {
  const peak = extent([values.slice(0, i + 1)]);
  return peak && present(values[i]) ? peak[1] - values[i] : null;
}

/** Rows of one layer's values at step i: [term, words]. */
function facts(view, layer, i) {
  const one = view.series[layer];
  const spans = spansOf(view);
  const range = (low, high, span) =>
    present(low?.[i]) && present(high?.[i]) ? ` (${decimal(low[i], span)} to ${decimal(high[i], span)})` : "";
  return [
    [view.axis.x, decimal(one.x[i], spans.x) + range(one.x_low, one.x_high, spans.x)],
    [view.axis.y, decimal(one.y[i], spans.y) + range(one.y_low, one.y_high, spans.y)],
    ...(one.null ? [["null", decimal(one.null[i], spans.y)]] : []),
    ...(one.doubts?.[i]?.length ? [["doubts", one.doubts[i].join(", ")]] : []),
  ];
}

/** Largest values on both axes, which set the decimals. */
function spansOf(view) {
  const most = (lists, limit) => extent(lists, [0, limit])[1];
  const { series, limits } = view;
  return { x: most(series.map((one) => one.x), limits.x_max), y: most(series.map((one) => one.y), limits.y_max) };
}

/** Metrics by kind, the last word of their names: "train loss" and "test loss" share a strip. */
function metricGroups(metrics) {
  const kind = (name) => name.trim().split(/\s+/).at(-1);
  return Map.groupBy(metrics.filter((one) => one.values.some(present)), (one) => kind(one.name));
}

/** The view by layer as curves by layer; where none are given, from the plane's own values. */
function curvesOf(view) {
  const curve = (one, q) => ({ value: one[q], band_low: one[`${q}_low`], band_high: one[`${q}_high`], quantity: q });
  const own = view.series.flatMap((one) => [
    { ...curve(one, "x"), layer: one.layer, colour: one.colour },
    { ...curve(one, "y"), layer: one.layer, colour: one.colour, null: one.null },
  ]);
  return Map.groupBy(view.multiples ?? own, (curve) => curve.layer);
}
