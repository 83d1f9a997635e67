// What is told of the point under the pointer.

import { grouped, shorten } from "./svg.js";

const FACTOR = 8; // px of the screen for a pixel of a small picture, at most

export class Tip {
  constructor(node) {
    this.node = node;
  }

  hide() {
    this.node.hidden = true;
  }

  /** Lines of text and perhaps a grey picture {bytes, width, height}, beside a place on a stage of the given size. */
  tell(lines, picture, [x, y], { width, height }) {
    const { node } = this;
    node.replaceChildren(
      ...lines.filter(Boolean).map((line, k) => {
        const p = document.createElement(k ? "p" : "strong");
        p.textContent = shorten(line, 400);
        return p;
      }),
    );
    if (picture) node.prepend(this.draw(picture));
    node.hidden = false;
    const left = x + 16 + node.offsetWidth > width ? x - 16 - node.offsetWidth : x + 16;
    const top = Math.max(0, Math.min(height - node.offsetHeight, y - 20));
    node.style.transform = `translate(${Math.max(0, left)}px, ${top}px)`;
  }

  draw({ bytes, width, height }) {
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width, height });
    const scale = Math.max(1, Math.min(FACTOR, Math.floor(112 / Math.max(width, height))));
    Object.assign(canvas.style, { width: `${width * scale}px`, height: `${height * scale}px` });
    const pixels = new Uint8ClampedArray(4 * bytes.length);
    bytes.forEach((grey, i) => pixels.set([grey, grey, grey, 255], 4 * i));
    canvas.getContext("2d").putImageData(new ImageData(pixels, width, height), 0, 0);
    return canvas;
  }
}

/** Class, row and coordinates in words; an axis without a name has no meaning to tell. */
export function facts(view, row, category, [x, y]) {
  const [nameX, nameY] = view.axes;
  const at = (value) => String(Number(value.toPrecision(4))).replace("-", "−");
  const places = [nameX && `${nameX} = ${at(x)}`, nameY && `${nameY} = ${at(y)}`];
  return [view.categories && view.names[category], `row ${grouped(row)}`, ...places];
}
