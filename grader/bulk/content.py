"""A submission as bytes and back: what the gradebook keeps, and what goes to another machine. JSON, and never pickle."""

import base64
import json
from dataclasses import replace

from grader.submission import Submission


def packed(submission: Submission) -> bytes:
    """All of it but whose it is: equal submissions are equal bytes."""
    answers = base64.b64encode(submission.answers).decode() if submission.answers is not None else None
    files = {name: base64.b64encode(content).decode() for name, content in sorted(submission.files.items())}
    parts = {"files": files, "main": submission.main, "answers": answers, "answers_trouble": submission.answers_trouble}
    return json.dumps(parts, separators=(",", ":")).encode()


def unpacked(content: bytes, student: str = "") -> Submission:
    """What was packed, as this student's."""
    parts = json.loads(content)
    answers = parts["answers"]
    made = Submission(
        {name: base64.b64decode(text) for name, text in parts["files"].items()},
        parts["main"],
        base64.b64decode(answers) if answers is not None else None,
        parts["answers_trouble"],
    )
    return replace(made, student=student)
