"use strict";
// What torch computed, unpacked (explore/pack.py says how it is packed).

/** The table of contents, a surface's grid, and a run for each setting. */
async function unpack() {
  const contents = JSON.parse(document.getElementById("contents").textContent);
  const packed = Uint8Array.from(atob(document.getElementById("numbers").textContent), (sign) => sign.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const planes = new Uint8Array(await new Response(stream).arrayBuffer());
  const count = planes.length / 3;
  const bits = new Uint32Array(count);
  for (let i = 0; i < count; i++) bits[i] = (planes[i] << 24) | (planes[i + count] << 16) | (planes[i + 2 * count] << 8);
  const numbers = new Float32Array(bits.buffer);
  const cells = contents.grid[0] * contents.grid[1];
  const grids = contents.surfaces.map((_, i) => numbers.subarray(i * cells, (i + 1) * cells));
  let at = grids.length * cells;
  const take = (n) => numbers.subarray(at, (at += n));
  const pair = (n) => [take(n), take(n)];
  const runs = new Map();
  for (const [surface, optimizer, lr, memory, mistake, n] of contents.runs) {
    const ground = contents.surfaces[surface];
    const run = { steps: n, loss: take(n + 1), gradients: pair(n), updates: pair(n), memory: [] };
    for (let i = 0; i < contents.optimizers[optimizer].state; i++) run.memory.push(pair(n));
    const walk = () => walked(ground, run);
    runs.set([surface, optimizer, lr, memory, contents.mistakes[mistake]].join(), { run, walk });
  }
  return { contents, grids, find: (surface, c) => walkedOnce(runs.get([surface, c.optimizer, c.lr, c.memory, c.mistake].join())) };
}

function walkedOnce(kept) {
  if (!kept.run.points) Object.assign(kept.run, kept.walk());
  return kept.run;
}

/** Where the steps lead: the start and the sums of the updates; and the first step that ends off the map (0: none does). */
function walked(ground, run) {
  const points = [[...ground.start]];
  let left = 0;
  for (let i = 0; i < run.steps; i++) {
    points.push([points[i][0] + run.updates[0][i], points[i][1] + run.updates[1][i]]);
    if (!left && !onMap(ground, points[i + 1])) left = i + 1;
  }
  return { points, left };
}

function onMap(ground, [x, y]) {
  return x >= ground.x[0] && x <= ground.x[1] && y >= ground.y[0] && y <= ground.y[1];
}

/** A number as it is written for people: at most four digits, and powers of ten as such. */
function shown(value) {
  if (value === 0 || Object.is(value, -0)) return "0";
  const size = Math.abs(value);
  const sign = value < 0 ? "−" : "";
  if (size >= 0.001 && size < 99995) return sign + String(Number(size.toPrecision(4)));
  const [digits, exponent] = size.toExponential(2).split("e");
  return `${sign}${Number(digits)} × 10${raised(Number(exponent))}`;
}

function raised(exponent) {
  return [...String(exponent)].map((sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign])).join("");
}
