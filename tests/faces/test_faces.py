"""The property of the whole: an odd source is refused, or every face gives what its lines say.

Each example is an episode: a source is written and loaded, and all faces are asked the same questions.
A face may refuse a question that it does not have; none may differ. SNAPSHARD_TEST_FACE_CASES is the
number of sources; if it is set, they are other sources in every run.
"""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from click.testing import CliRunner
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from snapshard.__main__ import snapshard
from snapshard.errors import SnapshardError

from .faces import faces, reply
from .odd_sources import odd_sources
from .questions import NumberQuestion, RowQuestion, SlipQuestion, questions

CASES = os.environ.get("SNAPSHARD_TEST_FACE_CASES")
QUESTIONS = 5
FACES = {"rest", "library", "client", "command", "snaptron", "page"}


@settings(
    max_examples=int(CASES or 6),
    derandomize=CASES is None,
    # Every step of a shrinking loads a release.
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(source=odd_sources(), data=st.data())
def test_no_face_differs(folder, url, page, numbers, source, data):
    compilation = f"odd{next(numbers)}"
    note(f"{source}")
    with TemporaryDirectory() as parent:
        arguments = source.write(Path(parent))
        loaded = load(folder, compilation, arguments)
        check = run("load", "--check", *arguments, "--assembly", "GRCh38")
    assert loaded.exit_code == check.exit_code, (loaded.output, check.output)
    if loaded.exit_code:
        assert source.is_doubtful or not source.loads, loaded.output
        assert httpx.get(f"{url}/api/v1/compilations/{compilation}").status_code == 404
        return
    assert source.loads, loaded.output
    everyone = faces(folder.path, url, page, compilation)
    for _ in range(QUESTIONS):
        question = data.draw(questions(source))
        compare(everyone, question, source)


def compare(everyone, question, source):
    """No face differs from the answer; a slip is refused, any other question is refused by few."""
    answer = question.answer(source)
    replies = {face.name: reply(face, question) for face in everyone}
    note(f"{question}: {answer}, {replies}")
    answers = dict.fromkeys(replies, answer)
    if isinstance(question, RowQuestion):
        answers["snaptron"] = question.answer(source, zeros=True)
    for name, face_reply in replies.items():
        assert face_reply in (None, answers[name]), name
    refusals = {name for name, face_reply in replies.items() if face_reply is None}
    if isinstance(question, SlipQuestion):
        assert refusals == set(replies)
    else:
        assert refusals <= may_refuse(question, source)


def may_refuse(question, source):
    """The faces that do not have a question: the page asks by place, Snaptron in its own spelling. No
    face has a chromosome of which every row was left out.
    """
    if isinstance(question, NumberQuestion):
        return {"page"}
    chroms = {junction.chrom for junction in source.junctions}
    return {"snaptron"} if question.place.chrom in chroms else FACES


def load(folder, compilation, arguments):
    return run(
        "load",
        *arguments,
        *("--compilation", compilation, "--assembly", "GRCh38", "--jobs", "1"),
        *("--data", str(folder.path)),
    )


def run(*arguments):
    """The result of a command; an error of the product's has its exit code, any other is raised."""
    result = CliRunner().invoke(snapshard, arguments)
    if result.exception and not isinstance(result.exception, (SnapshardError, SystemExit)):
        raise result.exception
    return result
