"""Whose a submission is: nobody can write under another's name, and no two become one."""

from pathlib import Path

import pytest

from grader.bulk.intake.read import Batch, read_batch, submissions
from grader.bulk.intake.roster import read_roster
from grader.bulk.intake.tree import Tree
from grader.submission import Submission

NAMES = [f"exercise_{number:02}" for number in range(1, 16)]
CODE = "def train(): pass\n"
Files = dict[str, str]
EACH = dict[tuple[str, str, int], Submission | str]


def taken(root: Path, files: Files, asked: str | None = "exercise_03", roster: str | None = None) -> tuple[Batch, EACH]:
    """What is found in a folder of these files, by student, exercise and try."""
    for path, content in files.items():
        (root / "class" / path).parent.mkdir(parents=True, exist_ok=True)
        (root / "class" / path).write_text(content)
    if roster is not None:
        (root / "roster.csv").write_text(roster)
    people = read_roster(root / "roster.csv") if roster is not None else None
    with Tree(root / "class") as tree:
        batch = read_batch(tree, NAMES, asked, people)
        return batch, {(one.student.id, one.exercise, one.attempt): content for one, content in submissions(batch)}


def test_files_handed_in_together_on_canvas_are_one_submission(tmp_path: Path) -> None:
    _, found = taken(tmp_path, {"ada_1_10_train.py": CODE, "ada_1_11_answers.toml": "x = 1"})
    assert set(found) == {("1", "exercise_03", 1)}
    one = found["1", "exercise_03", 1]
    assert isinstance(one, Submission)
    assert (set(one.files), one.answers) == ({"train.py"}, b"x = 1")


def test_students_of_one_name_stay_two(tmp_path: Path) -> None:
    _, found = taken(tmp_path, {"smithj_1_10_train.py": CODE, "smithj_2_11_train.py": CODE})
    assert {student for student, _, _ in found} == {"1", "2"}
    (tmp_path / "moodle").mkdir()
    name = "Jo Smith_{}_assignsubmission_file_/train.py"
    _, found = taken(tmp_path / "moodle", {name.format(3): CODE, name.format(4): CODE})
    assert {student for student, _, _ in found} == {"3", "4"}


@pytest.mark.parametrize(
    "path",
    [
        "eve/bob_1_2_train.py",
        "eve/bob/train.py",
        "eve/submission_7/train.py",
        "eve/Bob B_1_assignsubmission_file_/train.py",
        "eve/submitted/bob/exercise_03/train.py",
        "eve/exercise_03/bob/train.py",
        "eve/exercise-03-bob/train.py",
        "eve/exercise_03/bob_1_2_train.py",
    ],
)
def test_what_a_student_names_never_says_whose_it_is(path: str, tmp_path: Path) -> None:
    _, found = taken(tmp_path, {path: CODE, "bob/train.py": "mine = 1\n", "ada/train.py": CODE})
    bobs = [one for (student, _, _), one in found.items() if student == "bob"]
    assert [one.files["train.py"] for one in bobs if isinstance(one, Submission)] == [b"mine = 1\n"]
    assert {student for student, _, _ in found} <= {"ada", "bob", "eve"}


GROUP = """submission_7:
  :submitters:
  - :name: Ada
    :sid: '1001'
  - :name: Bob
    :sid: '1002'
  :created_at: 2026-04-26 17:34:00.861687000 Z
  :results:
    output: |-
      :sid: '0666'
  :history:
  - :id: 3
    :created_at: 2026-01-01 00:00:00.000000000 Z
"""


def test_gradescopes_groups_count_for_all_and_what_a_program_printed_for_nobody(tmp_path: Path) -> None:
    batch, found = taken(tmp_path, {"export/submission_metadata.yml": GROUP, "export/submission_7/train.py": CODE})
    assert set(found) == {("1001", "exercise_03", 1), ("1002", "exercise_03", 1)}
    assert {one.submitted for one in batch.handed} == {"2026-04-26T17:34:00+00:00"}


