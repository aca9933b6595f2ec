import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.control.protocol import (
    Error,
    ErrorCode,
    Malformed,
    Message,
    Notification,
    Parcel,
    Request,
    Response,
    dump,
    dump_batch,
    parse,
)

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    # json.dumps joins no surrogates, so a text that holds them does not come back the same.
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda children: st.lists(children) | st.dictionaries(st.text("abc д\n"), children),
    max_leaves=8,
)  # fmt: skip
ids = st.none() | st.integers() | st.text("ab1\n")
params = st.dictionaries(st.text("abc"), values)
errors = st.builds(Error, st.integers(), st.text("ab д"), values)
messages: st.SearchStrategy[Message] = st.one_of(
    st.builds(Request, ids, st.text("ab.-"), params),
    st.builds(Notification, st.text("ab.-"), params),
    st.builds(Response, ids, values),
    st.builds(Response, ids, st.none(), errors),
)


def refused(line: bytes) -> Response:
    (message,) = parse(line).messages
    assert isinstance(message, Malformed)
    return message.answer


def code_of(line: bytes) -> int:
    error = refused(line).error
    assert error is not None
    return error.code


@given(messages)
def test_a_message_that_was_sent_is_the_message_that_arrives(message: Message) -> None:
    line = dump(message)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert parse(line) == Parcel((message,))


@given(st.lists(messages, min_size=1))
def test_a_batch_arrives_in_its_order(batch: list[Message]) -> None:
    assert parse(dump_batch(batch)) == Parcel(tuple(batch), batch=True)


@given(st.binary(max_size=60) | values.map(json.dumps).map(str.encode))
def test_no_line_makes_the_reader_raise(line: bytes) -> None:
    for message in parse(line).messages:
        assert isinstance(message, Request | Notification | Response | Malformed)


def test_a_request_without_parameters_has_none() -> None:
    parcel = parse(b'{"jsonrpc": "2.0", "id": 7, "method": "status"}')
    assert parcel == Parcel((Request(7, "status", {}),))


def test_a_null_id_still_asks_for_an_answer() -> None:
    parcel = parse(b'{"jsonrpc": "2.0", "id": null, "method": "status"}')
    assert parcel.messages == (Request(None, "status", {}),)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"lift",
        b'{"jsonrpc": "2.0", "method"',
        b"\xff\xfe{}",
        b"[" * 100_000,
        b'{"jsonrpc": "2.0", "id": 1, "method": "m", "params": {"x": NaN}}',
        b"9" * 10_000,
    ],
)
def test_what_is_not_json_is_a_parse_error(line: bytes) -> None:
    assert code_of(line) == ErrorCode.PARSE_ERROR


@pytest.mark.parametrize(
    "value",
    [
        1,
        "lift",
        None,
        [],
        {},
        {"jsonrpc": "1.0", "id": 1, "method": "m"},
        {"id": 1, "method": "m"},
        {"jsonrpc": "2.0", "id": 1, "method": 5},
        {"jsonrpc": "2.0", "id": True, "method": "m"},
        {"jsonrpc": "2.0", "id": 1.5, "method": "m"},
        {"jsonrpc": "2.0", "id": {}, "method": "m"},
        {"jsonrpc": "2.0", "id": 1},
        {"jsonrpc": "2.0", "result": 1},
        {"jsonrpc": "2.0", "id": 1, "result": 1, "error": {"code": 1, "message": ""}},
        {"jsonrpc": "2.0", "id": 1, "error": {"code": "1", "message": ""}},
    ],
)
def test_what_is_json_but_no_message_is_an_invalid_request(value: Any) -> None:
    assert code_of(json.dumps(value).encode()) == ErrorCode.INVALID_REQUEST


def test_parameters_by_position_are_refused_with_the_id_of_the_request() -> None:
    answer = refused(b'{"jsonrpc": "2.0", "id": "a", "method": "calls", "params": [5]}')
    assert answer.id == "a"
    assert answer.error is not None
    assert answer.error.code == ErrorCode.INVALID_PARAMS


def test_every_wrong_item_of_a_batch_is_answered() -> None:
    parcel = parse(b'[1, {"jsonrpc": "2.0", "method": "m"}, 2]')
    kinds = [type(message) for message in parcel.messages]
    assert parcel.batch
    assert kinds == [Malformed, Notification, Malformed]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), b"bytes"])
def test_what_json_cannot_say_is_not_sent(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        dump(Response(1, {"x": value}))
