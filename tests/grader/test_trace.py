"""Whatever bytes come back from a run, reading them ends in a Trace or in Refused, soon and in little memory."""

import json
import tracemalloc
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor

from grader.confined import wire
from grader.course import Course
from grader.faults import GraderFault
from grader.job import limits, make_job
from grader.pipeline import Grader
from grader.runner import RawRun, Runner
from grader.submission import Submission
from grader.trace import CaseTrace, Other, Refused, Trace, load_trace, read_trace

SOURCE = b"""
import torch

def train(model, loss_fn, X, y, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=10 * lr)
    losses = []
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, model.weight if hasattr(model, "weight") else {"a": (1, None, "x")}
"""
Edit = Callable[[dict[str, Any], dict[str, Tensor]], None]
quick = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def raw(course: Course, runner: Runner) -> RawRun:
    """A real run."""
    exercise = course.exercise("exercise_03")
    return runner.run(make_job(exercise, Submission({"train.py": SOURCE})), limits(exercise))


@pytest.fixture(scope="module")
def frames(raw: RawRun) -> list[bytes]:
    """Its frames: ready, loaded, and one for each case."""
    found, data = [], raw.output
    while data:
        size = 8 + int.from_bytes(data[:8], "little")
        found.append(data[:size])
        data = data[size:]
    return found


def read(data: bytes) -> Trace | Refused:
    """What reading gives; any other exception is the test's failure."""
    try:
        return read_trace(data)
    except Refused as refused:
        return refused


def edited(frame: bytes, edit: Edit) -> bytes:
    """A frame with its record and arrays changed and packed again."""
    arrays = safetensors.torch.load(frame[8:])
    record = json.loads(bytes(arrays.pop("record").tolist()))
    edit(record, arrays)
    return wire.pack(record, arrays)


def frame_of(text: bytes, **arrays: Tensor) -> bytes:
    """A frame with this very text as its record."""
    record = torch.zeros(0, dtype=torch.uint8) if not text else torch.frombuffer(bytearray(text), dtype=torch.uint8)
    body = safetensors.torch.save({"record": record, **arrays})
    return len(body).to_bytes(8, "little") + body


# Bytes


def test_a_real_run_is_read(frames: list[bytes], course: Course) -> None:
    trace = read(b"".join(frames))
    assert isinstance(trace, Trace)
    assert [case.name for case in trace.cases] == [case.name for case in course.exercise("exercise_03").cases]
    assert all(len(case.steps) > 10 for case in trace.cases)


@given(st.binary(max_size=300))
@quick
def test_random_bytes_are_no_case(data: bytes) -> None:
    outcome = read(data)
    assert isinstance(outcome, Refused) or outcome.cases == ()


@given(st.lists(st.binary(max_size=200), max_size=4))
@quick
def test_random_frames_are_refused(bodies: list[bytes]) -> None:
    assert isinstance(read(b"".join(len(body).to_bytes(8, "little") + body for body in bodies)), Refused) or not bodies


@given(cut=st.floats(0, 1))
@quick
def test_a_stream_cut_anywhere_gives_the_frames_before_the_cut(cut: float, frames: list[bytes]) -> None:
    at = int(cut * sum(map(len, frames)))
    outcome = read(b"".join(frames)[:at])
    assert isinstance(outcome, Trace)
    whole = sum(sum(map(len, frames[: k + 1])) <= at for k in range(len(frames)))
    assert len(outcome.cases) == max(0, whole - 2)


