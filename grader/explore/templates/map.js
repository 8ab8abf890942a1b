"use strict";
// The map: the surface from above, with the paths on it.

const SVG = "http://www.w3.org/2000/svg";
const BANDS = 13;

function node(parent, name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  parent.append(made);
  return made;
}

/** An empty drawing in CSS pixels, and its frame. */
function blank(svg, margin) {
  const width = Math.max(svg.clientWidth, 200);
  const height = Math.max(svg.clientHeight, 150);
  svg.replaceChildren();
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const box = { left: margin.left, top: margin.top, right: width - margin.right, bottom: height - margin.bottom };
  return { ...box, width: box.right - box.left, height: box.bottom - box.top };
}

/** Levels such that the bands between them are equally large on the map. */
function levelsOf(grid) {
  const sorted = Float32Array.from(grid).sort();
  return Array.from({ length: BANDS - 1 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / BANDS)]);
}

/** Paint the bands, in a grey that lets the page through; the lower, the darker. */
function shade(canvas, grid, [columns, rows], levels, dark) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  for (let py = 0; py < canvas.height; py++) {
    const v = (1 - py / (canvas.height - 1)) * (rows - 1);
    const row = Math.min(Math.floor(v), rows - 2);
    for (let px = 0; px < canvas.width; px++) {
      const u = (px / (canvas.width - 1)) * (columns - 1);
      const column = Math.min(Math.floor(u), columns - 2);
      const at = row * columns + column;
      const lower = grid[at] + (u - column) * (grid[at + 1] - grid[at]);
      const upper = grid[at + columns] + (u - column) * (grid[at + columns + 1] - grid[at + columns]);
      const value = lower + (v - row) * (upper - lower);
      let band = 0;
      while (band < levels.length && value > levels[band]) band++;
      const height = band / (BANDS - 1);
      const pixel = 4 * (py * canvas.width + px);
      const [grey, opaque] = dark ? [150, 0.42 * height] : [70, 0.3 * (1 - height)];
      image.data[pixel] = grey;
      image.data[pixel + 1] = grey + 8;
      image.data[pixel + 2] = grey + 16;
      image.data[pixel + 3] = 255 * opaque;
    }
  }
  context.putImageData(image, 0, 0);
}

/** The line of one level, as an SVG path: marching squares, with each cell's corners at whole numbers of the grid. */
function contour(grid, [columns, rows], level, toX, toY) {
  const parts = [];
  const cross = (p, q, a, b) => {
    const t = (level - a) / (b - a);
    return `${toX(p[0] + t * (q[0] - p[0])).toFixed(1)} ${toY(p[1] + t * (q[1] - p[1])).toFixed(1)}`;
  };
  for (let j = 0; j < rows - 1; j++) {
    for (let i = 0; i < columns - 1; i++) {
      const corners = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]];
      const values = corners.map(([c, r]) => grid[r * columns + c]);
      const ends = [];
      for (let side = 0; side < 4; side++) {
        const next = (side + 1) % 4;
        if (values[side] < level !== values[next] < level) ends.push(cross(corners[side], corners[next], values[side], values[next]));
      }
      for (let end = 0; end + 1 < ends.length; end += 2) parts.push(`M${ends[end]}L${ends[end + 1]}`);
    }
  }
  return parts.join("");
}

