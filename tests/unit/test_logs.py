"""Log lines have the arguments of their messages, but never the text of a request."""

import json
import logging

import pytest

from snapshard_ui.runtime.logs import JsonFormatter

URI = "/junctions?region=chr2:29223529-29223600"


def message(text, *arguments, name="gunicorn.error", level=logging.ERROR, queries=False):
    record = logging.LogRecord(name, level, __file__, 1, text, arguments, None)
    return json.loads(JsonFormatter(queries=queries).format(record))["message"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("WORKER TIMEOUT (pid:%s)", 17), "WORKER TIMEOUT (pid:17)"),
        (
            ("Worker (pid:%s) was sent %s! Perhaps out of memory?", 17, "SIGKILL"),
            "Worker (pid:17) was sent SIGKILL! Perhaps out of memory?",
        ),
        (("Connection in use: %s", "('::1', 80)"), "Connection in use: ('::1', 80)"),
        (("Error handling request %s", URI), "Error handling request"),
        (("Error handling request %s %s", "GET", URI), "Error handling request"),
        (
            (f"Invalid request from ip=::1: Invalid HTTP request line: 'GET {URI}'",),
            "Invalid request from ip=::1",
        ),
        ((ValueError(URI),), "ValueError"),
    ],
)
def test_a_message_has_its_arguments_unless_they_may_quote_a_request(arguments, expected):
    assert message(*arguments) == expected


def test_with_queries_in_the_log_every_message_is_whole():
    assert (
        message("Error handling request %s", URI, queries=True) == f"Error handling request {URI}"
    )


def test_our_own_messages_have_their_arguments():
    text = message("request %s failed", "abc", name="snapshard_ui.http.problems")
    assert text == "request abc failed"
