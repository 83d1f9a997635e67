// What one can take away: the picture and the coordinates.

import { MARKS } from "./svg.js";

const STYLES = [
  "fill", "fillOpacity", "stroke", "strokeWidth", "strokeDasharray", "strokeLinejoin", "paintOrder",
  "fontFamily", "fontSize", "fontWeight", "textAnchor",
];

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Rows, or the selected ones, as CSV (RFC 4180). */
export function saveCsv(view, step, xy, categories, chosen) {
  const quoted = (cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  const lines = [["row", view.step_name, "class", ...view.axes].map(quoted).join(",")];
  for (let i = 0; i < categories.length; i++) {
    if (chosen && !chosen[i]) continue;
    lines.push(`${i},${step},${quoted(view.names[categories[i]] ?? "")},${xy[2 * i]},${xy[2 * i + 1]}`);
  }
  save(new Blob([`${lines.join("\r\n")}\r\n`], { type: "text/csv" }), `${view.filename}.csv`);
}

/** The overlay as a picture; its styles are written into it because a picture sees no style sheet. */
async function pictured(svg, { width, height }) {
  const copy = svg.cloneNode(true);
  const copies = copy.querySelectorAll("*");
  svg.querySelectorAll("*").forEach((node, i) => {
    const look = getComputedStyle(node);
    for (const name of STYLES) copies[i].style[name] = look[name];
  });
  copy.querySelectorAll("[hidden]").forEach((node) => node.remove());
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const text = new XMLSerializer().serializeToString(copy).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "\ufffd");
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  await image.decode();
  URL.revokeObjectURL(image.src);
  return image;
}

/** Title, points, names and legend as PNG, at the resolution of the screen but at least two pixels to one. */
export async function savePng(view, counts, scene) {
  scene.paint();
  const { canvas, camera } = scene;
  const { svg } = scene.overlay;
  const ratio = Math.max(2, window.devicePixelRatio);
  const [top, side] = [64, 220];
  const { look } = view;
  const { fontFamily: family } = getComputedStyle(svg);
  const sheet = document.createElement("canvas");
  Object.assign(sheet, { width: (camera.width + side + 32) * ratio, height: (camera.height + top + 16) * ratio });
  const pen = sheet.getContext("2d");
  pen.scale(ratio, ratio);
  pen.fillStyle = look.background;
  pen.fillRect(0, 0, sheet.width, sheet.height);
  const write = (text, x, y, font, colour, most) => {
    Object.assign(pen, { font, fillStyle: colour });
    pen.fillText(text, x, y, most);
  };
  write(view.title, 16, 28, `700 19px ${family}`, look.text, camera.width + side);
  const { selection, timeline } = scene.cloud;
  const step = view.steps.length > 1 && timeline.readout.textContent;
  const said = [view.subtitle, step, selection.words.textContent].filter(Boolean).join(" · ");
  write(said, 16, 50, `13px ${family}`, look.secondary, camera.width + side);
  pen.drawImage(canvas, 16, top, camera.width, camera.height);
  pen.drawImage(await pictured(svg, camera), 16, top, camera.width, camera.height);
  view.names.slice(0, Math.floor(camera.height / 22)).forEach((name, k) => {
    const [x, y] = [camera.width + 40, top + 14 + 22 * k];
    pen.save();
    pen.translate(x, y - 4);
    pen.scale(5.5, 5.5);
    pen.fillStyle = view.colours[k];
    pen.fill(new Path2D(MARKS[view.shapes[k]] ?? MARKS.circle), "evenodd");
    pen.restore();
    write(`${name}  ${counts[k]}`, x + 14, y, `13px ${family}`, look.text, side - 40);
  });
  save(await new Promise((resolve) => sheet.toBlob(resolve, "image/png")), `${view.filename}.png`);
}
