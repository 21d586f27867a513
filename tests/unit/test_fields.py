"""What columns of text are read with, against the plainest Python; and that memory between chunks
is kept.
"""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapshard.pairs import are_digits, padded, parse_integers

NUMBER = st.one_of(st.integers(0, 10**18 - 1), st.integers(0, 18).map(lambda power: 10**power - 1))
NEARLY = st.one_of(
    st.text("0123456789", max_size=30), st.text("0123456789/:-.x ", max_size=20)
).map(str.encode)
BYTES = st.one_of(NEARLY, st.binary(max_size=20).map(lambda found: found.replace(b",", b"")))


def fields(texts):
    """The texts joined by commas, and where each starts and ends."""
    text = padded(b",".join(texts))
    ends = np.cumsum([len(one) + 1 for one in texts]) - 1 + len(text) - len(b",".join(texts))
    return text, ends - np.array([len(one) for one in texts]), ends


@settings(max_examples=300)
@given(st.lists(NUMBER, min_size=1, max_size=20))
def test_numbers_of_up_to_18_digits_are_read(numbers):
    assert parse_integers(*fields([str(number).encode() for number in numbers])).tolist() == numbers


@settings(max_examples=500)
@given(st.lists(BYTES, min_size=1, max_size=20))
def test_digits_are_told_from_all_other_bytes(texts):
    assert are_digits(*fields(texts)).tolist() == [not text or text.isdigit() for text in texts]


PROGRAM = """
import resource, numpy
from snapshard_populate.loading.memory import keep_freed_memory
if {keep}: print(keep_freed_memory(64 << 20))
for _ in range(100):
    a = numpy.ones(300_000); b = numpy.ones(300_000); del a, b
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the setting is of the GNU C library")
def test_freed_memory_is_kept_for_the_next_arrays():
    kept, given_back = (
        subprocess.run(
            [sys.executable, "-c", PROGRAM.format(keep=keep)],
            capture_output=True,
            check=True,
            text=True,
        ).stdout.split()
        for keep in (True, False)
    )
    assert kept[0] == "True"
    assert int(kept[1]) < int(given_back[0]) / 2
