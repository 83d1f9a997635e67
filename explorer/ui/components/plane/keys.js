// What the keys do while the focus is in the component.

const preferences = { shortcuts: true }; // for as long as the page is open, on every plane

/** What a key on `target` does, or null. Keys that the control itself understands are left to it. */
function keyAct(plane, key, target) {
  const steps = { ArrowLeft: "back", ArrowRight: "forward", Home: "first", End: "last" };
  const singles = {
    "[": () => plane.turn(-1),
    "]": () => plane.turn(1),
    "?": () => plane.act("keys"),
    " ": () => plane.act("play"),
  };
  if (key === "Escape") return () => plane.clear();
  if (key in steps) return target.matches("input, select") ? null : () => plane.act(steps[key]);
  if (!preferences.shortcuts || (key === " " && target.matches("button, input, select"))) return null;
  return singles[key] ?? null;
}
