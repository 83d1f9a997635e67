// What one can take away: SVG, PNG and CSV.

/** Every recorded value as CSV (RFC 4180). */
function toCsv(view) {
  const quoted = (cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  const columns = ["x", "x_low", "x_high", "y", "y_low", "y_high", "null"];
  const names = (axis) => [axis, `${axis}, low`, `${axis}, high`];
  const head = ["step", view.step_name, "layer", ...names(view.axis.x), ...names(view.axis.y), "null", "doubts"];
  const row = (one, i) => [
    view.steps[i], (view.epochs ?? view.steps)[i], one.layer,
    ...columns.map((name) => one[name]?.[i] ?? ""), one.doubts?.[i]?.join("; ") ?? "",
  ];
  const rows = view.steps.flatMap((_, i) => view.series.map((one) => row(one, i)));
  return [head, ...rows].map((cells) => cells.map((cell) => quoted(String(cell))).join(",")).join("\r\n") + "\r\n";
}

/** One standalone SVG text: background, title, drawings one under the other, footer. */
function toSvg(view, drawings) {
  const palette = PALETTES[view.theme];
  const shown = drawings.filter((one) => !one.hasAttribute("hidden"));
  const width = Math.max(...shown.map((one) => +one.getAttribute("width"))) + 48;
  const svg = add(null, "svg", { width, "font-family": family, xmlns: "http://www.w3.org/2000/svg" });
  const ground = add(svg, "rect", { width, fill: palette.background });
  let y = 18;
  const paragraph = (text, size, weight, fill) => {
    for (const line of wrapped(text ?? "", width - 48, size, weight)) {
      y += size * 1.35;
      add(svg, "text", { x: 24, y, "font-size": size, "font-weight": weight, fill }, line);
    }
  };
  paragraph(view.text.title, 20, 700, palette.text);
  paragraph(view.text.subtitle, 13, 400, palette.secondary);
  y += 16;
  for (const drawing of shown) {
    const copy = drawing.cloneNode(true);
    for (const name of ["class", "role"]) copy.removeAttribute(name);
    set(copy, { x: 24, y });
    svg.append(copy);
    y += +drawing.getAttribute("height") + 8;
  }
  paragraph(view.footer, 12, 400, palette.secondary);
  const height = Math.ceil(y + 20);
  set(svg, { height, viewBox: `0 0 ${width} ${height}` });
  set(ground, { height });
  // Control characters are legal in names of layers and illegal in XML.
  return new XMLSerializer().serializeToString(svg).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "\ufffd");
}

/** The SVG text as a PNG blob, two pixels to one. */
async function toPng(text) {
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  await image.decode();
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: 2 * image.width, height: 2 * image.height });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Save the figure or the values under the view's own name. */
async function take(kind, view, drawings) {
  const blobs = {
    svg: () => new Blob([toSvg(view, drawings)], { type: "image/svg+xml" }),
    png: () => toPng(toSvg(view, drawings)),
    csv: () => new Blob([toCsv(view)], { type: "text/csv" }),
  };
  save(await blobs[kind](), `${view.filename}.${kind}`);
}
