"""Taking submissions in: how platforms name them, what is refused, what can't be matched, and that the rest goes on."""

import io
import json
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.bulk.intake.exercises import Exercises
from grader.bulk.intake.read import Batch, read_batch, submissions
from grader.bulk.intake.roster import read_roster
from grader.bulk.intake.tree import MAX_FILE, Tree
from grader.faults import UsageError
from grader.notebook import notebook_source
from grader.submission import Submission

NAMES = ("exercise_01", "exercise_03", "exercise_05")
CODE = b"def train(model, loss_fn, X, y, lr, epochs):\n    return []\n"


def taken(
    root: Path, asked: str | None = None, roster: Path | None = None
) -> tuple[Batch, dict[tuple[str, str], Submission | str]]:
    """What is found below a folder or in a zip, and what each submission holds, by student and exercise."""
    with Tree(root) as tree:
        batch = read_batch(tree, NAMES, asked, read_roster(roster) if roster else None)
        return batch, {(one.student.id, one.exercise): content for one, content in submissions(batch)}


def layout(root: Path, *paths: str, zipped: bool) -> Path:
    """Files of these paths, in a folder or a zip."""
    if zipped:
        with zipfile.ZipFile(root / "download.zip", "w") as archive:
            for path in paths:
                archive.writestr(path, CODE)
        return root / "download.zip"
    for path in paths:
        (root / "in" / path).parent.mkdir(parents=True, exist_ok=True)
        (root / "in" / path).write_bytes(CODE)
    return root / "in"


LAYOUTS = {
    "Canvas": (("lovelaceada_12345_67890_train.py", "bobbob_LATE_23456_67891_train.py"), {"12345", "23456"}),
    "Moodle": (
        ("Ada Lovelace_12345_assignsubmission_file_/train.py", "Bob Bobson_12346_assignsubmission_file_/train.py"),
        {"12345", "12346"},
    ),
    "nbgrader": (("submitted/ada/exercise_03/train.py", "submitted/bob/exercise_03/train.py"), {"ada", "bob"}),
    "GitHub Classroom": (
        ("loops-ada/exercises/exercise_03/train.py", "loops-bob-b/exercises/exercise_03/train.py"),
        {"ada", "bob-b"},
    ),
    "a folder each": (("ada/exercise_03/train.py", "bob/train.py"), {"ada", "bob"}),
    "a file each": (("ada.py", "bob_exercise_03.py"), {"ada", "bob"}),
}


