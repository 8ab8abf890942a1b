"""What is read of disks and zips: one bad entry costs itself alone, and neither memory nor open files grow with a class."""

import io
import json
import os
import resource
import zipfile
from pathlib import Path

import pytest

from grader.bulk.intake.read import Batch, read_batch, submissions
from grader.bulk.intake.tree import Tree
from grader.notebook import notebook_source
from grader.submission import Submission

CODE = b"def train(): pass\n"


def zipped(files: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """A zip of these files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def taken(root: Path) -> tuple[Batch, dict[str, Submission | str]]:
    """What is found, and what of it can be read."""
    with Tree(root) as tree:
        batch = read_batch(tree, ["exercise_03"], "exercise_03")
        return batch, {one.student.id: content for one, content in submissions(batch)}


def test_a_name_that_isnt_utf8_costs_that_file_alone(tmp_path: Path) -> None:
    content = zipped({"good/train.py": CODE, "bäd/train.py": CODE}).replace("bäd".encode(), b"b\xff\xfed")
    (tmp_path / "class.zip").write_bytes(content)
    batch, found = taken(tmp_path / "class.zip")
    assert set(found) == {"good"}
    assert ["isn't written in UTF-8" in one.why for one in batch.refused] == [True]


def test_a_member_that_is_damaged_or_packed_unusually_costs_itself_alone(tmp_path: Path) -> None:
    content = bytearray(zipped({"good/train.py": CODE, "bad/train.py": CODE * 50}, zipfile.ZIP_DEFLATED))
    at = content.find(b"bad/train.py") + 12
    content[at : at + 8] = b"\xff" * 8
    (tmp_path / "class.zip").write_bytes(content)
    _, found = taken(tmp_path / "class.zip")
    assert isinstance(found["good"], Submission)
    assert "can't be unpacked" in str(found["bad"])
    (tmp_path / "lzma.zip").write_bytes(zipped({"ada/train.py": CODE}, zipfile.ZIP_LZMA))
    batch, _ = taken(tmp_path / "lzma.zip")
    assert "packed in an unusual way" in batch.refused[0].why


def test_names_on_disk_that_are_no_text_are_refused(tmp_path: Path) -> None:
    root = tmp_path / "class"
    for name in (b"b\xff", b"e\nvil", "r\u202eyp".encode(), b"good"):
        folder = root / os.fsdecode(name)
        folder.mkdir(parents=True)
        (folder / "train.py").write_bytes(CODE)
    batch, found = taken(root)
    assert set(found) == {"good"}
    assert len(batch.refused) == 3
    "".join(one.path for one in batch.refused).encode()  # can be printed


def test_more_zips_than_a_process_may_hold_open_are_all_read(tmp_path: Path) -> None:
    content = zipped({"train.py": CODE})
    for number in range(120):
        (tmp_path / f"s_{number}_{number}_work.zip").write_bytes(content)
    now = len(list(Path("/proc/self/fd").iterdir()))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (now + 40, hard))
    try:
        batch, found = taken(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert len(found) == 120
    assert not batch.refused


def test_zips_in_a_zip_are_held_one_at_a_time(tmp_path: Path) -> None:
    inner = zipped({"train.py": CODE, "data.bin": os.urandom(4_000_000)})
    (tmp_path / "class.zip").write_bytes(zipped({f"s{number}_{number}_1_w.zip": inner for number in range(12)}))
    with Tree(tmp_path / "class.zip") as tree:
        held = []
        for leaf in tree.leaves():
            leaf.read(5_000_000)
            held.append(sum(opened.size for _, chain, opened in tree._stack if chain))
    assert len(held) == 24
    assert max(held) <= len(inner)


CELLS = {
    "loss.backward()  # needed?\n": "loss.backward()  # needed?\n",
    "%%time\ndef train():\n    pass\n": "# %%time\ndef train():\n    pass\n",
    "x = (7\n  % 3)\n": "x = (7\n  % 3)\n",
    "if 1:\n    %timeit x\n": "if 1:\n    pass  # %timeit x\n",
    "!pip install \\\n  torch\n": "# !pip install \\\n#   torch\n",
    "x = !ls\n": "# x = !ls\n",
    's = """\n%d\n"""\n': 's = """\n%d\n"""\n',
    "?print\n": "# ?print\n",
}


@pytest.mark.parametrize("source", CELLS)
def test_of_a_cell_only_what_is_no_python_is_left_out(source: str) -> None:
    made = notebook_source(json.dumps({"cells": [{"cell_type": "code", "source": source}]}).encode()).decode()
    assert made == CELLS[source]
    compile(made, "cell", "exec")


def test_pictures_in_a_notebook_dont_count_as_its_size_and_a_draft_beside_the_program_does_no_harm(tmp_path: Path) -> None:
    cell = {"cell_type": "code", "source": "x = 1", "outputs": ["A" * 2_000_000]}
    for student in ("ada", "bob"):
        (tmp_path / student).mkdir()
    (tmp_path / "ada" / "train.ipynb").write_text(json.dumps({"cells": [cell]}))
    (tmp_path / "bob" / "train.py").write_bytes(CODE)
    (tmp_path / "bob" / "notes.ipynb").write_bytes(b"{")
    _, found = taken(tmp_path)
    assert [one.files for one in found.values() if isinstance(one, Submission)] == [{"train.py": b"x = 1"}, {"train.py": CODE}]
