"""``docs/verdicts.md`` is what the tables say.

``python -m tests.call.test_verdicts_page`` writes it anew.
"""

from __future__ import annotations

from pathlib import Path

from gateway.call.reason import Reason
from gateway.call.verdict import CALL_ROWS, REGISTRATION_ROWS, Row

PAGE = Path(__file__).parents[2] / "docs" / "verdicts.md"
HEAD = """\
# Verdicts

Why a call or a registration failed, in one sentence that says what to do. Generated from
`gateway/call/reason.py` and `gateway/call/verdict.py` by `python -m tests.call.test_verdicts_page`;
do not edit.

`gateway calls` and `gateway call N` show the verdict of each call, `gateway status` that of a
registration, and `gateway report` collects all of it with the evidence. A verdict that is inferred
says so: *probably*, *perhaps*. What MultiFon answers to a low balance or to a third call is not
published anywhere; words in the refusal are believed before its status.

## Sentences

| Name | English | Russian |
|---|---|---|
"""
RULES = """
## How a call is judged

The first row that fits, from the top. Where none fits, the reason that call control had stands
(engaged, nobody answered, the caller gave up ...).

| Evidence | Verdict | How sure |
|---|---|---|
"""
REGISTRATIONS = """
## How a registration is judged

| Evidence | Verdict | How sure |
|---|---|---|
"""
EVIDENCE = """
## What is kept

With every call, in its record: final status and phrase, the `Warning` and `Reason` headers, where
the last reply came from, transport, how often requests and answers were repeated, a missing ACK,
headers of ours that came back changed (a sign of a router's SIP ALG), both addresses for voice,
who ended the call, the state of the registration, how many calls the account had, and the voice
counters. Texts are cut to 160 characters. No credentials are ever among it.

A header counts as changed if the `Via` in a reply is not the one that we sent, or if the registrar
does not return our `Contact`. A router that changes messages in both directions alike cannot be
seen this way.

## The report

`gateway report` writes one ZIP file, readable by its owner only: versions, settings, states and
counters, the last 50 calls with verdicts and evidence, the SIP messages of the last minutes and the
last lines of the log. Passwords, digest values and `Authorization` headers are taken out, wherever
they stand, and so is what text messages say.

Telephone numbers and addresses stay: without them neither the provider nor anybody else can find a
call. Before the file goes to a public place, `--anonymous` puts stand-ins for numbers and names,
the same one for the same number everywhere; addresses stay all the same.
"""


def _rule(row: Row) -> str:  # type: ignore[type-arg]
    return f"| {row.why} | `{row.reason.value}` | {row.certainty.value} |\n"


def page() -> str:
    return (
        HEAD
        + "".join(f"| `{r.value}` | {r.text} | {r.russian} |\n" for r in Reason)
        + RULES
        + "".join(_rule(row) for row in CALL_ROWS)
        + REGISTRATIONS
        + "".join(_rule(row) for row in REGISTRATION_ROWS)
        + EVIDENCE
    )


def test_the_page_is_what_the_tables_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