@pytest.mark.parametrize("zipped", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize("name", LAYOUTS)
def test_a_download_is_known_by_its_names(name: str, zipped: bool, tmp_path: Path) -> None:
    paths, students = LAYOUTS[name]
    batch, found = taken(layout(tmp_path, *paths, zipped=zipped), "exercise_03")
    assert batch.layouts == ((name, 2),)
    assert set(found) == {(student, "exercise_03") for student in students}
    assert all(isinstance(one, Submission) and one.files == {"train.py": CODE} for one in found.values())
    assert (batch.unmatched, batch.refused) == ((), ())


def test_gradescope_tells_who_is_who_in_a_file_of_its_own(tmp_path: Path) -> None:
    root = layout(tmp_path, "export/submission_7/train.py", "export/submission_8/train.py", zipped=False)
    (root / "export" / "submission_metadata.yml").write_text(
        "---\nsubmission_7:\n  :submitters:\n  - :name: Ada Lovelace\n    :sid: '1001'\n    :email: ada@x.org\n"
        "  :created_at: 2026-11-20 10:00:00.123 +01:00\n"
    )
    batch, found = taken(root, "exercise_03")
    assert set(found) == {("1001", "exercise_03")}
    assert batch.handed[0].submitted == "2026-11-20T09:00:00+00:00"
    assert [one.path for one in batch.unmatched] == ["export/submission_8/train.py"]


def test_a_second_try_on_canvas_is_a_submission_of_its_own_and_late_is_late(tmp_path: Path) -> None:
    root = layout(tmp_path, "ada_1_10_train.py", "ada_1_11_train-1.py", "bob_LATE_2_12_train.py", zipped=False)
    batch, _ = taken(root, "exercise_03")
    assert [(one.student.id, one.late) for one in batch.handed] == [("1", False), ("1", False), ("2", True)]
    assert batch.handed[0].source.startswith("ada_1_10")
    assert batch.handed[1].source.startswith("ada_1_11")


def test_nbgraders_timestamp_is_the_time_and_a_files_own_date_is_none(tmp_path: Path) -> None:
    paths = ("submitted/ada/exercise_03/train.py", "submitted/bob/exercise_03/train.py")
    root = layout(tmp_path, *paths, zipped=False)
    (root / "submitted/ada/exercise_03/timestamp.txt").write_text("2026-11-20 10:00:00.000000 UTC\n")
    batch, _ = taken(root)
    assert [one.submitted for one in batch.handed] == ["2026-11-20T10:00:00+00:00", None]


def test_code_answers_and_helpers_of_one_folder_are_one_submission(tmp_path: Path) -> None:
    paths = (
        "ada/exercise_03/train.py",
        "ada/exercise_03/helper.py",
        "ada/exercise_03/answers.toml",
        "ada/exercise_03/problem.py",
    )
    _, found = taken(layout(tmp_path, *paths, "bob/exercise_03/answers.toml", zipped=False))
    ada, bob = found["ada", "exercise_03"], found["bob", "exercise_03"]
    assert isinstance(ada, Submission)
    assert set(ada.files) == {"train.py", "helper.py"}
    assert ada.answers == CODE
    assert isinstance(bob, Submission)
    assert bob.files == {}
    assert bob.answers == CODE
    assert ada.student == "ada"


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("warm_up", "warm_up", ""),
        ("Warm-Up-ada", "warm_up", "ada"),
        ("ada_stable_01", "stable_01", "ada"),
        ("stable-1", "stable_01", ""),
        ("ada-ex2", "stable_02", "ada"),
        ("exercise_03", "exercise_03", ""),
        ("ex1", None, ""),  # stable_01 or fast_01?
        ("stable_012", None, "stable_012"),
        ("lukewarm_up", None, "lukewarm_up"),
    ],
)
def test_an_exercise_is_known_by_its_name_whatever_it_is_called(text: str, name: str | None, rest: str) -> None:
    known = Exercises(["warm_up", "stable_01", "fast_01", "stable_02", "exercise_03", "other_03"])
    assert known.find(text).name == name
    assert known.without(text) == rest


def test_the_program_is_the_one_named_after_the_exercise_whatever_it_is_called(tmp_path: Path) -> None:
    root = layout(tmp_path, "ada/warm-up.py", "ada/helper.py", "bob/warm_up.py", zipped=False)
    with Tree(root) as tree:
        batch = read_batch(tree, ["warm_up", "cool_down"])
    assert {one.student.id: (one.exercise, one.source) for one in batch.handed} == {
        "ada": ("warm_up", "ada/warm-up.py"),
        "bob": ("warm_up", "bob/warm_up.py"),
    }


def test_what_cant_be_matched_is_listed_with_why(tmp_path: Path) -> None:
    root = layout(tmp_path, "ada/first.py", "ada/second.py", "bob/exercise_99/train.py", "train.py", zipped=False)
    batch, found = taken(root)
    assert not found
    why = {one.path: one.why for one in batch.unmatched}
    assert "whose is it?" in why["train.py"]
    assert "for which exercise" in why["bob/exercise_99/train.py"]
    batch, _ = taken(root, "exercise_03")
    assert any("which of these is the program: first.py, second.py?" in one.why for one in batch.unmatched)


