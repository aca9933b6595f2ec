"""The account service of the local MultiFon, asked by a client that is not the gateway's."""

from __future__ import annotations

import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest

from tests.certificates import certificates
from tests.simulators.multifon.account_api.behaviour import FAULTS, Behaviour
from tests.simulators.multifon.network_process import RunningNetwork, multifon_network
from tests.test_multifon_network.conftest import ACCOUNT, PASSWORD, network_in_thread
from tests.test_multifon_network.raw_peer import RawPeer

Ask = Callable[..., str]
LOGIN = f"{ACCOUNT}@multifon.ru"


@pytest.fixture
def network(tmp_path: Path) -> Iterator[RunningNetwork]:
    with network_in_thread(tmp_path, certificates(tmp_path).of("127.0.0.1")) as running:
        yield running


def asker(url: str, bundle: Path) -> Ask:
    context = ssl.create_default_context(cafile=bundle)

    def ask(path: str, method: str = "GET", **parameters: str) -> str:
        query = urlencode({"login": LOGIN, "password": PASSWORD, **parameters})
        request = urllib.request.Request(f"{url}{path}?{query}", method=method)
        with urllib.request.urlopen(request, context=context) as answer:
            return str(answer.read().decode())

    return ask


@pytest.fixture
def ask(network: RunningNetwork, tmp_path: Path) -> Ask:
    return asker(network.account_api, tmp_path / "authority.pem")


def test_the_answer_looks_as_it_was_published(ask: Ask) -> None:
    text = ask("routing")
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<response>')
    root = ElementTree.fromstring(text.encode())
    assert root.findtext("result/code") == "200"
    assert root.findtext("result/description") == "OK"
    assert root.findtext("routing") == "1"


@pytest.mark.parametrize("path", ["routing", "routing/"])
def test_a_slash_at_the_end_changes_nothing(ask: Ask, path: str) -> None:
    assert "<routing>1</routing>" in ask(path)


def test_a_mode_is_set_in_both_forms(ask: Ask) -> None:
    assert "routing>" not in ask("routing/set", routing="2")
    assert "<routing>2</routing>" in ask("routing")
    assert "routing>" not in ask("routing", "POST", routing="0")
    assert "<routing>0</routing>" in ask("routing")


def test_a_mode_falls_back_when_the_balance_nears_zero_and_stays_there_after_the_top_up(
    network: RunningNetwork, ask: Ask
) -> None:
    network.control.set(balance=0.5)
    assert "<routing>0</routing>" in ask("routing", routing="1"), "refused: the present value"
    network.control.set(balance=100)
    assert "<routing>0</routing>" in ask("routing")
    assert "routing>" not in ask("routing", routing="1")
    assert "<routing>1</routing>" in ask("routing")


def test_a_call_to_an_account_that_is_routed_to_the_mobile_telephone_does_not_come(
    network: RunningNetwork, ask: Ask
) -> None:
    with RawPeer(network.port) as peer:
        peer.register()
        ask("routing", routing="0")
        call = network.control.call(ACCOUNT)
        assert network.control.wait(call, "ended")["status"] == 480
        ask("routing", routing="2")
        network.control.call(ACCOUNT)
        assert peer.receive_method("INVITE")


def test_a_changed_password_is_that_of_sip_too(network: RunningNetwork, ask: Ask) -> None:
    assert "<code>200</code>" in ask("password", "POST", new_password="New-Horse-22")
    assert "<code>101</code>" in ask("routing")
    assert "<code>200</code>" in ask("routing", password="New-Horse-22")
    with RawPeer(network.port) as old, RawPeer(network.port, password="New-Horse-22") as new:
        assert old.register().status == 401
        assert new.register().status == 200


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"password": "wrong"}, "101"),
        ({"login": "79990001122@multifon.ru"}, "404"),
        ({"login": ACCOUNT}, "200"),
        ({"routing": "3"}, "102"),
    ],
)
def test_the_result_code_is_in_the_document(
    ask: Ask, parameters: dict[str, str], code: str
) -> None:
    assert f"<code>{code}</code>" in ask("routing", **parameters)


@pytest.mark.parametrize(("path", "method"), [("profile", "GET"), ("password", "GET")])
def test_an_unknown_address_is_http_status_404(ask: Ask, path: str, method: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404") as refused:
        ask(path, method)
    refused.value.close()


def test_what_was_asked_is_noted_without_passwords(network: RunningNetwork, ask: Ask) -> None:
    ask("password/change", new_password="New-Horse-22")
    (asked,) = network.control.account_api()["asked"]
    assert (asked["method"], asked["path"]) == ("GET", "password/change")
    assert asked["parameters"] == {"login": LOGIN}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"falt": "hang"}, "there is no 'falt'"),
        ({"fault": "explode"}, "fault is one of"),
        ({"fault": "http-20"}, "fault is one of"),
        ({"forms": ["newest"]}, "forms are some of"),
        ({"forms": "newer"}, "forms is not a str"),
        ({"balance_form": "roman"}, "balance_form is one of"),
        ({"refused_set": "loud"}, "refused_set is"),
        ({"blocked": 1}, "blocked is not a int"),
    ],
)
def test_a_wrong_behaviour_is_named(values: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Behaviour().changed(values)


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_has_a_name(fault: str) -> None:
    assert Behaviour().changed({"fault": fault.replace("NNN", "503")})


def test_it_runs_in_a_process_of_its_own(tmp_path: Path) -> None:
    issued = certificates(tmp_path / "certificates")
    with multifon_network(
        tmp_path, {ACCOUNT: PASSWORD}, certificate=issued.of("127.0.0.1")
    ) as running:
        ask = asker(running.account_api, issued.bundle)
        assert "<routing>1</routing>" in ask("routing")
        with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
            urllib.request.urlopen(running.account_api)
