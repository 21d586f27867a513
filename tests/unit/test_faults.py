"""What pydantic finds wrong with a value, in the words of our own errors."""

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from snapshard.faults import expected_value, quoted_value


class Example(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1)]
    number: Annotated[int, Field(ge=1, le=9)] = 1
    choice: Literal["a", "b"] = "a"
    names: Annotated[list[str], Field(max_length=2)] = []


@pytest.mark.parametrize(
    ("values", "expected", "came"),
    [
        ({}, "a value", "none"),
        ({"name": ""}, "at least 1 character", "''"),
        ({"name": 5}, "a valid string", "5"),
        ({"name": "x", "number": "y"}, "a valid integer", "'y'"),
        ({"name": "x", "number": 10}, "less than or equal to 9", "10"),
        ({"name": "x", "choice": "c"}, "'a' or 'b'", "'c'"),
        ({"name": "x", "names": ["p", "q", "r"]}, "at most 2 items", "['p', 'q', 'r']"),
        ({"name": "x", "other": 1}, "a name that exists", "1"),
        ([], "a valid dictionary", "[]"),
    ],
)
def test_a_fault_says_what_was_expected_and_what_came(values, expected, came):
    with pytest.raises(ValidationError) as caught:
        Example.model_validate(values)
    [fault] = caught.value.errors(include_url=False)
    assert (expected_value(fault), quoted_value(fault)) == (expected, came)


def test_a_long_value_is_quoted_in_part():
    with pytest.raises(ValidationError) as caught:
        Example.model_validate({"name": "x", "number": "y" * 10_000})
    assert len(quoted_value(caught.value.errors()[0])) == 200
