"""Updates from an address, over real HTTP."""

from __future__ import annotations

import functools
import json
import os
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gateway.update.fetch import Adapter, Outcome, fetch, look
from gateway.update.offer import LARGEST, OfferError, is_address, offer_of
from gateway.update.places import FOUND, SOURCE
from gateway.update.progress import Progress
from gateway.update.source import Source, keep_source, read_source
from gateway.words import Words

KIND = "multifon-gateway-arm64"
ADAPTER = Adapter("0.2.0+git20261127.100000~trixie", KIND)
NEWER = "0.2.0+git20261128.100000~trixie"


class Shop:
    """A folder that is served by HTTP."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        shop = self

        class Handler(SimpleHTTPRequestHandler):
            def do_GET(self) -> None:
                shop.asked.append(self.path)
                super().do_GET()

            def log_request(self, *_: object) -> None:
                pass

        handler = functools.partial(Handler, directory=str(folder))
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/adapter"

    def offer(self, version: str = NEWER, size: int = 100_000, **other: object) -> bytes:
        content = os.urandom(size)
        folder = self.folder / "adapter"
        folder.mkdir(exist_ok=True)
        (folder / "new.raucb").write_bytes(content)
        told = {"version": version, "file": "new.raucb", "size": size, **other}
        (folder / f"{KIND}.json").write_text(json.dumps(told))
        return content


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    (tmp_path / "shop").mkdir()
    shop = Shop(tmp_path / "shop")
    thread = threading.Thread(target=shop.server.serve_forever)
    thread.start()
    yield shop
    shop.server.shutdown()
    thread.join()
    shop.server.server_close()


@pytest.fixture
def page(tmp_path: Path) -> Path:
    (tmp_path / "page").mkdir()
    return tmp_path / "page"


def test_what_is_newer_is_handed_over_whole(shop: Shop, page: Path) -> None:
    content = shop.offer()
    assert look(shop.address, ADAPTER, None, page) is Outcome.FOUND
    assert (page / FOUND).read_bytes() == content
    assert [path.name for path in (page / FOUND).parent.iterdir()] == ["newer.raucb"]
    assert (page / FOUND).parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("version", [ADAPTER.version, "0.2.0+git20261127.095959~trixie", "0.1.9"])
def test_what_is_not_newer_is_not_even_fetched(shop: Shop, page: Path, version: str) -> None:
    shop.offer(version)
    assert look(shop.address + "/", ADAPTER, None, page) is Outcome.NONE
    assert shop.asked == [f"/adapter/{KIND}.json"]


@pytest.mark.parametrize("phase", ["refused", "returned"])
def test_what_did_not_stay_is_not_tried_every_night(
    shop: Shop, page: Path, tmp_path: Path, phase: str
) -> None:
    shop.offer()
    progress = Progress(tmp_path / "progress.json")
    progress.tell(phase, Words("why", "почему"), version=NEWER)
    assert look(shop.address, ADAPTER, progress.read(), page) is Outcome.LEFT
    shop.offer(NEWER.replace("1128", "1129"))
    assert look(shop.address, ADAPTER, progress.read(), page) is Outcome.FOUND


def test_one_that_breaks_off_leaves_nothing(shop: Shop, page: Path) -> None:
    shop.offer(size=50_000)
    told = {"version": NEWER, "file": "new.raucb", "size": 60_000}
    (shop.folder / "adapter" / f"{KIND}.json").write_text(json.dumps(told))
    with pytest.raises(OfferError, match="did not come whole"):
        look(shop.address, ADAPTER, None, page)
    assert list((page / FOUND).parent.iterdir()) == []


def test_an_address_with_nothing_and_one_that_is_away_are_told_apart(
    shop: Shop, page: Path
) -> None:
    with pytest.raises(OfferError, match="no offer for this adapter"):
        look(shop.address, ADAPTER, None, page)
    with pytest.raises(OfferError, match="did not answer"):
        look("http://127.0.0.1:1/adapter", ADAPTER, None, page)


PLACE = f"https://example.org/adapter/{KIND}.json"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'{"version": "1; reboot", "file": "a.raucb", "size": 1}',
        b'{"version": "--help", "file": "a.raucb", "size": 1}',
        b'{"version": "1", "file": "file:///etc/shadow", "size": 1}',
        b'{"version": "1", "file": "a.raucb", "size": 0}',
        b'{"version": "1", "file": "a.raucb", "size": true}',
        b'{"version": "1", "file": "a.raucb", "size": %d}' % (LARGEST + 1),
        b'{"version": "1", "file": "https://a:b@example.org/", "size": 1}',
    ],
)
def test_an_offer_that_makes_no_sense_is_none(text: bytes) -> None:
    with pytest.raises(OfferError):
        offer_of(text, PLACE)


def test_the_update_lies_beside_its_offer_or_elsewhere() -> None:
    one = offer_of(b'{"version": "1.2", "file": "a.raucb", "size": 5}', PLACE)
    assert one.url == "https://example.org/adapter/a.raucb"
    other = offer_of(b'{"version": "1.2", "file": "http://x.org/b", "size": 5}', PLACE)
    assert other.url == "http://x.org/b"


@pytest.mark.parametrize(
    "text",
    ["ftp://x", "http://", "https://a b", "https://u:p@x.org", "https://x.org/?a=b", "x.org"],
)
def test_what_can_be_no_address(text: str) -> None:
    assert not is_address(text)


def test_nothing_is_asked_by_schedule_unless_that_is_wanted(
    shop: Shop, page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.offer()
    progress = Progress(tmp_path / "progress.json")
    assert fetch(page, progress) == 0
    keep_source(page / SOURCE, Source(shop.address, nightly=False))
    assert fetch(page, progress) == 0
    keep_source(page / SOURCE, Source(shop.address))
    assert read_source(page / SOURCE) == Source(shop.address, nightly=True)
    progress.tell("installing")
    assert fetch(page, progress) == 0
    assert shop.asked == []
    progress.tell("done")
    monkeypatch.setattr(Adapter, "this", lambda: ADAPTER)
    assert fetch(page, progress) == 0
    assert (page / FOUND).exists()


def test_an_address_that_was_spoilt_is_none(page: Path) -> None:
    (page / SOURCE).write_text('{"address": "javascript:1", "nightly": true}')
    assert read_source(page / SOURCE) == Source()
    (page / SOURCE).write_text("{")
    assert read_source(page / SOURCE) == Source()