def test_metadata_in_a_students_own_folder_says_nothing(tmp_path: Path) -> None:
    forged = "submission_7:\n  :submitters:\n  - :sid: 'victim'\n"
    batch, found = taken(
        tmp_path,
        {"submission_7/submission_metadata.yml": forged, "submission_7/train.py": CODE, "submission_8/train.py": CODE},
    )
    assert not found
    assert len(batch.unmatched) == 2
    assert all("give the whole export" in one.why for one in batch.unmatched)


def test_a_time_is_the_platforms_to_say(tmp_path: Path) -> None:
    batch, _ = taken(tmp_path, {"ada/timestamp.txt": "1999-01-01 00:00:00 UTC", "ada/train.py": CODE, "bob/train.py": CODE})
    assert [one.submitted for one in batch.handed] == [None, None]


@pytest.mark.parametrize("inner", ["ada/train.py", "ada_1_2_train.py"])
def test_students_may_lie_in_a_folder_for_each_exercise(inner: str, tmp_path: Path) -> None:
    _, found = taken(tmp_path, {f"exercise_03/{inner}": CODE, f"exercise_05/{inner}": CODE}, None)
    assert sorted(exercise for _, exercise, _ in found) == ["exercise_03", "exercise_05"]
    assert len({student for student, _, _ in found}) == 1


def test_a_helper_in_another_folder_is_listed_and_is_no_second_try(tmp_path: Path) -> None:
    batch, found = taken(tmp_path, {"ada/train.py": CODE, "ada/lib/helper.py": CODE, "bob/train.py": CODE})
    assert len(found) == 2
    assert [one.path for one in batch.unmatched] == ["ada/lib/helper.py"]


def test_an_exercise_that_the_course_lacks_is_said_even_where_one_was_asked_for(tmp_path: Path) -> None:
    batch, found = taken(tmp_path, {"ada/exercise_99/train.py": CODE, "bob/train.py": CODE})
    assert {student for student, _, _ in found} == {"bob"}
    assert "no exercise “exercise_99”" in batch.unmatched[0].why


ROSTERS = {
    "ids of one character": ("id,name\n7,Ada L\n8,Bob B\n", "7/train.py", "7"),
    "another column's number is nobody's name": ("id,name,points\nx1,Ada L,87\nx2,Bob B,12\n", "87/train.py", None),
    "Canvas's number is no other student's id": ("id,name\n1,Ada Lovelace\n2,Bob Bobson\n", "lovelaceada_2_9_train.py", "1"),
    "Canvas's gradebook": (
        'Student,ID,SIS User ID,SIS Login ID,Section\n    Points Possible,,,,\n"Lovelace, Ada",1,s1,ada,A\n',
        "x_1_9_train.py",
        "1",
    ),
    "GitHub Classroom's": (
        "identifier,github_username,github_id,name\ns1,adal,5,\ns2,bobb,6,\n",
        "exercise-03-adal/train.py",
        "s1",
    ),
    "umlauts and order": (
        "id;name\nb7;Müller, Jörg\nb8;Bob B\n",
        "Jo\u0308rg Mu\u0308ller_5_assignsubmission_file_/train.py",
        "b7",
    ),
}


@pytest.mark.parametrize("name", ROSTERS)
def test_a_roster_finds_who_is_meant_and_nobody_else(name: str, tmp_path: Path) -> None:
    roster, path, student = ROSTERS[name]
    batch, found = taken(tmp_path, {path: CODE}, roster=roster)
    assert {one for one, _, _ in found} == ({student} if student else set())
    assert bool(batch.unmatched) != bool(student)


def test_two_students_of_one_name_in_a_roster_are_asked_about(tmp_path: Path) -> None:
    batch, found = taken(tmp_path, {"Jo Smith/train.py": CODE}, roster="id,name\n1,Jo Smith\n2,Jo Smith\n")
    assert not found
    assert "several students who are called “Jo Smith”" in batch.unmatched[0].why
    assert batch.missing == ("1", "2")
