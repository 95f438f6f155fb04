"""Frames between host, judge and solver. Standard library only: the host reads no tensor.

A frame is ``u32 length | u8 kind | payload``, big-endian; `length` counts kind and payload. Every
reader caps the length before it reads on, so that a lying peer costs at most one allowance.
"""

import struct
from dataclasses import dataclass, field
from enum import IntEnum

HEADER = struct.Struct(">IB")
MAX_FRAME_BYTES = 8 * 1024 * 1024
"""A case stays under 1 MB; eight cases' worth leaves room for a model's weights."""

MAX_PAYLOAD_BYTES = MAX_FRAME_BYTES - 1
"""A frame's length counts its kind, too."""


class Kind(IntEnum):
    """What a frame is, and who may send it."""

    READY = 1  # judge or solver to host: imports are done
    JOB = 2  # host to judge: a job, see `bot.wire.jobs`
    ASK = 3  # judge to host to solver: a request
    ANSWER = 4  # solver to host to judge: its answer
    RESTART = 5  # judge to host: throw this solver away and take a new one
    RESTARTED = 6  # host to judge: the new one is ready
    GONE = 7  # host to judge: the solver ended
    RESULT = 8  # judge to host: what came of the job


class WireError(Exception):
    """A frame that breaks a rule. Its sender is not answered any more."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame."""

    kind: Kind
    payload: bytes = b""

    def encode(self) -> bytes:
        """The frame's bytes."""
        return HEADER.pack(len(self.payload) + 1, self.kind) + self.payload


@dataclass(slots=True)
class Reader:
    """Cuts a stream of bytes into frames."""

    max_bytes: int = MAX_FRAME_BYTES
    _buffer: bytearray = field(default_factory=bytearray, init=False)

    def feed(self, data: bytes) -> list[Frame]:
        """Take bytes; return the frames they complete.

        Raises:
            WireError: A length over the limit, or an unknown kind.
        """
        self._buffer += data
        frames: list[Frame] = []
        while len(self._buffer) >= HEADER.size:
            length, kind = HEADER.unpack_from(self._buffer)
            if not 1 <= length <= self.max_bytes:
                raise WireError(f"a frame of {length} bytes; the limit is {self.max_bytes}")
            end = HEADER.size + length - 1
            if len(self._buffer) < end:
                break
            frames.append(Frame(_kind(kind), bytes(self._buffer[HEADER.size : end])))
            del self._buffer[:end]
        return frames


def _kind(number: int) -> Kind:
    try:
        return Kind(number)
    except ValueError as error:
        raise WireError(f"a frame of unknown kind {number}") from error
