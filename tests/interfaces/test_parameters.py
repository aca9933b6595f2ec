"""The check of a parameter says the same as its JSON schema, whatever comes."""

from __future__ import annotations

import re
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.interfaces.methods import METHODS
from gateway.interfaces.parameters import Kind, Parameter, checked, object_schema

EVERY = [parameter for method in METHODS.values() for parameter in method.parameters]
TEXTS = st.text(st.characters(codec="utf-8"), max_size=450)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 20000)
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
    | st.sampled_from(["phone", "both"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)


@given(st.sampled_from(EVERY), VALUES)
def test_a_value_is_taken_when_the_schema_takes_it(parameter: Parameter, value: Any) -> None:
    assert (parameter.wrong(value) == "") == jsonschema_rs.is_valid(parameter.schema, value)


@given(
    st.sampled_from(list(METHODS.values())),
    st.dictionaries(st.sampled_from(sorted({p.name for p in EVERY})), VALUES, max_size=3),
)
def test_parameters_are_taken_when_their_schema_takes_them(method: Any, params: Any) -> None:
    try:
        checked(method.parameters, params)
        taken = True
    except ValueError:
        taken = False
    assert taken == jsonschema_rs.is_valid(object_schema(method.parameters), params)


def test_a_whole_number_that_was_written_with_a_point_reaches_the_gateway_without() -> None:
    limit = METHODS["calls"].parameters
    assert repr(checked(limit, {"limit": 5.0})) == "{'limit': 5}"


def test_half_of_a_surrogate_pair_is_no_text() -> None:
    assert Parameter("text", Kind.TEXT, "").wrong("\ud800")


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"limit": 0}, "limit is from 1 to 10000."),
        ({"limit": "5"}, "limit is to be a whole number."),
        (
            {"limt": 5},
            "There is no parameter 'limt'. There are: limit, offset, direction, missed, search.",
        ),
    ],
)
def test_what_is_wrong_is_said(params: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        checked(METHODS["calls"].parameters, params)


def test_what_is_missing_is_said() -> None:
    with pytest.raises(ValueError, match="text is missing"):
        checked(METHODS["messages.send"].parameters, {"number": "79261234567"})
