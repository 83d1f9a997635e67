// The classes: mark, name and count of each; a click selects the class.

import { add, grouped, MARKS } from "./svg.js";

export class Legend {
  constructor(list, onClick) {
    Object.assign(this, { list, counts: [] });
    list.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) onClick(Number(button.dataset.category));
    });
  }

  show(names, colours, shapes, counts) {
    this.list.replaceChildren(
      ...names.map((name, c) => {
        const item = document.createElement("li");
        const button = document.createElement("button");
        Object.assign(button, { type: "button", title: `Select ${name}` });
        button.dataset.category = c;
        const mark = add(button, "svg", { viewBox: "-1.1 -1.1 2.2 2.2", "aria-hidden": "true" });
        add(mark, "path", { d: MARKS[shapes[c]] ?? MARKS.circle, fill: colours[c], "fill-rule": "evenodd" });
        for (const [kind, text] of [["class", name], ["count", grouped(counts[c])]]) {
          const span = document.createElement("span");
          Object.assign(span, { className: kind, textContent: text });
          button.append(span);
        }
        item.append(button);
        return item;
      }),
    );
    this.counts = counts;
    const digits = Math.max(0, ...counts.map((count) => grouped(count).length));
    this.list.style.setProperty("--count", `${2 * digits + 3}ch`); // room for "12 of 345": nothing moves when it comes
  }

  /** The counts of what is selected beside those of all, and the class that was clicked. */
  select(selected, category) {
    this.list.querySelectorAll("button").forEach((button, c) => {
      button.setAttribute("aria-pressed", c === category);
      const all = grouped(this.counts[c]);
      button.querySelector(".count").textContent = selected ? `${grouped(selected[c])} of ${all}` : all;
      button.classList.toggle("none", Boolean(selected) && !selected[c]);
    });
  }
}
