"""What is packed in the learner's process is what the safetensors library reads."""

import json
import os
import threading
from typing import Any

import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_core import from_json
from torch import Tensor

from grader.confined import wire

SHAPES = st.lists(st.integers(0, 4), max_size=4).map(tuple)
LAYOUTS = st.sampled_from(["plain", "transposed", "every other", "expanded", "a slice", "requires grad"])


@st.composite
def arrays(draw: st.DrawFn) -> Tensor:
    """An array of any dtype and layout; of floating point, with any bits, NaN among them."""
    dtype, shape, layout = draw(st.sampled_from(list(wire.NAMES))), draw(SHAPES), draw(LAYOUTS)
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**32)))
    array = torch.randint(0, 256, (*shape, dtype.itemsize), dtype=torch.uint8, generator=generator)
    array = array.bool() if dtype is torch.bool else array.view(dtype)
    array = array.reshape(shape)
    match layout:
        case "transposed" if shape:
            return array.transpose(0, -1)
        case "every other" if shape:
            return array[::2]
        case "expanded":
            return array.unsqueeze(0).expand(3, *shape)
        case "a slice" if shape:
            return array[1:]
        case "requires grad" if dtype.is_floating_point:
            return array.requires_grad_()
    return array


def bits(array: Tensor) -> list[int]:
    flat = torch.cat([array.detach().reshape(-1)])  # a copy, without whatever strides it had
    return flat.view(torch.uint8).tolist() if len(flat) else []


TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=20)  # lone surrogates too
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**300), 10**300) | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=10,
)


def unpacked(packed: bytes) -> dict[str, Tensor]:
    assert int.from_bytes(packed[:8], "little") == len(packed) - 8
    return safetensors.torch.load(packed[8:])


def said(value: Any) -> Any:
    """What of a value can be said in JSON: half a surrogate pair is a question mark."""
    match value:
        case str():
            return value.encode("utf-8", "replace").decode()
        case list():
            return [said(v) for v in value]
        case dict():
            return {said(k): said(v) for k, v in value.items()}
    return value


@given(st.dictionaries(st.sampled_from(["parameters", "gradients", "returned.0", "input.7", "odd name \u2603"]), arrays()))
@settings(deadline=None, max_examples=150)
def test_arrays_come_out_as_they_went_in(sent: dict[str, Tensor]) -> None:
    got = unpacked(wire.pack({}, sent))
    assert got.keys() == {*sent, "record"}
    for name, array in sent.items():
        assert (got[name].dtype, got[name].shape) == (array.dtype, array.shape)
        assert bits(got[name]) == bits(array)


@given(st.dictionaries(TEXT, JSON, max_size=4))
@settings(deadline=None, max_examples=150)
def test_a_record_can_be_read_by_any_reader_of_json(record: dict[str, Any]) -> None:
    body = bytes(unpacked(wire.pack(record, {}))["record"].tolist())
    assert json.loads(body) == said(record)
    assert from_json(body, cache_strings=False) == said(record)


def test_every_array_begins_at_a_multiple_of_its_element_size() -> None:
    sent = {str(dtype): torch.zeros(3, dtype=dtype) for dtype in wire.NAMES}
    packed = wire.pack({"a": "x"}, sent)
    head = int.from_bytes(packed[8:16], "little")
    assert head % 8 == 0
    header = json.loads(packed[16 : 16 + head])
    for name, array in sent.items():
        assert header[name]["data_offsets"][0] % array.element_size() == 0


def test_sending_goes_on_until_all_is_written() -> None:
    frame = wire.pack({}, {"large": torch.arange(400_000)})  # a pipe takes 64 kB at a time
    inward, outward = os.pipe()
    sender = threading.Thread(target=lambda: (wire.send(outward, frame), os.close(outward)))
    sender.start()
    got = b"".join(iter(lambda: os.read(inward, 1 << 16), b""))
    sender.join()
    os.close(inward)
    assert got == frame
