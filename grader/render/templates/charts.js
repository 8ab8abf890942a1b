"use strict";
// Draws the report's charts with plotly.js. `drawn` is what grader.render.charts made; every word comes with it.

const DASHES = ["solid", "dash", "dot", "dashdot", "longdash"];
const MARKERS = ["circle", "square", "diamond", "cross", "star"];
const PAPER = 640; // pixels across a printed page

const plotOf = (chart) => document.getElementById(`${chart.id}-plot`);
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
// Plotly reads a few tags in the texts it draws; a name has none.
const plain = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
// Beneath the rest, as a broad band: where the run lies on it, both can be seen.
const band = (curve) => curve.role === "mistake";
const bandsFirst = (curves) => [...curves].sort((a, b) => band(b) - band(a));

/** How a curve looks in every chart. */
function lookOf(curve) {
  const look = curve.look % DASHES.length;
  const tone = colour(`curve-${look}`);
  return {
    mode: band(curve) ? "lines" : "lines+markers",
    opacity: band(curve) ? 0.45 : 1,
    line: { color: tone, dash: band(curve) ? "solid" : DASHES[look], width: band(curve) ? 10 : 2 },
    marker: { color: tone, symbol: MARKERS[look], size: 7 },
    legendgroup: curve.name, name: plain(curve.name), legendrank: curve.look + 1,
  };
}

function traces(drawn, chart, step) {
  const lines = bandsFirst(chart.curves).flatMap((curve) => {
    const look = lookOf(curve);
    const same = { type: "scatter", x: drawn.steps, text: curve.text, hovertemplate: "%{text}" };
    const edge = drawn.steps.map(() => null);
    const shape = drawn.steps.map(() => "triangle-up");
    for (const [i, side] of curve.off) {
      edge[i] = chart.range[side === "top" ? 1 : 0];
      if (side === "bottom") shape[i] = "triangle-down";
    }
    look.marker.maxdisplayed = curve.off.length ? 0 : 15;
    const line = { ...same, ...look, y: curve.y };
    const off = {
      ...same, ...look, y: edge, mode: "markers", opacity: 1, showlegend: false, cliponaxis: false,
      marker: { color: look.marker.color, symbol: shape, size: 9 },
    };
    return curve.off.length ? [line, off] : [line];
  });
  return step ? [...lines, nowTrace(nowPoints(drawn, chart, step))] : lines;
}

/** Rings around the points of the step that is looked at. */
function nowTrace({ x, y }) {
  return {
    type: "scatter", mode: "markers", x, y, showlegend: false, hoverinfo: "skip", cliponaxis: false,
    marker: { symbol: "circle-open", size: 15, color: colour("ink"), line: { width: 2.5 } },
  };
}

function nowPoints(drawn, chart, step) {
  const y = chart.curves.map((curve) => {
    const off = curve.off.find(([i]) => i === step - 1);
    return off ? chart.range[off[1] === "top" ? 1 : 0] : curve.y[step - 1];
  });
  return { x: y.map(() => step), y };
}

const upright = (at, look) => ({ type: "line", x0: at, x1: at, yref: "paper", y0: 0, y1: 1, layer: "below", line: look });

function uprights(drawn, step) {
  const lines = step ? [upright(step, { color: colour("now"), width: 5 })] : [];
  if (drawn.parts_at !== null) lines.push(upright(drawn.parts_at, { color: colour("ink"), width: 2, dash: "dash" }));
  return lines;
}

/** What all plots have in common. */
function sheet(onPaper) {
  return {
    font: { family: getComputedStyle(document.body).fontFamily, size: 13, color: colour("ink") },
    paper_bgcolor: "transparent", plot_bgcolor: "transparent",
    margin: { l: 8, r: 12, t: 8, b: 8 },
    dragmode: false,
    hoverlabel: { bgcolor: colour("page"), bordercolor: colour("faint"), font: { color: colour("ink") } },
    showlegend: false,
    ...(onPaper && { width: PAPER, height: 340 }),
  };
}

function axis(title) {
  return {
    color: colour("ink"), gridcolor: colour("grid"), linecolor: colour("faint"), zeroline: false, fixedrange: true,
    automargin: true, title: { text: plain(title) },
  };
}

function layout(drawn, chart, step, onPaper) {
  const range = chart.log ? chart.range.map(Math.log10) : chart.range;
  const at = drawn.parts_at;
  const last = drawn.steps[drawn.steps.length - 1];
  return {
    ...sheet(onPaper),
    hovermode: "x unified",
    xaxis: {
      ...axis(drawn.words.step), unifiedhovertitle: { text: `${drawn.words.step} %{x}` },
      range: [0.5, last + 0.5], ...(last <= 10 && { dtick: 1 }),
    },
    yaxis: {
      ...axis(chart.unit), range, type: chart.log ? "log" : "linear",
      ...(chart.ticks && { tickvals: chart.ticks.map((t) => t[0]), ticktext: chart.ticks.map((t) => t[1]) }),
    },
    shapes: uprights(drawn, step),
    annotations: at === null ? [] : [{
      x: at, xshift: at > last / 2 ? -4 : 4, y: 1, yref: "paper", yanchor: "top", showarrow: false,
      text: fill(drawn.words.parts, { step: at }),
      xanchor: at > last / 2 ? "right" : "left", font: { color: colour("ink") }, bgcolor: colour("page"),
    }],
  };
}

function drawChart(drawn, chart, step, onPaper) {
  Plotly.react(plotOf(chart), traces(drawn, chart, step), layout(drawn, chart, step, onPaper), { responsive: !onPaper, displayModeBar: false });
}

/** Only what shows the step. */
function moveChart(drawn, chart, step) {
  const plot = plotOf(chart);
  const { x, y } = nowPoints(drawn, chart, step);
  Plotly.update(plot, { x: [x], y: [y] }, { shapes: uprights(drawn, step) }, [plot.data.length - 1]);
}
