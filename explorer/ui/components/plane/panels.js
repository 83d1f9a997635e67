// Beside the drawing: the tooltip and the table.

/** A new HTML element. Text is always set as text, never as markup. */
function element(parent, tag, attributes = {}, text = null) {
  const node = document.createElement(tag);
  set(node, attributes);
  if (text !== null) node.textContent = text;
  parent.append(node);
  return node;
}

/** The tooltip. Its words change with the layer or the step; else it only moves. */
class Tip {
  constructor(node) {
    Object.assign(this, { node, told: null });
  }

  hide() {
    this.node.hidden = true;
    this.told = null;
  }

  /** Say what layer has at step i, beside `point`, within a drawing of `width` x `height` px. */
  tell(view, layer, i, [x, y], { width, height }) {
    this.node.hidden = false;
    const told = `${view.version} ${layer} ${i}`;
    if (told !== this.told) this.fill(view, layer, i);
    this.told = told;
    const beside = (at, size, most) => (at + 14 + size > most ? Math.max(0, at - 14 - size) : at + 14).toFixed(0);
    this.node.style.transform = `translate(${beside(x, this.width, width)}px, ${beside(y, this.height, height)}px)`;
  }

  fill(view, layer, i) {
    this.node.replaceChildren();
    element(this.node, "strong", {}, view.series[layer].layer);
    element(this.node, "span", { class: "when" }, stepName(view, i));
    const list = element(this.node, "dl");
    for (const [term, words] of facts(view, layer, i)) {
      element(list, "dt", {}, term);
      element(list, "dd", {}, words);
    }
    Object.assign(this, { width: this.node.offsetWidth, height: this.node.offsetHeight });
  }
}

/** The table of all layers. Its rows are built once; `show` fills the cells for a step. */
class LayerTable {
  constructor(table, view, choose) {
    Object.assign(this, { view, spans: spansOf(view) });
    table.replaceChildren();
    this.caption = element(table, "caption");
    const head = element(element(table, "thead"), "tr");
    const columns = ["layer", view.axis.x, `below peak so far, ${view.unit}`, view.axis.y, "null"];
    columns.forEach((name) => element(head, "th", { scope: "col" }, name));
    const body = element(table, "tbody");
    this.rows = view.series.map((one) => this.row(element(body, "tr"), one, choose));
  }

  row(row, one, choose) {
    const button = element(element(row, "th", { scope: "row" }), "button", { type: "button" }, one.layer);
    button.style.color = legible(one.colour, PALETTES[this.view.theme]);
    button.addEventListener("click", () => choose(one.layer));
    return { one, button, cells: Array.from({ length: 4 }, () => element(row, "td")) };
  }

  show(i, chosen) {
    const { x, y } = this.spans;
    this.caption.textContent = `All layers at ${stepName(this.view, i)}`;
    for (const { one, button, cells } of this.rows) {
      set(button, { "aria-pressed": one.layer === chosen });
      const values = [[one.x[i], x], [belowPeak(one.x, i), x], [one.y[i], y], [one.null?.[i], y]];
      values.forEach(([value, span], k) => (cells[k].textContent = decimal(value, span)));
    }
  }
}