@given(data=st.data())
@settings(quick, max_examples=80)
def test_changed_bytes_never_break_the_reader_or_the_judge(
    data: st.DataObject, raw: RawRun, graders: dict[str, Grader]
) -> None:
    changed = bytearray(raw.output)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(changed)) | st.sampled_from([changed.find(b'"frame"', 400) + k for k in range(40)]))
        length = data.draw(st.sampled_from([0, 1, 1, 8, 100]))
        changed[at : at + length] = data.draw(st.binary(max_size=10))
    try:
        report = graders["exercise_03"].judge(Submission({"train.py": SOURCE}), replace(raw, output=bytes(changed)))
    except GraderFault:
        assert changed[: len(raw.output) // 50] != raw.output[: len(raw.output) // 50]  # only the first frame may say so
    else:
        assert report.verdict != "passed"


@given(order=st.lists(st.integers(0, 7), max_size=12))
@quick
def test_frames_in_another_order_are_refused(order: list[int], frames: list[bytes]) -> None:
    outcome = read(b"".join(frames[k % len(frames)] for k in order))
    wanted = order[:2] == [0, 1][: len(order)] and all(k % len(frames) > 1 for k in order[2:])
    assert isinstance(outcome, Trace) is wanted


def test_only_the_first_frame_can_name_a_fault_of_the_graders(frames: list[bytes]) -> None:
    fault = wire.pack({"frame": "ready", "fault": "the course is broken"}, {})
    with pytest.raises(GraderFault, match="the course is broken"):
        read_trace(fault)
    for later in range(1, len(frames)):
        assert isinstance(read(b"".join([*frames[:later], fault])), Refused)


def test_a_frame_larger_than_the_limit_is_refused_before_it_is_there() -> None:
    assert isinstance(read((1 << 63).to_bytes(8, "little")), Refused)


def test_reading_takes_memory_in_proportion_to_the_bytes() -> None:
    size = 3 << 20
    text = b'{"frame":"ready","fault":null' + b" " * size + b"}"
    stream = frame_of(text)
    tracemalloc.start()
    try:
        assert isinstance(read(stream), Trace)
        assert tracemalloc.get_traced_memory()[1] < 5 * size
    finally:
        tracemalloc.stop()


def test_a_header_that_promises_what_is_not_there_is_refused_without_making_it() -> None:
    for shape in ([1 << 40, 1 << 20], [1 << 62, 4], [1 << 40], [-1, 3]):
        header = json.dumps({"record": {"dtype": "U8", "shape": shape, "data_offsets": [0, 8]}}).encode()
        body = len(header).to_bytes(8, "little") + header + bytes(8)
        assert isinstance(read(len(body).to_bytes(8, "little") + body), Refused)


def test_a_pickle_is_not_even_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "evil"
    torch.save({"record": torch.zeros(2, dtype=torch.uint8)}, path)
    body = path.read_bytes()
    assert isinstance(read(len(body).to_bytes(8, "little") + body), Refused)
    assert isinstance(read(frame_of(b"cbuiltins\nprint\n(S'x'\ntR.")), Refused)


# Records

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([-1, 0, 1 << 31, 1 << 63, 1 << 64, 10**400, 1e308, 0.5, "", "x" * 60_000, "NaN", "0x1p5", [], {}]),
    st.sampled_from([[[]] * 5, {"list": 5}, {"tensor": "record"}, {"dict": [[1, 2, 3]]}, {"set": [{"list": []}]}, [None] * 12]),
    st.text(max_size=5),
    st.integers(-5, 500),
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container in a JSON value, with a key in it."""
    inside = list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    return [(value, key) for key, _ in inside] + [place for _, child in inside for place in places(child)]


@given(data=st.data())
@settings(quick, max_examples=150)
def test_a_record_with_odd_values_never_breaks_the_reader_or_the_judge(
    data: st.DataObject, raw: RawRun, frames: list[bytes], graders: dict[str, Grader]
) -> None:
    def change(record: dict[str, Any], _arrays: dict[str, Tensor]) -> None:
        top = data.draw(st.sampled_from(sorted(record)), "part")
        inside = places(record[top])
        for _ in range(data.draw(st.integers(1, 2))):
            container, key = data.draw(st.sampled_from([(record, top), *inside]), "place")
            container[key] = data.draw(ODD, "value")

    number = data.draw(st.integers(1, len(frames) - 1), "frame")
    stream = [*frames[:number], edited(frames[number], change), *frames[number + 1 :]]
    report = graders["exercise_03"].judge(Submission({"train.py": SOURCE}), replace(raw, output=b"".join(stream)))
    assert report.verdict != "passed"


@pytest.mark.parametrize("name", ["parameters", "gradients", "present"])
@pytest.mark.parametrize(
    "change",
    [
        lambda a: a.to(torch.float32),
        lambda a: a.to(torch.int64),
        lambda a: a[:, :-1],
        lambda a: a[:0],
        lambda a: a.flatten(),
        lambda a: a[None],
        lambda a: a[0, 0],
    ],
    ids=["float32", "int64", "a column less", "no rows", "flat", "3-d", "0-d"],
)
def test_snapshots_of_a_wrong_type_or_shape_are_refused(
    name: str, change: Callable[[Tensor], Tensor], frames: list[bytes]
) -> None:
    def wrong(_record: dict[str, Any], arrays: dict[str, Tensor]) -> None:
        arrays[name] = change(arrays[name])

    def missing(_record: dict[str, Any], arrays: dict[str, Tensor]) -> None:
        del arrays[name]

    for edit in (wrong, missing):
        assert isinstance(read(b"".join([*frames[:2], edited(frames[2], edit)])), Refused)


@pytest.mark.parametrize("column", [2, 3], ids=["parameters", "gradients"])
@pytest.mark.parametrize("row", [-1, 10_000, 1 << 70, None, "x", 0.5])
def test_a_row_that_is_not_there_is_refused(column: int, row: object, frames: list[bytes]) -> None:
    def edit(record: dict[str, Any], _arrays: dict[str, Tensor]) -> None:
        record["events"][3][column] = row

    assert isinstance(read(b"".join([*frames[:2], edited(frames[2], edit)])), Refused)


def test_rows_of_nan_are_read_and_judged_but_never_passed(raw: RawRun, frames: list[bytes], graders: dict[str, Grader]) -> None:
    def edit(_record: dict[str, Any], arrays: dict[str, Tensor]) -> None:
        for name in ("parameters", "gradients"):
            arrays[name][2:] = float("nan")

    stream = b"".join([*frames[:2], *(edited(frame, edit) for frame in frames[2:])])
    assert isinstance(read(stream), Trace)
    report = graders["exercise_03"].judge(Submission({"train.py": SOURCE}), replace(raw, output=stream))
    assert report.verdict == "failed"
    json.loads(report.model_dump_json())


@pytest.mark.parametrize(
    "text",
    [
        b'{"frame":"loaded","error":null,"more":1}',
        b'{"frame":"case"}',
        b"[" * 100_000 + b"]" * 100_000,
        b'{"frame":"loaded","error":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"}",
        b'{"frame":"loaded","error":' + b"1" * 10**5 + b"}",
        b'{"frame":"loaded","error":{"kind":"crashed","type":"","message":"","line":' + b"1" * 10**5 + b',"frames":[]}}',
        b'{"frame":"loaded","error":{"kind":"passed","type":"","message":"","line":1,"frames":[]}}',
        b"\xff\xfe",
        b"null",
        b"",
    ],
)
def test_a_record_of_another_form_is_refused(text: bytes, frames: list[bytes]) -> None:
    assert isinstance(read(frames[0] + frame_of(text)), Refused)


def test_a_record_that_is_not_a_row_of_bytes_is_refused() -> None:
    body = b'{"frame":"ready","fault":null}'
    plain = torch.frombuffer(bytearray(body), dtype=torch.uint8)
    for record in (plain.to(torch.int64), plain.to(torch.float32), torch.tensor(5, dtype=torch.uint8), plain.bool()):
        packed = safetensors.torch.save({"record": record})
        assert isinstance(read(len(packed).to_bytes(8, "little") + packed), Refused)
    packed = safetensors.torch.save({"other": plain})
    assert isinstance(read(len(packed).to_bytes(8, "little") + packed), Refused)
    packed = safetensors.torch.save({"record": plain.reshape(2, -1)})
    assert isinstance(read(len(packed).to_bytes(8, "little") + packed), (Trace, Refused))


def test_input_numbers_of_many_digits_do_no_harm(frames: list[bytes]) -> None:
    def edit(_record: dict[str, Any], arrays: dict[str, Tensor]) -> None:
        arrays["input." + "9" * 10**4] = torch.zeros(2)
        arrays["input.\u00b2"] = torch.zeros(2)
        arrays["input.-1"] = torch.zeros(2)

    outcome = read(b"".join([*frames[:2], edited(frames[2], edit)]))
    assert isinstance(outcome, Refused) or len(outcome.cases) == 1


@pytest.mark.parametrize("shape", [[-1, -1], [1] * 100])
def test_shapes_that_no_tensor_has_are_refused(shape: list[int], frames: list[bytes]) -> None:
    def edit(record: dict[str, Any], _arrays: dict[str, Tensor]) -> None:
        assert record["parameters"][0][1] == [1, 1]
        record["parameters"][0][1] = shape

    assert isinstance(read(b"".join([*frames[:2], edited(frames[2], edit)])), Refused)


def test_a_case_without_any_snapshot_is_refused(frames: list[bytes]) -> None:
    def edit(record: dict[str, Any], arrays: dict[str, Tensor]) -> None:
        record["events"] = []
        for name in ("parameters", "gradients", "present"):
            arrays[name] = arrays[name][:0]

    assert isinstance(read(b"".join([*frames[:2], edited(frames[2], edit)])), Refused)


def test_thousands_of_cases_are_refused(frames: list[bytes]) -> None:
    assert isinstance(read(b"".join([*frames[:2], *[frames[2]] * 1001])), Refused)


def test_more_events_than_the_recorder_ever_keeps_are_refused(frames: list[bytes]) -> None:
    def edit(record: dict[str, Any], _arrays: dict[str, Tensor]) -> None:
        record["events"] = [["end", 0, 0, 0, {}]] * 100_001

    assert isinstance(read(b"".join([*frames[:2], edited(frames[2], edit)])), Refused)


def deep(levels: int) -> dict[str, Any]:
    tree: dict[str, Any] = {"none": None}
    for _ in range(levels):
        tree = {"list": [tree]}
    return tree


@pytest.mark.parametrize(
    "returned",
    [
        {},
        {"list": [5]},
        {"list": "abc"},
        {"list": [[]]},
        {"dict": [[{"int": "1"}]]},
        {"dict": [[{"list": []}, {"int": "1"}]]},
        {"set": [{"list": []}]},
        {"int": "9" * 10**5},
        {"int": "1.5"},
        {"int": None},
        {"float": "not hex"},
        {"float": "0x1p99999"},
        {"float": 1},
        {"tensor": "not there"},
        {"tensor": None},
        {"tensor": []},
        {"object": "os.system"},
        deep(11),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_returned_value_that_is_none_is_refused(returned: dict[str, Any], frames: list[bytes]) -> None:
    def edit(record: dict[str, Any], _arrays: dict[str, Tensor]) -> None:
        record["returned"] = returned

    assert isinstance(read(b"".join([*frames[:2], edited(frames[2], edit)])), Refused)


def test_a_returned_object_is_its_name_alone(frames: list[bytes]) -> None:
    def edit(record: dict[str, Any], _arrays: dict[str, Tensor]) -> None:
        record["returned"] = {"other": "os.system" + "x" * 1000}

    trace = read(b"".join([*frames[:2], edited(frames[2], edit)]))
    assert isinstance(trace, Trace)
    assert trace.cases[0].returned == Other(("os.system" + "x" * 1000)[:100])


# Files


def same(a: Any, b: Any) -> bool:
    """Equality of what a trace holds, tensors by content."""
    if isinstance(a, Tensor):
        return a.dtype == b.dtype and torch.equal(a, b)
    if isinstance(a, CaseTrace):
        return all(same(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b)


def test_a_trace_that_is_saved_is_the_same_when_it_is_loaded(frames: list[bytes], tmp_path: Path) -> None:
    trace = read_trace(b"".join(frames))
    trace.save(tmp_path / "a.trace")
    loaded = load_trace(tmp_path / "a.trace")
    assert loaded.frames == trace.frames
    assert loaded.error is trace.error is None
    assert same(loaded.cases, trace.cases)
    assert loaded.cases[0].steps == trace.cases[0].steps


def test_a_file_that_is_no_trace_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.trace").write_bytes(b"PK\x03\x04" + bytes(100))
    with pytest.raises(Refused):
        load_trace(tmp_path / "a.trace")
