"use strict";
// Every sentence that is made from numbers. `data` is what unpack() gave, `path` one of those that main.js keeps.

const NAMES = { a: "A", b: "B" };

/** "Adam, lr 0.1, betas 0.9 and 0.999, with the mistake “…”". */
function settingWords(data, choice) {
  const optimizer = data.contents.optimizers[choice.optimizer];
  const memory = optimizer.memories[choice.memory];
  const parts = [optimizer.title, `lr ${data.contents.lrs[choice.lr]}`];
  if (memory.length === 1) parts.push(`momentum ${memory[0]}`);
  if (memory.length === 2) parts.push(`betas ${memory[0]} and ${memory[1]}`);
  if (choice.mistake) parts.push(`with the mistake “${titleOf(data, choice.mistake)}”`);
  return parts.join(", ");
}

function titleOf(data, mistake) {
  return data.contents.mistakeTitles[data.contents.mistakes.indexOf(mistake)];
}

/** Why there are no numbers at this step, or "". */
function overWords(run, step) {
  return step > run.steps ? `its numbers passed 10³⁰ at step ${run.steps + 1}; torch would go on, to inf (too large for a float) and nan (not a number)` : "";
}

function leftWords(ground, run, step) {
  if (!run.left || step < run.left) return "";
  const back = step <= run.steps && onMap(ground, run.points[step]);
  return back ? `left the map at step ${run.left}, and is back on it` : `left the map at step ${run.left}`;
}

/** Beside a path's mark, where its loss is higher than the chart. */
function aboveLabel(path) {
  return `${path.name} is above the chart`;
}

/** Beside a path's mark at the edge of the map. */
function offLabel(path) {
  return `${path.name} left at step ${path.run.left}`;
}

function heading([dx, dy]) {
  if (dx === 0 && dy === 0) return "";
  const steep = Math.abs(dy) > 2.4 * Math.abs(dx);
  const flat = Math.abs(dx) > 2.4 * Math.abs(dy);
  return [flat ? "" : dy > 0 ? "up" : "down", steep ? "" : dx > 0 ? "right" : "left"].filter(Boolean).join(" and ");
}

function mapWords(data, ground, path, step) {
  const { run, name } = path;
  const left = leftWords(ground, run, step);
  const over = overWords(run, step);
  if (over) return `Path ${name} ${left || "is still on the map"}; ${over}.`;
  const [x, y] = run.points[step];
  const where = `${ground.names[0]} = ${shown(x)}, ${ground.names[1]} = ${shown(y)}`;
  const which = ground.lowest.length > 1 ? "nearest lowest" : "lowest";
  const far = `${shown(toLowest(ground, run.points[step]))} from the ${which} point`;
  if (step === 0) return `Path ${name} starts at ${where}, ${far}.`;
  const update = [run.updates[0][step - 1], run.updates[1][step - 1]];
  const size = Math.hypot(...update);
  const way = size ? `Step ${step} was ${shown(size)} long and went ${heading(update)} on the map.` : `Step ${step} moved nothing.`;
  return `Path ${name} ${left ? `${left}. It ` : ""}is at ${where}, ${far}. ${way}`;
}

function toLowest(ground, [x, y]) {
  return Math.min(...ground.lowest.map(([a, b]) => Math.hypot(x - a, y - b)));
}

function lossWords(path, step) {
  const { run, name } = path;
  const first = run.loss[0];
  const over = overWords(run, step);
  if (over) return `Path ${name}: the loss grew from ${shown(first)} to ${shown(run.loss[run.steps])} within ${run.steps} steps; ${over}.`;
  if (step === 0) return `Path ${name} starts with a loss of ${shown(first)}.`;
  const now = run.loss[step];
  const before = run.loss[step - 1];
  const change = now < before ? "fell" : now > before ? "rose" : "stayed the same";
  const share = shareWords(now / first);
  let lowest = 0;
  for (let i = 0; i <= step; i++) if (run.loss[i] < run.loss[lowest]) lowest = i;
  const best = lowest === step ? "its lowest so far" : `its lowest so far was ${shown(run.loss[lowest])}, after step ${lowest}`;
  return `Path ${name}: the loss after step ${step} is ${shown(now)}, ${share}; ${best}. In this step it ${change}.`;
}

function shareWords(share) {
  const start = "what it was at the start";
  const rough = (value) => shown(Number(value.toPrecision(2)));
  if (Math.abs(share - 1) < 0.02) return `about ${start}`;
  return share < 1 ? `${rough(100 * share)} % of ${start}` : `${rough(share)} times ${start}`;
}

/** The update in units of lr, as "1 × lr". */
function inLr(update, lr) {
  return `${shown(update / lr)} × lr`;
}

function numbersWords(data, ground, path, step) {
  const { run, name, choice } = path;
  const over = overWords(run, step);
  if (over) return `Path ${name} has no numbers here: ${over}.`;
  if (step === 0) return `Path ${name} hasn't taken a step yet. Move the step to 1.`;
  const lr = data.contents.lrs[choice.lr];
  const [x, y] = ground.names;
  const at = (columns) => columns.map((column) => column[step - 1]);
  const [gx, gy] = at(run.gradients);
  const [ux, uy] = at(run.updates);
  const both = (p, q) => `${p} in ${x} and ${q} in ${y}`;
  const told = `Path ${name}, step ${step}: the gradient is ${both(shown(gx), shown(gy))}; the update is ${both(inLr(ux, lr), inLr(uy, lr))}.`;
  const kind = data.contents.optimizers[choice.optimizer].id;
  if (kind === "adam" && step === 1 && Math.abs(Math.abs(ux) / lr - 1) < 0.001 && Math.abs(Math.abs(uy) / lr - 1) < 0.001) {
    return `${told} Adam's first step is lr in size, whatever the gradient.`;
  }
  return told;
}

/** The rows of the table: a label and a value for each parameter. */
function numbersRows(data, path, step) {
  const { run, choice } = path;
  const lr = data.contents.lrs[choice.lr];
  const at = (columns) => columns.map((column) => shown(column[step - 1]));
  const over = step > run.steps;
  const here = step > 0 && !over;
  const none = ["–", "–"];
  const memory = run.memory.length === 2 ? ["first moment m", "second moment v"] : run.memory.length ? ["velocity"] : [];
  const rows = [["position before", here ? run.points[step - 1].map(shown) : none]];
  rows.push(["gradient (.grad)", here ? at(run.gradients) : none]);
  memory.forEach((label, i) => rows.push([label, here ? at(run.memory[i]) : none]));
  rows.push(["update", here ? at(run.updates) : none]);
  rows.push(["update ÷ lr", here ? run.updates.map((column) => shown(column[step - 1] / lr)) : none, true]);
  rows.push(["position after", over ? none : run.points[step].map(shown)]);
  return rows;
}
