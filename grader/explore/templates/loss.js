"use strict";
// The loss by step, on a log axis.

const LOWEST_EXPONENT = -8;
const HIGHEST_EXPONENT = 8;

/** Draw the loss of the paths, with a line at this step. */
function drawLoss(paths, step, steps) {
  const svg = document.getElementById("loss-drawing");
  const box = blank(svg, { left: 48, top: 6, right: 10, bottom: 36 });
  const [low, high] = exponents(paths);
  const toX = (i) => box.left + (i / steps) * box.width;
  const toY = (value) => {
    const exponent = value > 0 ? Math.log10(value) : low;
    return box.bottom - ((Math.max(exponent, low) - low) / (high - low)) * box.height;
  };
  const clip = node(node(svg, "defs", {}), "clipPath", { id: "on-chart" });
  node(clip, "rect", { x: box.left, y: box.top, width: box.width, height: box.height });
  const every = Math.ceil((high - low) / 6);
  for (let exponent = low; exponent <= high; exponent += every) {
    const y = toY(10 ** exponent);
    node(svg, "path", { class: "grid", d: `M${box.left} ${y}H${box.right}` });
    const label = exponent >= -2 && exponent <= 2 ? String(Number((10 ** exponent).toFixed(2))) : `10${raised(exponent)}`;
    node(svg, "text", { class: "tick-label", x: box.left - 5, y: y + 4, "text-anchor": "end" }, label);
  }
  for (let i = 0; i <= steps; i += 10) {
    node(svg, "text", { class: "tick-label", x: toX(i), y: box.bottom + 15, "text-anchor": "middle" }, i);
  }
  node(svg, "text", { x: box.left + box.width / 2, y: box.bottom + 31, "text-anchor": "middle" }, "step");
  const side = { x: 12, y: box.top + box.height / 2, "text-anchor": "middle" };
  node(svg, "text", { ...side, transform: `rotate(-90 12 ${side.y})` }, "loss");
  node(svg, "rect", { class: "frame", x: box.left, y: box.top, width: box.width, height: box.height });
  node(svg, "path", { class: "now", d: `M${toX(step)} ${box.top}V${box.bottom}` });
  for (const path of paths) {
    const group = node(svg, "g", { class: `path-${path.side}` });
    const loss = Array.from(path.run.loss);
    const d = "M" + loss.map((value, i) => `${toX(i).toFixed(1)} ${toY(value).toFixed(1)}`).join("L");
    node(group, "path", { class: "line", d, "clip-path": "url(#on-chart)" });
    const now = Math.min(step, path.run.steps);
    const above = toY(loss[now]) < box.top;
    const at = Math.max(toY(loss[now]), box.top);
    marker(group, path.side, toX(now), at, "head");
    const end = toX(now) > (box.left + box.right) / 2;
    const y = Math.min(Math.max(at + (path.side === "a" ? -10 : 20), box.top + 16), box.bottom - 6);
    node(group, "text", { class: "name", x: toX(now) + (end ? -9 : 9), y, "text-anchor": end ? "end" : "start" }, above ? aboveLabel(path) : path.name);
  }
}

/** From which to which power of ten the axis goes: what there is to see, within bounds. */
function exponents(paths) {
  let low = Infinity;
  let high = -Infinity;
  for (const { run } of paths) {
    for (const value of run.loss) {
      if (value > 0) low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  const bottom = Math.max(Math.floor(Math.log10(low)), LOWEST_EXPONENT);
  const top = Math.min(Math.ceil(Math.log10(high)), HIGHEST_EXPONENT);
  return [bottom, Math.max(top, bottom + 1)];
}
