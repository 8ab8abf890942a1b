"""The playground in a real browser: what is chosen is drawn and told, by mouse and keyboard, light and dark, wide or narrow."""

import re
from itertools import pairwise
from typing import Any

import pytest
from browser import Page
from driving import cell, choose, drawn, number, quiet, settle, text, until
from playground import Playground

TAB, SPACE, RIGHT, LEFT, DOWN, END = (
    ("Tab", 9),
    (" ", 32, " "),
    ("ArrowRight", 39),
    ("ArrowLeft", 37),
    ("ArrowDown", 40),
    ("End", 35),
)
TEXTS = ("map-words", "loss-words", "a-words", "b-words")


def test_it_opens_without_a_complaint_or_a_request_and_shows_the_first_text(page: Page, playground: Playground) -> None:
    assert page.run("document.querySelector('.preset[aria-pressed=true]').textContent") == "1. Adam's first step"
    assert cell(page, "a", "update ÷ lr") == ["1", "−1"]
    assert cell(page, "b", "update ÷ lr") == ["3.4", "−30"]
    assert "Adam's first step is lr in size, whatever the gradient." in text(page, "a-words")
    assert (
        len(
            page.run(
                "[...document.querySelectorAll('#map-drawing .contour')].filter((line) => line.getAttribute('d').length > 50)"
            )
        )
        > 8
    )
    quiet(page, playground.path)


@pytest.mark.parametrize("preset", range(6))
def test_each_text_switches_to_its_settings(preset: int, page: Page, playground: Playground) -> None:
    page.run(f"document.querySelectorAll('.preset')[{preset}].click()")
    asked = playground.contents["presets"][preset]
    assert page.run("document.getElementById('surface').selectedIndex") == asked["surface"]
    assert text(page, "step-value") == f"step {asked['step']} of 60"
    for side in ("a", "b"):
        assert page.run(f"document.getElementById('{side}-optimizer').selectedIndex") == asked[side]["optimizer"]
        assert page.run(f"document.getElementById('{side}-mistake').value") == asked[side]["mistake"]
        assert float(text(page, f"{side}-lr-value")) == playground.contents["lrs"][asked[side]["lr"]]
    assert (
        page.run("[...document.querySelectorAll('.preset')].map((b) => b.getAttribute('aria-pressed'))").index("true") == preset
    )
    assert page.run("[...document.querySelectorAll('[data-told]')].filter((told) => !told.hidden).length") == 1
    quiet(page, playground.path)


def test_each_switch_changes_the_path_drawn_and_told(page: Page, playground: Playground) -> None:
    choose(page, "step", 20)
    seen = []
    for id, value in (
        ("a-lr", 4),
        ("a-memory", 1),
        ("a-optimizer", 4),
        ("a-mistake", "omits_bias_correction"),
        ("a-mistake", ""),
        ("a-optimizer", 2),
        ("a-optimizer", 1),
        ("a-memory", 2),
        ("a-optimizer", 0),
        ("surface", 3),
    ):
        choose(page, id, value)
        seen.append((drawn(page, "a", "map"), drawn(page, "a", "loss"), [text(page, each) for each in TEXTS[:3]]))
    for before, after in pairwise(seen):
        assert all(b != a for b, a in zip(before, after, strict=True))
    assert page.run("document.querySelector('.preset[aria-pressed=true]')") is None
    quiet(page, playground.path)


def test_the_slider_moves_all_plots_at_once(page: Page, playground: Playground) -> None:
    run = playground.runs["valley", "adam", 0.5, (0.9, 0.999), ""]
    seen = []
    for step in (0, 1, 30, 60):
        choose(page, "step", step)
        line = page.run("document.querySelector('#loss-drawing .now').getAttribute('d')")
        heads = page.run("[...document.querySelectorAll('.plot .head')].map((head) => head.outerHTML).join()")
        seen.append(
            [
                drawn(page, "a", "map"),
                line,
                heads,
                page.run("document.getElementById('a-table').textContent"),
                *(text(page, id) for id in TEXTS),
            ]
        )
        if step:
            assert number(cell(page, "a", "gradient (.grad)")[1]) == pytest.approx(run.gradients[step - 1][1], rel=1e-3)
            assert number(cell(page, "a", "first moment m")[0]) == pytest.approx(run.memory[0][step - 1][0], rel=1e-2)
            assert number(cell(page, "a", "second moment v")[0]) == pytest.approx(run.memory[1][step - 1][0], rel=1e-2)
            assert number(cell(page, "a", "update")[0]) == pytest.approx(run.updates[step - 1][0], rel=1e-2)
            assert f"the loss after step {step} is " in text(page, "loss-words")
            told = re.search(r"Path A: the loss after step \d+ is (.*?), ", text(page, "loss-words"))
            assert told is not None
            assert number(told[1]) == pytest.approx(run.loss[step], rel=1e-2)
    for before, after in pairwise(seen):
        assert all(b != a for b, a in zip(before, after, strict=True))
    quiet(page, playground.path)