/** Draw the ground anew: after a change of surface, size or colours. Gives what drawPaths needs. */
function drawMap(data, surface, dark) {
  const svg = document.getElementById("map-drawing");
  const canvas = document.getElementById("shade");
  const ground = data.contents.surfaces[surface];
  const grid = data.grids[surface];
  const [columns, rows] = data.contents.grid;
  const box = blank(svg, { left: 40, top: 6, right: 6, bottom: 36 });
  const percent = (part, whole) => `${(100 * part) / whole}%`;
  const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  Object.assign(canvas.style, {
    left: percent(box.left, width), top: percent(box.top, height),
    width: percent(box.width, width), height: percent(box.height, height),
  });
  const toX = (x) => box.left + ((x - ground.x[0]) / (ground.x[1] - ground.x[0])) * box.width;
  const toY = (y) => box.bottom - ((y - ground.y[0]) / (ground.y[1] - ground.y[0])) * box.height;
  const levels = levelsOf(grid);
  shade(canvas, grid, data.contents.grid, levels, dark);
  const cellX = (i) => box.left + (i / (columns - 1)) * box.width;
  const cellY = (j) => box.bottom - (j / (rows - 1)) * box.height;
  for (const level of levels) node(svg, "path", { class: "contour", d: contour(grid, data.contents.grid, level, cellX, cellY) });
  node(svg, "rect", { class: "frame", x: box.left, y: box.top, width: box.width, height: box.height });
  for (let x = Math.ceil(ground.x[0]); x <= ground.x[1]; x++) {
    node(svg, "text", { class: "tick-label", x: toX(x), y: box.bottom + 15, "text-anchor": "middle" }, shown(x));
  }
  for (let y = Math.ceil(ground.y[0]); y <= ground.y[1]; y++) {
    node(svg, "text", { class: "tick-label", x: box.left - 5, y: toY(y) + 4, "text-anchor": "end" }, shown(y));
  }
  node(svg, "text", { x: box.left + box.width / 2, y: box.bottom + 31, "text-anchor": "middle" }, ground.names[0]);
  const side = { x: 12, y: box.top + box.height / 2, "text-anchor": "middle" };
  node(svg, "text", { ...side, transform: `rotate(-90 12 ${side.y})` }, ground.names[1]);
  const clip = node(node(svg, "defs", {}), "clipPath", { id: "on-map" });
  node(clip, "rect", { x: box.left, y: box.top, width: box.width, height: box.height });
  for (const [x, y] of ground.lowest) {
    node(svg, "path", { class: "lowest", d: `M${toX(x) - 5} ${toY(y) - 5}l10 10m0-10l-10 10` });
  }
  node(svg, "circle", { class: "start", cx: toX(ground.start[0]), cy: toY(ground.start[1]), r: 6 });
  return { svg, box, ground, toX, toY, paths: node(svg, "g", {}) };
}

/** Draw the paths up to this step, and faintly what is to come. A is broader than B, so that both are seen where they are one. */
function drawPaths(map, paths, step) {
  map.paths.replaceChildren();
  const walks = paths.map((path) => {
    const pixels = reachable(map, path.run.points);
    const now = Math.min(step, pixels.length - 1);
    return { path, pixels, now, done: lineOf(pixels.slice(0, now + 1)), toCome: lineOf(pixels.slice(now)) };
  });
  const halos = node(map.paths, "g", { "clip-path": "url(#on-map)" });
  for (const { done } of walks) node(halos, "path", { class: "halo", d: done });
  for (const { path, pixels, now, done, toCome } of walks) {
    const group = node(map.paths, "g", { class: `path-${path.side}` });
    const lines = node(group, "g", { "clip-path": "url(#on-map)" });
    node(lines, "path", { class: "line to-come", d: toCome });
    node(lines, "path", { class: "line", d: done });
    for (const [x, y] of pixels.slice(1, now)) marker(lines, path.side, x, y, "dot");
  }
  for (const { path, pixels, now } of walks) drawHead(map, path, pixels[now], step > now);
}

/** The mark of where a path is, or at the map's edge that of where it left. */
function drawHead(map, path, [x, y], gone) {
  const { left, right, top, bottom } = map.box;
  const group = node(map.paths, "g", { class: `path-${path.side}` });
  const edge = [Math.min(Math.max(x, left), right), Math.min(Math.max(y, top), bottom)];
  marker(group, path.side, ...edge, "head");
  const off = edge[0] !== x || edge[1] !== y || gone;
  const end = edge[0] > (left + right) / 2;
  const beside = edge[1] + (path.side === "a" ? -10 : 19);
  const label = { class: "name", x: edge[0] + (end ? -11 : 11), y: Math.min(Math.max(beside, top + 16), bottom - 6) };
  node(group, "text", { ...label, "text-anchor": end ? "end" : "start" }, off ? offLabel(path) : path.name);
}

function lineOf(points) {
  return "M" + points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");
}

/** Pixels of the points, up to the first that is far out; that one is drawn nearer, in its direction. */
function reachable(map, points) {
  const far = 4 * (map.box.width + map.box.height);
  const pixels = [];
  for (const [x, y] of points) {
    const pixel = [map.toX(x), map.toY(y)];
    const [fromX, fromY] = pixels.length ? pixels[pixels.length - 1] : pixel;
    const length = Math.hypot(pixel[0] - fromX, pixel[1] - fromY);
    if (length <= far) {
      pixels.push(pixel);
      continue;
    }
    pixels.push([fromX + ((pixel[0] - fromX) / length) * far, fromY + ((pixel[1] - fromY) / length) * far]);
    break;
  }
  return pixels;
}

const SIZES = { a: { head: 8.5, dot: 3.5 }, b: { head: 4.5, dot: 2.25 } };

function marker(parent, side, x, y, kind) {
  const r = SIZES[side][kind];
  if (side === "a") node(parent, "circle", { class: kind, cx: x, cy: y, r });
  else node(parent, "rect", { class: kind, x: x - r, y: y - r, width: 2 * r, height: 2 * r });
}
