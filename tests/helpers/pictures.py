"""The pictures in the documents, made of what the commands show: `python tests/helpers/pictures.py` writes them anew.

The terminal's is an SVG of a real terminal's output, the pages' are screenshots of a real browser.
"""

import io
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.text import Text

sys.path.insert(0, str(Path(__file__).parent))
from browser import Page
from terminal import Terminal

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github" / "pictures"
WRONG = ROOT / "tests" / "exercise_03" / "wrong"
CLASS = {
    "ada": "never_clears_gradients",
    "bob": "never_clears_gradients",
    "cem": "reports_loss_after_step",
    "eve": "recreates_optimizer_every_epoch",
    "ida": "omits_bias_correction",
    "kim": "steps_before_backward",
}
GRADE = [sys.executable, "-m", "grader"]


def terminal_svg(work: Path) -> str:
    """`grade exercise_03` on a loop that never clears its gradients, as a terminal of 80 columns shows it."""
    mine = work / "exercise_03"
    shutil.copytree(ROOT / "exercises" / "exercise_03", mine)
    program = (WRONG / "never_clears_gradients.py").read_text("utf-8")
    (mine / "train.py").write_text(re.sub(r" *# <--.*", "", program), "utf-8")
    said = _typed([*GRADE, "exercise_03", "--course", str(ROOT)], work, {"XDG_STATE_HOME": str(work / "state")})
    said = said[said.index("\x1b[1mExercise 03") :]  # behind what was shown while there was nothing to show yet
    console = Console(record=True, width=80, force_terminal=True, color_system="truecolor", file=io.StringIO())
    console.print(Text.from_ansi(said), soft_wrap=True)
    svg = console.export_svg(title="grade exercise_03", unique_id="terminal")
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.S)  # no font from the network: the reader's own


def page_png(work: Path, browser: Page) -> Path:
    """The page of the same run, where its steps can be gone through."""
    command = [*GRADE, "exercise_03", "--course", str(ROOT), "--submission", str(WRONG / "never_clears_gradients.py")]
    _typed([*command, "--page", str(work / "page")], work, {})
    return _shot(browser, work / "page" / "index.html", 1000, 1250, "Your run")


def dashboard_png(work: Path, browser: Page) -> Path:
    """A small class on one page."""
    for student, mistake in CLASS.items():
        (work / "in" / student).mkdir(parents=True)
        shutil.copyfile(WRONG / f"{mistake}.py", work / "in" / student / "train.py")
    for student in ("lea", "max", "noa"):
        shutil.copytree(ROOT / "solutions" / "exercise_03", work / "in" / student)
    _typed([*GRADE, "bulk", "in", "--exercise", "exercise_03", "--out", "graded", "--course", str(ROOT)], work, {})
    return _shot(browser, work / "graded" / "index.html", 1300, 1000)


def _shot(browser: Page, page: Path, width: int, height: int, heading: str = "") -> Path:
    """A window of this size, scrolled to a heading."""
    browser.look(width, height)
    browser.open(page)
    if heading:
        browser.run(f"[...document.querySelectorAll('h2')].find(h => h.innerText.startsWith('{heading}')).scrollIntoView()")
    browser.run("new Promise(done => setTimeout(done, 800))")
    picture = page.with_suffix(".png")
    browser.picture(picture)
    return picture


def _typed(command: list[str], work: Path, environment: dict[str, str]) -> str:
    """All that a command writes to a terminal."""
    with Terminal(command, work, COLORTERM="truecolor", TERM="xterm-256color", PYTHONPATH=str(ROOT), **environment) as terminal:
        terminal.ended(wait=300)
        return terminal.raw.replace("\r\n", "\n").strip("\n")


def main() -> None:
    """Write all of them."""
    FOLDER.mkdir(parents=True, exist_ok=True)

    def made(make: Callable[..., object], *given: object) -> object:
        with tempfile.TemporaryDirectory() as work:
            result = make(Path(work), *given)
            if isinstance(result, Path):
                shutil.copyfile(result, FOLDER / f"{make.__name__.removesuffix('_png')}.png")
            return result

    (FOLDER / "terminal.svg").write_text(str(made(terminal_svg)), "utf-8")
    with tempfile.TemporaryDirectory() as profile:
        browser = Page(Path(profile))
        try:
            made(page_png, browser)
            made(dashboard_png, browser)
        finally:
            browser.close()
    for path in sorted(FOLDER.iterdir()):
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
