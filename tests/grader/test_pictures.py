"""The pictures in the documents: there, said in words too, and what the commands show today."""

import re
from pathlib import Path

from pictures import FOLDER, ROOT, terminal_svg

PICTURE = re.compile(r"!\[(?P<words>[^\]]*)\]\((?P<path>[^)]+)\)")
PNG = b"\x89PNG\r\n\x1a\n"


def test_the_terminals_is_what_the_command_shows_now(tmp_path: Path) -> None:
    assert (FOLDER / "terminal.svg").read_text("utf-8") == terminal_svg(tmp_path), (
        "python tests/helpers/pictures.py draws it anew"
    )


def test_every_picture_of_a_document_is_there_and_said_in_words_and_none_is_left_over() -> None:
    shown = [found for path in sorted(ROOT.glob("*.md")) for found in PICTURE.finditer(path.read_text("utf-8"))]
    assert {(ROOT / found["path"]).resolve() for found in shown} == set(FOLDER.iterdir())
    assert all(len(found["words"]) > 60 for found in shown)
    for path in FOLDER.glob("*.png"):
        assert path.read_bytes().startswith(PNG)
        assert path.stat().st_size < 500_000
    assert "http" not in (FOLDER / "terminal.svg").read_text("utf-8").replace("http://www.w3.org/", "").replace(
        "https://www.textualize.io", ""
    )
