"""The report: all that a grading found, as one frozen value. Every renderer starts from it and from nothing else."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION = 1  # goes up where a field is taken away or means something else; new fields may come at any time


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


class RunReport(_Model):
    """How the run of the learner's code went, whatever it computed.

    Attributes:
        status: finished, or why not. "refused" is what was never run, or whose record can't be believed.
        error: one sentence, with the line where there is one; None where all was well.
        error_line: that line, of the learner's main file.
        isolation: the tier that it ran under: full, reduced, limits or none.
        isolation_missing: what of the isolation couldn't be had on this machine, and why.
        printed: what the learner's code printed in the shown case.
        cpu_seconds, memory_mb: what the process used, torch included.
    """

    status: Literal["finished", "crashed", "timed_out", "out_of_memory", "refused"]
    error: str | None = None
    error_line: int | None = None
    isolation: str = "none"
    isolation_missing: tuple[str, ...] = ()
    printed: str = ""
    cpu_seconds: float = 0.0
    memory_mb: float = 0.0


class CheckReport(_Model):
    """One hidden check. `title` is a statement about right code; `message` says in what it isn't met, first on `case`."""

    id: str
    title: str
    status: Literal["passed", "failed", "skipped"]
    points: float
    max_points: float
    message: str = ""
    case: str = ""


class DiagnosisReport(_Model):
    """A mistake that explains the run.

    Attributes:
        id: of the catalogue, or "unknown".
        confidence: "likely" where others on `one_of` explain it as well.
        line: of the learner's main file.
        evidence: what was seen, in sentences.
        one_of: the ids that no input or event tells apart, this one among them; empty where there is one alone.
        hint: where to look, before anything is explained.
        see, why, mend, read: the catalogue's explanation.
    """

    id: str
    title: str
    confidence: Literal["certain", "likely"]
    line: int | None = None
    evidence: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    hint: str = ""
    see: str = ""
    why: str = ""
    mend: str = ""
    read: str = ""


class Standing(_Model):
    """A number by which those who passed can be told apart, for a leaderboard. `order`: whether the largest comes first."""

    name: str
    value: float
    order: Literal["desc", "asc"] = "desc"


class KeyPointReport(_Model):
    """One thing that a short answer should say.

    Attributes:
        text: what that is.
        words: the learner's own words that decided it; and
        reason: why, in a sentence.
        by_person: whether a reviewer decided it; else it is provisional.
    """

    id: str
    text: str
    points: float
    status: Literal["credited", "not_detected", "review"]
    words: str = ""
    reason: str = ""
    by_person: bool = False


class QuestionReport(_Model):
    """One concept question.

    Attributes:
        points: earned; while a person has still to look (needs_review), what is credited so far.
        high: the most that it may become then.
        prompt, code: the question as this student saw it.
        given: the answer, in words; `chosen`, the ids of what was chosen or put in order.
        feedback: what is said to it.
        misconceptions: what a wrong answer stands for, ids of the catalogue.
        keypoints: of a short answer.
        explanation: why the right answer is right, once it is no secret.
    """

    id: str
    kind: str
    status: Literal["correct", "partial", "incorrect", "needs_review", "unanswered"]
    points: float
    max_points: float
    feedback: str = ""
    high: float = 0.0
    prompt: str = ""
    code: str = ""
    given: str = ""
    chosen: tuple[str, ...] = ()
    misconceptions: tuple[str, ...] = ()
    keypoints: tuple[KeyPointReport, ...] = ()
    explanation: str = ""


class QuestionScore(_Model):
    """All questions of an exercise together.

    Attributes:
        points, max_points: of those that are decided, and of all that don't wait for a person.
        open: how many wait for one; `open_points`: what they are worth.
    """

    points: float = 0.0
    max_points: float = 0.0
    open: int = 0
    open_points: float = 0.0


Number = float | None  # None where it isn't finite
Rows = tuple[tuple[Number, ...], ...]  # a row for each step, a column for each of `Picture.coordinates`