def test_who_handed_in_something_else_is_listed(tmp_path: Path) -> None:
    root = layout(tmp_path, "ada/essay.docx", "bob/train.py", "bob/README.md", zipped=False)
    batch, found = taken(root, "exercise_03")
    assert set(found) == {("bob", "exercise_03")}
    assert [(one.path, "nothing there can be graded" in one.why) for one in batch.unmatched] == [("ada/essay.docx", True)]


def test_the_courses_own_files_in_a_clone_are_no_submissions(tmp_path: Path) -> None:
    paths = (
        "x-ada/exercises/exercise_03/train.py",
        "x-ada/tests/exercise_03/wrong/a.py",
        "x-ada/solutions/exercise_03/train.py",
    )
    _, found = taken(layout(tmp_path, *paths, "x-bob/.git/hooks/a.py", "x-bob/exercises/exercise_01/train.py", zipped=False))
    assert set(found) == {("ada", "exercise_03"), ("bob", "exercise_01")}


# Rosters


def test_a_roster_gives_ids_whatever_the_platform_calls_somebody(tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_bytes(
        "ID;Name;E-mail;github\n7;Lovelace, Ada;ada@x.org;adal\n8;José Núñez;jn@x.org;jn\n9;Silent One;s@x.org;so\n".encode(
            "cp1252"
        )
    )
    paths = (
        "Ada Lovelace_1_assignsubmission_file_/train.py",
        "jose nunez_2_assignsubmission_file_/train.py",
        "No Body_3_assignsubmission_file_/train.py",
    )
    batch, found = taken(layout(tmp_path, *paths, zipped=False), "exercise_03", roster)
    assert set(found) == {("7", "exercise_03"), ("8", "exercise_03")}
    assert "nobody who is called “No Body”" in batch.unmatched[0].why
    assert batch.missing == ("9",)


def test_two_students_of_one_name_are_never_guessed(tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("id,name\n1,Ada Lovelace\n2,Ada Lovelace\n")
    batch, found = taken(
        layout(tmp_path, "Ada Lovelace_5_assignsubmission_file_/train.py", zipped=False), "exercise_03", roster
    )
    assert not found
    assert "several students" in batch.unmatched[0].why


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,name\n1,a\n1,b\n", "line 3: the id 1 is there twice"),
        ("id,name\n,a\n", "line 2: this student has no id"),
        ("who,what\n1,2\n", "no column of ids"),
        ("", "is empty"),
    ],
)
def test_a_roster_that_cant_be_taken_says_where(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(text)
    with pytest.raises(UsageError, match=said):
        read_roster(tmp_path / "r.csv")


# What is refused


def entry(name: str, *, mode: int = 0o644, kind: int = stat.S_IFREG) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (kind | mode) << 16
    info.create_system = 3
    return info


def test_hostile_zips_lose_what_is_hostile_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("good/train.py", CODE)
        archive.writestr("../../etc/train.py", CODE)
        archive.writestr("/abs/train.py", CODE)
        archive.writestr("C:/win/train.py", CODE)
        archive.writestr("link/train.py", CODE)
        archive.writestr(entry("slink/train.py", kind=stat.S_IFLNK), b"/etc/passwd")
        archive.writestr("bomb/train.py", b"\0" * (20 * MAX_FILE))
        archive.writestr("a\x07b/train.py", CODE)
        archive.writestr("Twin/train.py", CODE)
        archive.writestr("twin/train.py", CODE)
        archive.writestr("x" * 300 + "/train.py", CODE)
        archive.writestr("__MACOSX/good/._train.py", b"junk")
    batch, found = taken(path, "exercise_03")
    good = {who: content for (who, _), content in found.items()}
    assert isinstance(good["good"], Submission)
    assert isinstance(good["link"], Submission)
    assert good["bomb"] == "train.py can't be graded: it is larger than 1000 kB."
    assert set(good) == {"good", "link", "bomb"}
    refused = {one.path for one in batch.refused}
    assert {
        "../../etc/train.py",
        "/abs/train.py",
        "C:/win/train.py",
        "slink/train.py",
        "Twin/train.py",
        "twin/train.py",
    } <= refused
    assert len(refused) == 8
    assert not any("__MACOSX" in one for one in refused)


def test_zips_in_zips_are_read_up_to_a_depth(tmp_path: Path) -> None:
    def inside(content: bytes, name: str) -> bytes:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr(name, content)
        return made.getvalue()

    one = inside(CODE, "exercise_03/train.py")
    deep = inside(inside(inside(inside(CODE, "train.py"), "c.zip"), "b.zip"), "a.zip")
    root = tmp_path / "in"
    root.mkdir()
    (root / "ada_1_2_work.zip").write_bytes(one)
    (root / "bob_3_4_work.zip").write_bytes(deep)
    (root / "eve_5_6_work.zip").write_bytes(b"PK\x03\x04 no zip at all")
    batch, found = taken(root, "exercise_03")
    assert set(found) == {("1", "exercise_03")}
    assert sorted(one.why.split(" (")[0] for one in batch.refused) == [
        "it can't be read as a zip",
        "it is a zip in a zip, more than 3 deep",
    ]


def test_a_size_that_lies_is_counted_and_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "liar.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ada/train.py", b"#" * (3 * MAX_FILE))
    raw = path.read_bytes().replace(struct.pack("<L", 3 * MAX_FILE), struct.pack("<L", 10))
    path.write_bytes(raw)
    _, found = taken(path, "exercise_03")
    assert isinstance(found["ada", "exercise_03"], str) or found["ada", "exercise_03"].files["train.py"] == b"#" * 10


