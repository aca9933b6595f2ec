"""``gateway phonebook``: who a number belongs to."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gateway.cli.actions import declare_actions
from gateway.cli.output import show, table
from gateway.control.blocking import BlockingClient
from gateway.exit_code import CommandError, ExitCode

NO_VCARD = {
    "none": "{file} holds no vCard: export the contacts of a telephone as a .vcf file.",
    "large": "{file} is larger than 2 MiB: export the contacts without their photographs.",
    "encoding": "{file} is no text: export the contacts as a .vcf file.",
}


def declare(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(search="")
    action = declare_actions(parser, _list)
    listed = action("list", "Show the contacts (without WHAT, too)", _list)
    listed.add_argument(
        "search", nargs="?", default="", metavar="TEXT", help="part of a name or a number"
    )
    add = action("add", "Add a contact", _add)
    add.add_argument("name", metavar="NAME")
    add.add_argument("numbers", nargs="+", metavar="NUMBER")
    delete = action("delete", "Delete contacts", _delete)
    delete.add_argument("ids", nargs="+", type=int, metavar="ID", help="as list shows them")
    take = action("import", "Add the contacts of a vCard file", _import)
    take.add_argument("file", type=Path, metavar="FILE")
    give = action("export", "Write all contacts into a vCard file", _export)
    give.add_argument("file", type=Path, metavar="FILE")


def _list(client: BlockingClient, options: argparse.Namespace) -> int:
    found = client.call("phonebook", {"search": options.search})
    show(found, text(found), as_json=options.json)
    return ExitCode.OK


def text(contacts: Sequence[Mapping[str, Any]]) -> str:
    """The contacts as a table."""
    if not contacts:
        return "There are no contacts."
    return table(("ID", "NAME", "NUMBERS"), [_row(contact) for contact in contacts])


def _row(contact: Mapping[str, Any]) -> tuple[str, str, str]:
    numbers = ", ".join(
        one["number"] if one["kind"] == "other" else f"{one['number']} ({one['kind']})"
        for one in contact["numbers"]
    )
    return str(contact["id"]), str(contact["name"]), numbers


def _add(client: BlockingClient, options: argparse.Namespace) -> int:
    found = client.call("phonebook.save", {"name": options.name, "numbers": options.numbers})
    show(found, "Added.", as_json=options.json)
    return ExitCode.OK


def _delete(client: BlockingClient, options: argparse.Namespace) -> int:
    found = client.call("phonebook.delete", {"ids": options.ids})
    show(found, f"Deleted: {found['deleted']}.", as_json=options.json)
    return ExitCode.OK if found["deleted"] == len(options.ids) else ExitCode.FAILED


def _import(client: BlockingClient, options: argparse.Namespace) -> int:
    from gateway import vcard  # noqa: PLC0415 - a library that hardly anybody needs

    try:
        reading = vcard.read(options.file.read_bytes())
    except OSError as error:
        raise CommandError(f"{options.file}: {error.strerror}.", ExitCode.FAILED) from error
    except vcard.VCardError as error:
        wrong = NO_VCARD[error.code].format(file=options.file)
        raise CommandError(wrong, ExitCode.FAILED) from None
    found = client.call("phonebook.import", {"contacts": list(reading.contacts)})
    found = {**found, "left_out": list(reading.left_out)}
    show(found, _imported(found), as_json=options.json)
    return ExitCode.OK


def _imported(found: Mapping[str, Any]) -> str:
    said = (
        f"New: {found['added']}, with further numbers: {found['merged']}, there already: "
        f"{found['unchanged']}."
    )
    if found["left_out"]:
        lines = ", ".join(map(str, found["left_out"]))
        said += f"\nLeft out, without a number or broken: the cards at the lines {lines}."
    return said


def _export(client: BlockingClient, options: argparse.Namespace) -> int:
    from gateway import vcard  # noqa: PLC0415 - a library that hardly anybody needs

    contacts = client.call("phonebook", {})
    try:
        options.file.write_bytes(vcard.write(contacts))
    except OSError as error:
        raise CommandError(f"{options.file}: {error.strerror}.", ExitCode.FAILED) from error
    told = {"contacts": len(contacts), "file": str(options.file)}
    show(told, f"Written: {len(contacts)} contacts into {options.file}.", as_json=options.json)
    return ExitCode.OK
