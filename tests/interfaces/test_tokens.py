from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.interfaces.methods import Scope
from gateway.interfaces.tokens import MOST, Tokens

NOW = 1795000000.0


def tokens_in(folder: Path) -> Tokens:
    return Tokens(folder, lambda: NOW)


def test_a_token_is_found_by_its_text_also_after_a_restart(tmp_path: Path) -> None:
    text = tokens_in(tmp_path).make("cellar", [Scope.STATUS, Scope.RECORDS])
    found = tokens_in(tmp_path).find(text)
    assert found is not None
    assert found.name == "cellar"
    assert found.scopes == {Scope.STATUS, Scope.RECORDS}
    assert found.used == NOW


def test_what_is_stored_opens_nothing(tmp_path: Path) -> None:
    text = tokens_in(tmp_path).make("cellar", [Scope.STATUS])
    stored = (tmp_path / "tokens.json").read_text()
    assert text not in stored
    assert (tmp_path / "tokens.json").stat().st_mode & 0o077 == 0
    (row,) = json.loads(stored)
    assert tokens_in(tmp_path).find(row["key"]) is None


@pytest.mark.parametrize("text", ["", "mfg_", "mfg_\ud800", "Bearer", "x" * 10000])
def test_anything_else_is_no_token(tmp_path: Path, text: str) -> None:
    tokens = tokens_in(tmp_path)
    tokens.make("cellar", [Scope.STATUS])
    assert tokens.find(text) is None


def test_a_revoked_token_is_good_for_nothing(tmp_path: Path) -> None:
    tokens = tokens_in(tmp_path)
    text, other = tokens.make("old", [Scope.STATUS]), tokens.make("new", [Scope.STATUS])
    found = tokens.find(text)
    assert found is not None
    assert tokens.revoke(found.key) is not None
    assert tokens.find(text) is None
    assert tokens_in(tmp_path).find(text) is None
    assert tokens_in(tmp_path).find(other) is not None


@pytest.mark.parametrize(("name", "scopes"), [("", Scope), ("x" * 61, Scope), ("cellar", [])])
def test_a_token_has_a_name_and_is_good_for_something(
    tmp_path: Path, name: str, scopes: list[Scope]
) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        tokens_in(tmp_path).make(name, scopes)


def test_there_is_an_end_of_tokens(tmp_path: Path) -> None:
    tokens = tokens_in(tmp_path)
    for count in range(MOST):
        tokens.make(f"token {count}", [Scope.STATUS])
    with pytest.raises(ValueError, match="revoke one"):
        tokens.make("one more", [Scope.STATUS])


def test_a_file_that_somebody_spoiled_lets_nobody_in(tmp_path: Path) -> None:
    (tmp_path / "tokens.json").write_text('[{"key": 5}, "x", {"key": "a", "name": "b"}]')
    assert tokens_in(tmp_path).all() == ()
