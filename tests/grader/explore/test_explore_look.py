"""How the playground looks: colours, sizes, print; and what becomes of a file that isn't as it should be."""

import re
from pathlib import Path

import pytest
from browser import Page
from driving import choose, drawn, fresh, quiet, settle, text, until
from playground import Playground, read_playground

from grader.course import Course
from grader.explore import explore


@pytest.mark.parametrize("width", [320, 390, 1200])
@pytest.mark.parametrize("preset", range(6))
def test_nothing_runs_over_the_edge(width: int, preset: int, browser: Page, playground: Playground) -> None:
    page = fresh(browser, playground.path, width)
    page.run(f"document.querySelectorAll('.preset')[{preset}].click()")
    for step in (0, 7, 60):
        choose(page, "step", step)
        assert page.run("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    quiet(page, playground.path)


def test_the_map_follows_the_colours_and_the_size(browser: Page, playground: Playground) -> None:
    page = fresh(browser, playground.path)
    look = "document.getElementById('shade').toDataURL()"
    light, wide = page.run(look), drawn(page, "a", "map")
    page.look(1200, dark=True)
    settle(page)
    dark = page.run(look)
    assert dark != light
    page.look(1200, dark=True, media="print")
    settle(page)
    assert page.run(look) == light
    assert page.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.run("getComputedStyle(document.getElementById('play')).display") == "none"
    page.look(390)
    settle(page)
    assert drawn(page, "a", "map") != wide
    quiet(page, playground.path)


@pytest.mark.parametrize("dark", [False, True])
def test_its_colours_have_contrast(dark: bool, browser: Page, playground: Playground) -> None:
    page = fresh(browser, playground.path, dark=dark)
    names = ("page", "panel", "ink", "faint", "link", "bad", "edge", "path-a", "path-b")
    colours = {n: page.run(f"getComputedStyle(document.documentElement).getPropertyValue('--{n}').trim()") for n in names}
    for text_colour in ("ink", "faint", "link", "bad", "path-a", "path-b"):
        for ground in ("page", "panel") if text_colour == "ink" else ("page",):
            assert contrast(colours[text_colour], colours[ground]) >= 4.5
    assert contrast(colours["edge"], colours["page"]) >= 3
    # The shade of the map at its strongest, over the page.
    pixels = page.run(
        """(() => {
            const canvas = document.getElementById('shade');
            const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            let most = 0;
            for (let i = 0; i < data.length; i += 4) if (data[i + 3] > data[most + 3]) most = i;
            return [...data.slice(most, most + 4)];
        })()"""
    )
    share = pixels[3] / 255
    shaded = "#" + "".join(
        f"{round(share * c + (1 - share) * p):02x}" for c, p in zip(pixels[:3], rgb(colours["page"]), strict=True)
    )
    for path in ("path-a", "path-b", "ink"):
        assert contrast(colours[path], shaded) >= 3


def rgb(colour: str) -> tuple[int, ...]:
    digits = colour.lstrip("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    return tuple(int(digits[i : i + 2], 16) for i in (0, 2, 4))


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, "contrast ratio"."""

    def luminance(colour: str) -> float:
        parts = [c / 255 for c in rgb(colour)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_it_prints(page: Page) -> None:
    assert page.print().startswith(b"%PDF")


def test_the_file_is_small_and_the_same_every_time(playground: Playground, course: Course, tmp_path: Path) -> None:
    assert playground.path.stat().st_size < 3_000_000
    assert playground.path.name == "explore.html"
    again = explore(tmp_path / "new" / "folder", course)
    assert again.read_bytes() == playground.path.read_bytes()
    assert [path.name for path in again.parent.iterdir()] == ["explore.html"]


def test_a_catalogues_text_is_text_and_none_is_needed(browser: Page, tmp_path: Path) -> None:
    hostile = "</script><img src=x onerror=console.error(1)>{{ 7*7 }}"
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "misconceptions.toml").write_text(
        f'[swaps_betas]\ntitle = "{hostile}"\nsee = "{hostile}"\nwhy = "`{hostile}`"\nmend = ""\nread = ""\n', "utf-8"
    )
    path = explore(tmp_path / "out", Course(tmp_path))
    assert len(read_playground(path).runs) > 1000
    page = fresh(browser, path)
    choose(page, "a-mistake", "swaps_betas")
    assert hostile in text(page, "a-table")
    assert hostile in text(page, "a-about")
    options = page.run("[...document.getElementById('a-mistake').options].map((option) => option.text)")
    assert options[0] == "None"
    assert "Omits bias correction" in options
    assert page.run("document.images.length") == 0
    quiet(page, path)


def test_a_file_cut_short_says_so(browser: Page, playground: Playground, tmp_path: Path) -> None:
    whole = playground.path.read_text("utf-8")
    cut = tmp_path / "cut.html"
    cut.write_text(re.sub(r'(id="numbers">.{1000}).*?(</script>)', r"\1\2", whole, flags=re.S), "utf-8")
    browser.look(1200)
    browser.open(cut)
    until(browser, "!document.getElementById('trouble').hidden")
    assert "Write it anew with “grade explore”" in text(browser, "trouble")