def test_links_on_disk_lead_nowhere(tmp_path: Path) -> None:
    root = layout(tmp_path, "ada/train.py", zipped=False)
    (root / "bob").mkdir()
    (root / "bob" / "train.py").symlink_to("/etc/passwd")
    (root / "eve").symlink_to("/etc")
    batch, found = taken(root, "exercise_03")
    assert set(found) == {("ada", "exercise_03")}
    assert {one.path for one in batch.refused} == {"bob/train.py", "eve"}


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.text(st.characters(exclude_characters="\0"), min_size=1, max_size=30), st.binary(max_size=50), max_size=6
    )
)
def test_any_names_in_a_zip_are_taken_listed_or_refused(
    tmp_path_factory: pytest.TempPathFactory, members: dict[str, bytes]
) -> None:
    path = tmp_path_factory.mktemp("zips") / "any.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            try:
                archive.writestr(f"{name}/train.py", content)
            except (ValueError, UnicodeEncodeError, IndexError):
                continue
        count = len(archive.filelist)
    batch, found = taken(path, "exercise_03")
    assert len(found) <= count
    assert len(batch.handed) + len(batch.unmatched) + len(batch.refused) >= min(1, count)


# Notebooks


def test_a_notebook_is_its_code_cells_without_magics(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# title"]},
        {
            "cell_type": "code",
            "source": ["%matplotlib inline\n", "!pip install x\n", "import torch\n", "x = 7 % 3"],
            "outputs": ["boom"],
        },
        {"cell_type": "code", "source": "%%bash\nrm -rf /\n"},
        {"cell_type": "code", "source": "def train():\n    return '!'\n"},
    ]
    source = notebook_source(json.dumps({"cells": cells}).encode()).decode()
    compile(source, "notebook", "exec")
    assert "# %matplotlib inline" in source
    assert "# !pip install x" in source
    assert "# rm -rf /" in source
    assert "x = 7 % 3" in source
    assert "boom" not in source
    root = layout(tmp_path, "ada/exercise_03/notebook.ipynb", "bob/exercise_03/work.ipynb", zipped=False)
    (root / "ada/exercise_03/notebook.ipynb").write_text(json.dumps({"cells": cells}))
    _, found = taken(root)
    ada = found["ada", "exercise_03"]
    assert isinstance(ada, Submission)
    assert ada.files["train.py"].decode() == source
    assert str(found["bob", "exercise_03"]).startswith("work.ipynb can't be graded: it is no notebook that can be read")
