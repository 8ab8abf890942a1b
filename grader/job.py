"""The two ends of a run: what goes into the confined process, and what is believed of what comes out."""

import base64
import dataclasses
import json
import signal

from grader.course import Exercise
from grader.runner import Limits, RawRun
from grader.submission import Submission
from grader.trace import Problem, ProblemKind, Refused, Trace, read_trace

MAX_EVENTS = 20_000  # a case; a right program has a few hundred


def make_job(exercise: Exercise, submission: Submission) -> bytes:
    """All that the confined process is told: the learner's files, the inputs, and no word of what is right."""
    return json.dumps(
        {
            "files": {name: base64.b64encode(content).decode() for name, content in submission.files.items()},
            "main": submission.main,
            "functions": exercise.about.functions,
            "problem": exercise.problem,
            "records": exercise.about.records,
            "cases": [{"name": c.name, "arguments": c.arguments, "shown": c.shown} for c in exercise.cases],
            "wall_s": exercise.about.limits.wall_s,
            "max_events": MAX_EVENTS,
        }
    ).encode()


def limits(exercise: Exercise) -> Limits:
    """The exercise's limits, as the runner takes them."""
    asked = exercise.about.limits
    return Limits(wall_s=asked.wall_s, cpu_s=int(asked.wall_s) + 1, memory_mb=asked.memory_mb)


def trace_of(raw: RawRun, exercise: Exercise) -> Trace:
    """The trace in a run's bytes. Where it is cut short, the process's end says why."""
    try:
        trace = read_trace(raw.output)
    except Refused as reason:
        return Trace(_problem("refused", f"What the run gave back can't be taken as its record: {reason}"), (), b"")
    asked = [case.name for case in exercise.cases]
    if [case.name for case in trace.cases] != asked[: len(trace.cases)]:
        return Trace(_problem("refused", "What the run gave back is not a record of the inputs asked for."), (), b"")
    stopped = trace.error or next((case.error for case in trace.cases if case.error), None)
    if stopped is None and len(trace.cases) < len(asked):
        return dataclasses.replace(trace, error=_end(raw))
    return trace


def _end(raw: RawRun) -> Problem:
    """What the end of the process says by itself."""
    if raw.ended == "timed_out" or raw.signal == getattr(signal, "SIGXCPU", None):
        return _problem("timed_out")
    if raw.ended == "output_limit":
        return _problem("crashed", "it gave back too much, and was stopped")
    if raw.signal == getattr(signal, "SIGKILL", None):
        return _problem("out_of_memory")
    if raw.signal is not None:
        return _problem("crashed", f"the whole Python process was ended by {signal.Signals(raw.signal).name}")
    return _problem("crashed", "your code ends the whole Python process before your function has returned")


def _problem(kind: ProblemKind, message: str = "") -> Problem:
    return Problem(kind=kind, type="", message=message, line=None, frames=())