def test_a_run_that_blows_up_is_said_to(page: Page, playground: Playground) -> None:
    page.run("document.querySelectorAll('.preset')[2].click()")
    assert "Path A left the map at step 3." in text(page, "map-words")
    assert "left at step 3" in page.run("document.querySelector('#map-drawing .path-a .name').textContent")
    choose(page, "a-lr", 8)
    choose(page, "step", 60)
    steps = len(playground.runs["valley", "sgd", 1.0, (), ""].updates)
    assert f"its numbers passed 10³⁰ at step {steps + 1}; torch would go on, to inf (too large" in text(page, "map-words")
    assert f"within {steps} steps" in text(page, "loss-words")
    assert cell(page, "a", "update") == ["–", "–"]
    assert "A is above the chart" in page.run("document.getElementById('loss-drawing').textContent")
    assert not re.search("NaN|Infinity|undefined|null", page.run("document.querySelector('main').innerHTML"))
    quiet(page, playground.path)


def test_every_setting_can_be_shown(page: Page, playground: Playground) -> None:
    """All of them at the last step, on all surfaces: nothing undefined in words, no path out of its numbers."""
    found: dict[str, Any] = page.run(
        """(async () => {
            const data = await unpack();
            const bad = [];
            let count = 0;
            for (const [surface, optimizer, lr, memory, mistake] of data.contents.runs) {
                const choice = { optimizer, lr, memory, mistake: data.contents.mistakes[mistake] };
                const path = { side: "a", name: "A", choice, run: data.find(surface, choice) };
                const ground = data.contents.surfaces[surface];
                for (const step of [0, 1, 2, 31, 60]) {
                    const words = [mapWords(data, ground, path, step), lossWords(path, step),
                        numbersWords(data, ground, path, step),
                        settingWords(data, choice), JSON.stringify(numbersRows(data, path, step))].join(" ");
                    if (/NaN|Infinity|undefined|null/.test(words)) bad.push(words);
                    count++;
                }
            }
            return { bad: bad.slice(0, 3), count };
        })()"""
    )
    assert found == {"bad": [], "count": 5 * len(playground.runs)}


def test_by_keyboard_alone(page: Page, playground: Playground) -> None:
    reached = []
    for _ in range(40):
        page.press(*TAB)
        reached.append(page.run("document.activeElement.id || document.activeElement.textContent.trim()"))
        if reached[-1] == "on":
            break
    controls = ["surface", "compare", *(f"{side}-{each}" for side in "ab" for each in ("optimizer", "lr", "memory", "mistake"))]
    controls.remove("b-memory")  # plain SGD has none
    assert reached[6:] == [*controls, "play", "back", "step", "on"]
    page.run("document.getElementById('step').focus()")
    page.press(*RIGHT)
    page.press(*RIGHT)
    assert text(page, "step-value") == "step 3 of 60"
    page.press(*END)
    assert text(page, "step-value") == "step 60 of 60"
    page.run("document.getElementById('a-lr').focus()")
    page.press(*LEFT)
    assert text(page, "a-lr-value") == "0.2"
    page.run("document.getElementById('compare').focus()")
    page.press(*SPACE)
    assert drawn(page, "b", "map") == []
    assert page.run("document.getElementById('b').offsetParent") is None
    assert "Path B" not in text(page, "map-words")
    page.run("document.querySelectorAll('.preset')[1].focus()")
    page.press(*SPACE)
    assert text(page, "step-value") == "step 10 of 60"
    quiet(page, playground.path)


def test_every_control_has_a_name_and_every_plot_words(page: Page) -> None:
    tree = page.send("Accessibility.getFullAXTree")["nodes"]
    roles = {"button", "slider", "combobox", "checkbox", "image", "table"}
    named = [(n["role"]["value"], n.get("name", {}).get("value", "")) for n in tree if n.get("role", {}).get("value") in roles]
    assert all(name.strip() for _, name in named), named
    assert {role for role, _ in named} == roles
    described = [n["description"]["value"] for n in tree if n.get("role", {}).get("value") == "image"]
    assert len(described) == 2
    assert all("Path A" in words and "Path B" in words for words in described)
    assert page.run("[...document.querySelectorAll('.words')].every((words) => words.getAttribute('aria-live') === 'polite')")
    assert page.run("document.getElementById('step').getAttribute('aria-valuetext')") == "step 1 of 60"


def test_play_goes_on_and_pause_stops_it(page: Page, playground: Playground) -> None:
    page.run("document.getElementById('play').click()")
    assert text(page, "play") == "Pause"
    assert page.run("document.getElementById('map-words').getAttribute('aria-live')") == "off"
    until(page, "document.getElementById('step').value > 2")
    page.run("document.getElementById('play').click()")
    stopped = text(page, "step-value")
    assert text(page, "play") == "Play"
    page.run("new Promise((done) => setTimeout(done, 600))")
    assert text(page, "step-value") == stopped
    choose(page, "step", 59)
    page.run("document.getElementById('play').click()")
    until(page, "document.getElementById('play').textContent === 'Play'")
    assert text(page, "step-value") == "step 60 of 60"
    assert page.run("document.getElementById('map-words').getAttribute('aria-live')") == "polite"
    page.run("document.getElementById('play').click()")
    assert text(page, "step-value") == "step 0 of 60"
    page.run("document.getElementById('play').click()")
    quiet(page, playground.path)


def test_it_plays_calmly_where_less_motion_is_wished_for(browser: Page, playground: Playground) -> None:
    browser.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
    browser.open(playground.path)
    settle(browser)
    frames = browser.run(
        """(() => {
            const asked = [];
            const [real, play] = [setInterval, document.getElementById('play')];
            window.setInterval = (act, ms) => { asked.push(ms); return real(act, ms); };
            play.click();
            play.click();
            window.setInterval = real;
            return asked;
        })()"""
    )
    assert frames == [1000]
    assert browser.run("document.getAnimations().length") == 0
