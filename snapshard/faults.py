"""The faults that pydantic finds in a value, in the words of our own errors.

A fault is an item of `ValidationError.errors()`, so that this module does without pydantic. Its message
reads "Input should be a valid integer, unable to parse string as an integer".
"""

import re
from collections.abc import Mapping
from typing import Any

_START = re.compile("^[A-Z][a-z]+ should (?:be|have) ")
_END = re.compile(" after validation, not .*$|, unable to .*$| or instance of .*$")
_MOST_QUOTED = 200
"""Characters of a value that an error message quotes."""


def expected_value(fault: Mapping[str, Any]) -> str:
    """What was expected, such as `a valid integer`."""
    if fault["type"] == "missing":
        return "a value"
    if fault["type"] == "extra_forbidden":
        return "a name that exists"
    return _END.sub("", _START.sub("", fault["msg"]))


def quoted_value(fault: Mapping[str, Any]) -> str:
    """What came instead, at most 200 characters of it."""
    return "none" if fault["type"] == "missing" else repr(fault["input"])[:_MOST_QUOTED]