class Series(_Model):
    """One trajectory of the shown case, drawn on the page: a number for each of S steps, None where it isn't finite.

    Attributes:
        loss: before each step, on the examples that the step should go along, computed by the grader where this trajectory
            stood: the same quantity for all series. Empty where gradients were given and there is none.
        own_loss: what the last backward pass before each step began from; empty where that is `loss`, or part of a step.
        distance: Euclidean distance of the parameters after each step to the reference's.
        taken: how many steps it took in all; those beyond the reference's aren't drawn.
        parameters: (S + 1, C) at the start and after each step, in the C `Picture.coordinates`; as norms, where these are.
        gradients: (S, C) that each step had, clipped where they were; zeros where there was none.
        absent: (S, C) whether there was none (`.grad` was None); empty where there was one everywhere.
        memory: what the exercise's optimizer makes of these gradients, after each step: an (S, C) for each of `Rule.memory`.
        updates: (S, C) the parameters after each step less those before.

    A mistake's has no gradients, memory and updates.
    """

    name: str
    role: Literal["yours", "reference", "mistake"]
    loss: tuple[Number, ...]
    distance: tuple[Number, ...]
    own_loss: tuple[Number, ...] = ()
    taken: int = 0
    parameters: Rows = ()
    gradients: Rows = ()
    absent: tuple[tuple[bool, ...], ...] = ()
    memory: tuple[Rows, ...] = ()
    updates: Rows = ()


class Rule(_Model):
    """The optimizer that the exercise asks for.

    Attributes:
        name: of its class in torch.optim.
        lr: at the first step, of the first group; `momentum`: of SGD, or 0.
        memory: what it keeps for each parameter: Adam's m and v, or SGD's buffer.
    """

    name: str
    lr: float
    momentum: float = 0.0
    memory: tuple[Literal["first_moment", "second_moment", "velocity"], ...] = ()


class Surface(_Model):
    """The loss on all training examples, over a grid of the two parameters.

    Attributes:
        x, y: values of the first and of the second parameter, ascending.
        loss: a row for each of `y`, a column for each of `x`.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    loss: tuple[tuple[Number, ...], ...]


class Picture(_Model):
    """What the page draws, of the shown case alone.

    Attributes:
        parts_at: the first step, from 1, that isn't the reference's.
        coordinates: what the columns of the steps' numbers are called: `weight`, `bias[0]`; empty where there are none.
        size: how many parameters there are in all; where these are more than are shown one by one, `coordinates` is a single
            name for all, and the numbers are Euclidean norms over them.
        batches: how many different ones the steps go along, in turn; 0 where gradients were given.
        surface: of models with two parameters, in a case with batches.
    """

    case: str
    series: tuple[Series, ...]
    parts_at: int | None = None
    coordinates: tuple[str, ...] = ()
    size: int = 0
    batches: int = 0
    rule: Rule | None = None
    surface: Surface | None = None


class Report(_Model):
    """The result of grading one submission.

    Attributes:
        verdict: "ungradable" where there was nothing that could be run, or what judges is not here.
        headline: the whole in one sentence.
        score: of the code's checks, which the verdict goes by; where the questions alone were handed in, of these.
        question_score: of the questions; None where the exercise has none, or none was answered.
        answers_notes: what wasn't as it should be in the file of answers, with the lines.
        student: whose answers these are, as far as that is said.
        standings: for a leaderboard, where the exercise has one.
        identified: which update rule made the steps of the shown case, and how exactly; None where that can't be said.
    """

    schema_version: int = SCHEMA_VERSION
    exercise: str
    title: str
    verdict: Literal["passed", "failed", "ungradable"]
    score: float
    max_score: float
    headline: str
    run: RunReport
    identified: str | None = None
    checks: tuple[CheckReport, ...] = ()
    diagnoses: tuple[DiagnosisReport, ...] = ()
    questions: tuple[QuestionReport, ...] = ()
    question_score: QuestionScore | None = None
    answers_notes: tuple[str, ...] = ()
    student: str = ""
    standings: tuple[Standing, ...] = ()
    picture: Picture | None = None
    lines: dict[int, str] = Field(default_factory=dict)
    versions: dict[str, str] = Field(default_factory=dict)
