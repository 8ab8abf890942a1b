// The step that is looked at, and all that shows it. Follows charts.js and map.js.

const FRAME = 500; // milliseconds a step, when it plays
const CALM_FRAME = 1500; // where less motion is wished for

/** The slider and its buttons, where there are steps. `show` is told of each step. */
function follow(numbers, words, show) {
  const at = (id) => document.getElementById(id);
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const cells = [...document.querySelectorAll("#numbers [data-row]")];
  const rows = numbers.groups.flatMap((group) => group.rows);
  let step = numbers.begin;
  let playing = 0;

  function go(to) {
    step = Math.min(Math.max(to, 1), numbers.total);
    const said = fill(words.step_of, { step, steps: numbers.total });
    at("step").value = step;
    at("step").setAttribute("aria-valuetext", said);
    at("step-value").textContent = said;
    if (at("step-words").textContent !== numbers.words[step - 1]) at("step-words").textContent = numbers.words[step - 1];
    for (const cell of cells) {
      const row = rows[cell.dataset.row];
      cell.textContent = row[cell.dataset.side][step - 1];
      if (cell.dataset.side === "yours") cell.closest("tr").classList.toggle("differs", Boolean(row.differs[step - 1]));
    }
    at("first").disabled = at("back").disabled = step === 1;
    at("on").disabled = at("last").disabled = step === numbers.total;
    show(step);
  }

  function stop() {
    clearInterval(playing);
    playing = 0;
    at("step-words").setAttribute("aria-live", "polite");
    at("play").textContent = words.play;
  }

  function play() {
    if (step === numbers.total) go(1);
    at("step-words").setAttribute("aria-live", "off"); // each step would be read out over the last one
    at("play").textContent = words.pause;
    playing = setInterval(() => {
      if (step + 1 >= numbers.total) stop();
      go(step + 1);
    }, calm.matches ? CALM_FRAME : FRAME);
  }

  const on = (id, event, act) => at(id).addEventListener(event, act);
  on("step", "input", () => { stop(); go(Number(at("step").value)); });
  for (const [id, to] of [["first", () => 1], ["back", () => step - 1], ["on", () => step + 1], ["last", () => numbers.total]]) {
    on(id, "click", () => { stop(); go(to()); if (at(id).disabled) at("step").focus(); });
  }
  on("play", "click", () => (playing ? stop() : play()));
  at("bar").hidden = numbers.total < 2;
  go(step);
  return () => step;
}

// After the deferred plotly.js: draw each chart, and again when the colours change, or for paper.
document.addEventListener("DOMContentLoaded", () => {
  const drawn = JSON.parse(document.getElementById("report-data").textContent);
  const plots = [...drawn.charts, ...(drawn.map ? [drawn.map] : [])];
  let ready = false;

  function move(step) {
    if (!ready) return;
    drawn.charts.forEach((chart) => moveChart(drawn, chart, step));
    if (drawn.map) moveMap(drawn, step);
  }

  const now = drawn.numbers ? follow(drawn.numbers, drawn.words, move) : () => 0;

  if (!window.Plotly) {
    for (const chart of plots) {
      const box = plotOf(chart);
      box.removeAttribute("role");
      box.classList.add("empty");
      box.textContent = fill(drawn.words.missing, { file: drawn.plotly });
    }
    return;
  }

  function draw(onPaper) {
    const step = onPaper ? 0 : now();
    drawn.charts.forEach((chart) => drawChart(drawn, chart, step, onPaper));
    if (drawn.map) drawMap(drawn, step, onPaper);
  }

  draw(false);
  ready = true;
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw(false));
  const paper = (on) => () => { document.documentElement.classList.toggle("paper", on); draw(on); };
  addEventListener("beforeprint", paper(true));
  addEventListener("afterprint", paper(false));
});
