from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.wire.frames import (
    HEADER,
    MAX_FRAME_BYTES,
    MAX_PAYLOAD_BYTES,
    Frame,
    Kind,
    Reader,
    WireError,
)

FRAMES = st.builds(Frame, st.sampled_from(Kind), st.binary(max_size=300))


@settings(deadline=None)  # a busy machine takes its time
@given(st.lists(FRAMES, max_size=8), st.lists(st.integers(0, 2000), max_size=8))
def test_frames_survive_whatever_cuts_the_stream(frames: list[Frame], cuts: list[int]) -> None:
    stream = b"".join(frame.encode() for frame in frames)
    reader = Reader()
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]

    read = [frame for begin, end in pairwise(edges) for frame in reader.feed(stream[begin:end])]

    assert read == frames


@settings(deadline=None)  # a busy machine takes its time
@given(st.binary(max_size=400))
def test_reader_makes_frames_of_any_bytes_or_refuses_them(data: bytes) -> None:
    try:
        frames = Reader().feed(data)
    except WireError:
        return
    assert all(frame.kind in Kind for frame in frames)


def test_reader_refuses_a_long_frame_before_it_comes() -> None:
    with pytest.raises(WireError, match="the limit is"):
        Reader().feed(HEADER.pack(MAX_FRAME_BYTES + 1, Kind.ASK))


def test_reader_refuses_a_frame_without_a_kind() -> None:
    with pytest.raises(WireError, match="0 bytes"):
        Reader().feed(HEADER.pack(0, Kind.ASK))


def test_reader_refuses_an_unknown_kind() -> None:
    with pytest.raises(WireError, match="unknown kind 200"):
        Reader().feed(HEADER.pack(1, 200))


def test_largest_payload_passes_the_reader() -> None:
    frame = Frame(Kind.ANSWER, bytes(MAX_PAYLOAD_BYTES))

    assert Reader().feed(frame.encode()) == [frame]
