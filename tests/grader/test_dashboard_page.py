"""The dashboard's file, as text: what is embedded can't get out, nothing is fetched, and no number is lost."""

import json
import re
import stat
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from crowd import HOSTILE, MISTAKES, TEXTS, TITLES, crowd
from hypothesis import given
from hypothesis import strategies as st

from grader.bulk.dashboard import About, Row, class_stats, render_dashboard, write_dashboard
from grader.bulk.dashboard.page import safe_json, shown

ROWS = crowd(90, 4)


class Elements(HTMLParser):
    """What a parser makes of a page: its elements with their attributes, and the text of its scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.text = ""
        self._in_script = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._in_script = tag == "script"

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts.append(data)
        else:
            self.text += data


@pytest.fixture(scope="module")
def page() -> str:
    return render_dashboard(ROWS, About("</title><script>1</script>", "<b>today</b>", TITLES, TEXTS, MISTAKES))


def data_of(page: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Elements(page).scripts[0])
    return found


@given(st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_embedded_data_is_whole_and_can_not_end_its_script(value: object) -> None:
    text = str(safe_json(value))
    assert not set(text) & set("<>&\u2028\u2029")
    assert json.loads(text) == value


def test_a_number_that_json_has_no_word_for_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"not JSON compliant"):
        safe_json([float("nan")])


@given(st.text())
def test_what_is_shown_has_nothing_that_acts(text: str) -> None:
    done = shown(text)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", done)
    assert done.encode().decode() == done


def test_joined_letters_stay_joined() -> None:
    for name in ("علی\u200cرضا", "👩\u200d💻", "Zoë Ångström", "Nguyễn Văn A"):
        assert shown(name) == name
    assert shown("\u202eevil\x07\n x") == "\ufffdevil\ufffd x"


def test_the_page_has_two_scripts_and_no_names_beside_the_data(page: str) -> None:
    parsed = Elements(page)
    scripts = [attributes for tag, attributes in parsed.elements if tag == "script"]
    assert scripts == [{"type": "application/json", "id": "class-data"}, {}]
    assert len(parsed.scripts) == 2
    assert not [tag for tag, _ in parsed.elements if tag in ("img", "link", "iframe", "object", "embed", "base", "form", "b/")]
    for tag, attributes in parsed.elements:
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "style", "srcset", "action")]
        if "href" in attributes:
            assert tag == "a"
            assert re.fullmatch(r"#[a-z]+", str(attributes["href"]))  # reports are linked by the script
    assert "http://" not in page
    assert "https://" not in page


def test_every_row_is_in_the_data_as_it_was(page: str) -> None:
    data = data_of(page)
    assert len(data["rows"]) == len(ROWS)
    assert [name for _, name in data["students"]] == [shown(row.name) for row in ROWS[::4]]
    known = sorted(ROWS, key=lambda row: (row.exercise, row.student))
    for (student, exercise, score, most, status, flags, tries, mistakes, link), row in zip(data["rows"], known, strict=True):
        assert data["students"][student][0] == row.student
        assert data["exercises"][exercise] == f"Exercise {row.exercise[-2:]}"
        assert (score, most, tries, link) == (row.score, row.max_score, row.tries, row.link)
        assert data["statuses"][status] == (row.verdict if row.judged else row.state)
        assert (bool(flags & 1), bool(flags & 2)) == (row.late, row.waits)
        assert [data["mistakes"][number] for number in mistakes] == [diagnosis.title for diagnosis in row.diagnoses]


def test_the_lists_are_the_students_of_their_line(page: str) -> None:
    data = data_of(page)
    stats = class_stats(ROWS, TEXTS, MISTAKES)
    expected = [one.rows for part in (stats.misconceptions, stats.groups[:60], stats.waiting) for one in part if one.rows]
    found = [[data["students"][data["rows"][number][0]][0] for number in numbers] for numbers in data["lists"]]
    assert found == [[row.student for row in rows] for rows in expected]
    used = [int(str(attributes["data-list"])) for _, attributes in Elements(page).elements if "data-list" in attributes]
    assert used == list(range(len(expected)))


def test_what_is_left_to_do_is_said_with_its_command(page: str) -> None:
    text = " ".join(Elements(page).text.split())
    assert "grade review SUBMISSIONS" in text
    assert "grade bulk SUBMISSIONS --out DIR" in text
    assert "none has a zero for it" in text
    assert "The <worker> was ended by the system" in text
    only_passed = [row for row in ROWS if row.verdict == "passed" and not row.waits]
    calm = Elements(render_dashboard([replace(row, answers=()) for row in only_passed])).text
    assert "grade review" not in calm
    assert "grade bulk" not in calm
    assert "None was named." in calm


@pytest.mark.parametrize("name", HOSTILE)
def test_a_fault_shows_a_hostile_name_as_text(name: str) -> None:
    rows = [Row(name or "x", name, "exercise_01", None, 10, None, "grader_fault", fault=name)]
    parsed = Elements(render_dashboard(rows))
    assert len([tag for tag, _ in parsed.elements if tag == "script"]) == 2
    assert "img" not in {tag for tag, _ in parsed.elements}
    assert (shown(name) or "(no name)") in parsed.text


def test_an_empty_class_has_a_page() -> None:
    assert "None was named." in render_dashboard([])


def test_a_page_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = write_dashboard(ROWS[:4], tmp_path / "out" / "index.html", About("One"))
    before = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    with pytest.raises(ValueError, match=r"two rows"):
        write_dashboard([ROWS[0], ROWS[0]], path)
    assert path.read_bytes() == before
    path.unlink()
    path.mkdir()
    with pytest.raises(OSError, match=r"."):
        write_dashboard(ROWS[:4], path)
    assert [p.name for p in path.parent.iterdir()] == ["index.html"]


def _luminance(colour: str) -> float:
    whole = colour[1:] if len(colour) == 7 else "".join(2 * sign for sign in colour[1:])
    parts = [int(whole[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_colour_has_the_contrast_of_wcag_aa(page: str) -> None:
    themes = re.findall(r":root(?::not\(\.paper\))? \{([^}]*)\}", page)
    assert len(themes) == 3  # light, dark, print
    for theme in themes:
        colours = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]+);", theme))
        for ground in ("page", "panel"):
            for name in ("ink", "faint", "good", "bad", "link", "curve-0", "curve-1", "curve-2"):
                light, dark = sorted((_luminance(colours[name]), _luminance(colours[ground])), reverse=True)
                least = 3.0 if name.startswith("curve") else 4.5  # graphics, and text
                assert (light + 0.05) / (dark + 0.05) >= least, (name, ground)
