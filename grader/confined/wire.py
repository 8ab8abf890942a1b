"""The bytes that leave the learner's process: frames, each a file in the safetensors format.

Written with the standard library, because nothing but that and torch is loaded there. Read by `grader.trace` with the
safetensors library, which checks every offset and never runs anything.
"""

import ctypes
import json
import os
from typing import Any

import torch
from torch import Tensor

NAMES = {
    torch.float64: "F64",
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.int16: "I16",
    torch.int8: "I8",
    torch.uint8: "U8",
    torch.bool: "BOOL",
}


def pack(record: dict[str, Any], arrays: dict[str, Tensor]) -> bytes:
    """One frame: its length in 8 bytes, then the arrays by name; `record` goes along as JSON in the array "record"."""
    # Half a surrogate pair is text to Python, but to nobody who reads JSON: it becomes "?".
    text = json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")
    header: dict[str, Any] = {}
    bodies: list[bytes] = []
    offset = 0
    # Largest elements first: the format wants each array aligned to its element size.
    for name, array in sorted(arrays.items(), key=lambda item: -item[1].element_size()):
        plain = array.detach().contiguous()
        body = ctypes.string_at(plain.data_ptr(), plain.nbytes) if plain.nbytes else b""
        header[name] = {
            "dtype": NAMES[plain.dtype],
            "shape": list(plain.shape),
            "data_offsets": [offset, offset + len(body)],
        }
        bodies.append(body)
        offset += len(body)
    header["record"] = {"dtype": "U8", "shape": [len(text)], "data_offsets": [offset, offset + len(text)]}
    bodies.append(text)
    head = json.dumps(header, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    frame = len(head).to_bytes(8, "little") + head + b"".join(bodies)
    return len(frame).to_bytes(8, "little") + frame


def send(out: int, frame: bytes) -> None:
    """Write all of a frame to the file descriptor `out`."""
    view = memoryview(frame)
    while view:
        view = view[os.write(out, view) :]
