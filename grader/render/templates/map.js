// The paths of two parameters over the loss. Follows charts.js.

const ARROW = 46; // pixels

/** The loss in light shades; its lines stand evenly apart on the slopes of a bowl, so they are those of its root. */
function ground(map, words) {
  const seen = map.loss.flat().filter((value) => value !== null);
  const low = Math.min(...seen);
  const depth = map.loss.map((row) => row.map((value) => (value === null ? null : Math.sqrt(value - low))));
  return {
    type: "contour", x: map.x, y: map.y, z: depth, customdata: map.loss, autocontour: true, ncontours: 14,
    colorscale: [[0, colour("ground-low")], [1, colour("ground-high")]], showscale: false, showlegend: false,
    contours: { coloring: "fill", showlines: true }, line: { color: colour("contour"), width: 1, smoothing: 0.8 },
    hovertemplate: `${words.loss} %{customdata:.4g}<extra></extra>`,
  };
}

/** What lifts a path off the ground. All of these lie beneath all paths. */
function halo(path) {
  return { type: "scatter", x: path.x, y: path.y, mode: "lines", line: { color: colour("page"), width: 5 }, opacity: 0.8, hoverinfo: "skip" };
}

function pathTrace(path, words) {
  const look = lookOf(path);
  const text = path.x.map((_, i) => `${look.name}, ${words.after} ${i}`);
  look.marker.size = 5;
  return { type: "scatter", x: path.x, y: path.y, ...look, text, hovertemplate: "%{text}<extra></extra>" };
}

function inside(map, x, y) {
  const hold = (value, side) => Math.min(Math.max(value, side[0]), side[side.length - 1]);
  return [hold(x, map.x), hold(y, map.y)];
}

/** Rings where the paths are after the step; at the edge for those that are off the map. */
function mapPoints(map, step) {
  const here = map.paths.filter((path) => path.x[step] != null && path.y[step] != null).map((path) => inside(map, path.x[step], path.y[step]));
  return { x: here.map((point) => point[0]), y: here.map((point) => point[1]) };
}

/** Straight downhill, from where each step began: an arrow of one length for all. */
function arrows(map, step, plot) {
  const size = plot._fullLayout && plot._fullLayout._size;
  const wide = size ? size.w : plot.clientWidth;
  const high = size ? size.h : plot.clientHeight;
  const perX = wide / (map.x[map.x.length - 1] - map.x[0]);
  const perY = high / (map.y[map.y.length - 1] - map.y[0]);
  return map.paths.flatMap((path) => {
    const [dx, dy] = path.downhill[step - 1] || [null, null];
    const i = step - 1;
    const length = dx === null || dy === null ? 0 : Math.hypot(dx * perX, dy * perY);
    if (!(length > 0) || !Number.isFinite(length) || path.off.includes(i)) return [];
    const scale = ARROW / length;
    return [{
      ax: path.x[i], ay: path.y[i], axref: "x", ayref: "y", x: path.x[i] + dx * scale, y: path.y[i] + dy * scale,
      text: "", showarrow: true, arrowhead: 2, arrowsize: 1.1, arrowwidth: 2, arrowcolor: colour(`curve-${path.look % DASHES.length}`),
    }];
  });
}

function drawMap(drawn, step, onPaper) {
  const { map, words } = drawn;
  const plot = plotOf(map);
  const bands = map.paths.filter(band);
  const paths = map.paths.filter((path) => !band(path));
  const all = [ground(map, words), ...bands.map((path) => pathTrace(path, words)), ...paths.map(halo), ...paths.map((path) => pathTrace(path, words))];
  if (step) all.push(nowTrace(mapPoints(map, step)));
  const whole = {
    ...sheet(onPaper), hovermode: "closest",
    xaxis: { ...axis(map.axes[0]), showgrid: false, range: [map.x[0], map.x[map.x.length - 1]] },
    yaxis: { ...axis(map.axes[1]), showgrid: false, range: [map.y[0], map.y[map.y.length - 1]] },
    annotations: [],
  };
  Plotly.react(plot, all, whole, { responsive: !onPaper, displayModeBar: false });
  if (step) Plotly.relayout(plot, { annotations: arrows(map, step, plot) }); // now that the plot's size is known
}

function moveMap(drawn, step) {
  const plot = plotOf(drawn.map);
  const { x, y } = mapPoints(drawn.map, step);
  Plotly.update(plot, { x: [x], y: [y] }, { annotations: arrows(drawn.map, step, plot) }, [plot.data.length - 1]);
}
