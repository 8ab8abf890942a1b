"""How well the automatic grades of a labelled file agree with its labels.

decided            a key point with status "credited" (decided 1) or "not_detected" (decided 0); "review" is undecided
credit_precision   of the credited key points, the share whose label is 1
decided_accuracy   of the decided key points, the share whose label is the decision
coverage           decided key points over all key points of all answers
junk_credited      credited key points with label 0 in answers of the junk categories
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from grader.questions.short.decisions import Decision
from grader.questions.short.grade import grade_answer
from grader.questions.short.rubric import Rubric, rubric_of

JUNK = frozenset(("keyword_stuffed", "gibberish", "question_copy", "off_topic", "injection"))


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A decided key point whose label is the other one."""

    answer: str
    category: str
    keypoint: str
    status: str
    label: int
    words: str


@dataclass(slots=True)
class Count:
    """Key points counted by what became of them."""

    keypoints: int = 0
    credited: int = 0
    credited_rightly: int = 0
    absent: int = 0
    absent_rightly: int = 0
    labelled: int = 0  # label 1

    def enter(self, status: str, label: int) -> None:
        """Count one key point."""
        self.keypoints += 1
        self.labelled += label
        if status == "credited":
            self.credited += 1
            self.credited_rightly += label
        elif status == "not_detected":
            self.absent += 1
            self.absent_rightly += 1 - label

    def metrics(self) -> dict[str, float | int | None]:
        """The shares; null where nothing was decided."""
        decided = self.credited + self.absent
        right = self.credited_rightly + self.absent_rightly
        return {
            "credit_precision": _share(self.credited_rightly, self.credited),
            "decided_accuracy": _share(right, decided),
            "coverage": _share(decided, self.keypoints),
            "keypoints": self.keypoints,
            "credited": self.credited,
            "not_detected": self.absent,
            "review": self.keypoints - decided,
            "credit_recall": _share(self.credited_rightly, self.labelled),
        }


@dataclass(slots=True)
class Evaluation:
    """The counts of a labelled file."""

    total: Count = field(default_factory=Count)
    questions: dict[str, Count] = field(default_factory=dict)
    categories: dict[str, Count] = field(default_factory=dict)
    junk_credited: int = 0
    answers: int = 0
    disagreements: list[Disagreement] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            **self.total.metrics(),
            "junk_credited": self.junk_credited,
            "answers": self.answers,
            "questions": {id: count.metrics() for id, count in self.questions.items()},
            "categories": {id: count.metrics() for id, count in self.categories.items()},
            "disagreements": [asdict(one) for one in self.disagreements],
        }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def evaluate_file(path: Path, rubrics: Mapping[str, Rubric], decided: tuple[Decision, ...] = ()) -> Evaluation:
    """Grade every answer of a labelled file and compare; a question without a rubric is taken from the file itself."""
    content = json.loads(path.read_text(encoding="utf-8"))
    known = questions_of(content, rubrics)
    evaluation = Evaluation()
    for answer in content["answers"]:
        rubric = known.get(answer["question"])
        if rubric is None:
            raise ValueError(f"the question {answer['question']!r} is neither in the rubrics nor in {path.name}")
        _enter(evaluation, rubric, answer, decided)
    return evaluation


def questions_of(content: Mapping[str, Any], rubrics: Mapping[str, Rubric]) -> dict[str, Rubric]:
    """The rubrics on file, and one of exemplars alone for each other question (or other key points) of a labelled file."""
    known = dict(rubrics)
    given = content.get("questions", ())
    tables = [{**one, "id": id} for id, one in given.items()] if isinstance(given, Mapping) else given
    for table in tables:
        if not isinstance(table, Mapping) or not table.get("keypoints"):
            continue
        rubric = rubric_of(str(table["id"]), table)
        on_file = known.get(rubric.id)
        if on_file is None or {point.id for point in on_file.keypoints} != {point.id for point in rubric.keypoints}:
            known[rubric.id] = rubric
    return known


def _enter(evaluation: Evaluation, rubric: Rubric, answer: Mapping[str, Any], decided: tuple[Decision, ...]) -> None:
    """Grade one answer and count its key points."""
    gold: Mapping[str, int] = answer["gold"]
    category = str(answer.get("category", ""))
    evaluation.answers += 1
    for point in grade_answer(rubric, str(answer["answer"]), decided).keypoints:
        if point.id not in gold:
            continue
        label = int(bool(gold[point.id]))
        evaluation.total.enter(point.status, label)
        evaluation.questions.setdefault(rubric.id, Count()).enter(point.status, label)
        evaluation.categories.setdefault(category, Count()).enter(point.status, label)
        if (point.status, label) in (("credited", 0), ("not_detected", 1)):
            evaluation.disagreements.append(
                Disagreement(str(answer.get("id", "")), category, point.id, point.status, label, point.words)
            )
        if point.status == "credited" and not label and category in JUNK:
            evaluation.junk_credited += 1
