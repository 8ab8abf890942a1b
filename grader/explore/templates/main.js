"use strict";
// The controls, and what follows when one of them changes.

const $ = (id) => document.getElementById(id);
const FRAME = 250; // milliseconds a step, when it plays
const CALM_FRAME = 1000; // where less motion is wished for

function begin(data) {
  const { contents } = data;
  const dark = matchMedia("screen and (prefers-color-scheme: dark)");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const state = { surface: 0, step: 0, compare: true, a: null, b: null };
  let map = null;
  let playing = 0;

  const ground = () => contents.surfaces[state.surface];
  const sides = () => (state.compare ? ["a", "b"] : ["a"]);
  const paths = () => sides().map((side) => ({ side, name: NAMES[side], choice: state[side], run: data.find(state.surface, state[side]) }));

  function groundChanged() {
    map = drawMap(data, state.surface, dark.matches);
    stepChanged();
  }

  function stepChanged() {
    const drawn = paths();
    $("step").value = state.step;
    $("step").setAttribute("aria-valuetext", `step ${state.step} of ${contents.steps}`);
    $("step-value").textContent = `step ${state.step} of ${contents.steps}`;
    drawPaths(map, drawn, state.step);
    drawLoss(drawn, state.step, contents.steps);
    say("map-words", drawn.map((path) => mapWords(data, ground(), path, state.step)));
    say("loss-words", drawn.map((path) => lossWords(path, state.step)));
    for (const path of drawn) {
      drawNumbers(data, ground(), path, state.step);
      say(`${path.side}-words`, [numbersWords(data, ground(), path, state.step)]);
    }
  }

  function say(id, sentences) {
    const text = sentences.join("\n");
    if ($(id).textContent !== text) $(id).textContent = text;
  }

  /** Make the controls say what the state is. */
  function show() {
    $("surface").value = state.surface;
    $("surface-about").textContent = ground().text;
    $("compare").checked = state.compare;
    $("b").hidden = $("b-numbers").hidden = !state.compare;
    for (const side of ["a", "b"]) {
      const choice = state[side];
      const optimizer = contents.optimizers[choice.optimizer];
      const lr = contents.lrs[choice.lr];
      $(`${side}-optimizer`).value = choice.optimizer;
      $(`${side}-lr`).value = choice.lr;
      $(`${side}-lr`).setAttribute("aria-valuetext", lr);
      $(`${side}-lr-value`).textContent = lr;
      const words = optimizer.memories.map((memory) => memory.join(" and "));
      $(`${side}-memory-line`).hidden = !words[0];
      $(`${side}-memory-label`).textContent =
        (optimizer.memories[0].length === 2 ? "Betas" : "Momentum") + (choice.mistake ? " (the usual, with a mistake)" : "");
      options(`${side}-memory`, words.map((word, i) => [i, word]), choice.memory);
      $(`${side}-memory`).disabled = choice.mistake !== "";
      options(`${side}-mistake`, ["", ...optimizer.mistakes].map((id) => [id, titleOf(data, id)]), choice.mistake);
      const about = $(`about-${choice.mistake}`);
      $(`${side}-about`).replaceChildren(...(about ? [about.content.cloneNode(true)] : []));
    }
  }

  function options(id, list, chosen) {
    const select = $(id);
    const same = select.length === list.length && list.every(([value], i) => select.options[i].value === String(value));
    if (!same || id.endsWith("memory")) select.replaceChildren(...list.map(([value, text]) => new Option(text, value)));
    select.value = chosen;
  }

  function changed() {
    for (const button of document.querySelectorAll(".preset")) button.setAttribute("aria-pressed", "false");
    show();
    if (map && map.ground === ground()) stepChanged();
    else groundChanged();
  }

  function preset(number) {
    const chosen = contents.presets[number];
    stop();
    state.surface = chosen.surface;
    state.step = chosen.step;
    state.compare = chosen.b !== null;
    state.a = { ...chosen.a };
    state.b = { ...(chosen.b || chosen.a) };
    changed();
    for (const button of document.querySelectorAll(".preset")) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.preset) === number));
    }
    for (const told of document.querySelectorAll("[data-told]")) told.hidden = Number(told.dataset.told) !== number;
  }

  function go(step) {
    state.step = Math.min(Math.max(step, 0), contents.steps);
    stepChanged();
  }

  // While it plays, each step would be read out over the last one: then only the last of all is.
  const live = (how) => document.querySelectorAll(".words").forEach((words) => words.setAttribute("aria-live", how));

  function play() {
    if (state.step >= contents.steps) go(0);
    live("off");
    $("play").textContent = "Pause";
    playing = setInterval(() => {
      if (state.step + 1 >= contents.steps) stop();
      go(state.step + 1);
    }, calm.matches ? CALM_FRAME : FRAME);
  }

  function stop() {
    clearInterval(playing);
    playing = 0;
    live("polite");
    $("play").textContent = "Play";
  }

  const on = (id, event, act) => $(id).addEventListener(event, act);
  on("surface", "change", () => { state.surface = Number($("surface").value); changed(); });
  on("compare", "change", () => { state.compare = $("compare").checked; changed(); });
  for (const side of ["a", "b"]) {
    on(`${side}-optimizer`, "change", () => {
      const optimizer = Number($(`${side}-optimizer`).value);
      const kept = contents.optimizers[optimizer].mistakes.includes(state[side].mistake);
      state[side] = { ...state[side], optimizer, memory: 0, mistake: kept ? state[side].mistake : "" };
      changed();
    });
    on(`${side}-lr`, "input", () => { state[side].lr = Number($(`${side}-lr`).value); changed(); });
    on(`${side}-memory`, "change", () => { state[side].memory = Number($(`${side}-memory`).value); changed(); });
    on(`${side}-mistake`, "change", () => {
      state[side].mistake = $(`${side}-mistake`).value;
      if (state[side].mistake) state[side].memory = 0;
      changed();
    });
  }
  on("step", "input", () => { stop(); go(Number($("step").value)); });
  on("back", "click", () => { stop(); go(state.step - 1); });
  on("on", "click", () => { stop(); go(state.step + 1); });
  on("play", "click", () => (playing ? stop() : play()));
  for (const button of document.querySelectorAll(".preset")) button.addEventListener("click", () => preset(Number(button.dataset.preset)));
  dark.addEventListener("change", groundChanged);
  preset(0);
  new ResizeObserver(groundChanged).observe($("map"));
}

unpack().then(begin).catch((error) => {
  const trouble = document.getElementById("trouble");
  trouble.hidden = false;
  trouble.textContent = "The paths can't be drawn: this needs a browser of 2023 or newer, and a page that was copied whole. Write it anew with “grade explore”, or open it in a newer browser.";
  throw error;
});
