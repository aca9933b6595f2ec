"""Each row of what is known of the account service, played by the local provider."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gateway.multifon import result_codes
from gateway.multifon.client import JITTER, PAUSES, Status
from gateway.multifon.errors import (
    NoSuchAddressError,
    RefusedError,
    ServiceError,
    UnclearError,
)
from gateway.multifon.request import Form
from gateway.multifon.routing import Routing
from gateway.settings.secret import Secret
from tests.multifon.provider import LOGIN, Provider
from tests.test_multifon_network.conftest import ACCOUNT, PASSWORD

BOTH_FORMS = pytest.mark.parametrize("form", list(Form))
MODES = pytest.mark.parametrize(
    ("mode", "digit"), [(Routing.PHONE, "0"), (Routing.MULTIFON, "1"), (Routing.BOTH, "2")]
)

# The calls.


@MODES
@BOTH_FORMS
def test_routing_is_set_and_read(multifon: Provider, form: Form, mode: Routing, digit: str) -> None:
    client = multifon.client(forms=[form])
    assert client.set_routing(mode) is mode
    assert multifon.routing == digit
    assert client.read_routing() is mode


def test_set_routing_classic_goes_to_routing_set_and_is_read_back(multifon: Provider) -> None:
    multifon.client(forms=[Form.CLASSIC]).set_routing(Routing.BOTH)
    assert multifon.paths == ["routing/set", "routing"]
    assert multifon.asked[0]["parameters"] == {"login": LOGIN, "routing": "2"}
    assert multifon.asked[0]["method"] == "GET"


def test_set_routing_newer_form_goes_to_routing_itself(multifon: Provider) -> None:
    multifon.client(forms=[Form.NEWER]).set_routing(Routing.BOTH)
    assert multifon.asked[0]["path"] == "routing"
    assert multifon.asked[0]["parameters"] == {"login": LOGIN, "routing": "2"}


def test_set_routing_newer_form_that_is_refused_is_status_200_with_the_present_value(
    multifon: Provider,
) -> None:
    multifon.has_balance(0.2)
    assert multifon.client(forms=[Form.NEWER]).set_routing(Routing.MULTIFON) is Routing.PHONE
    assert multifon.paths == ["routing"], "the echo was believed"


@BOTH_FORMS
def test_a_value_that_is_silently_not_taken_is_noticed(multifon: Provider, form: Form) -> None:
    multifon.behaves(refused_set="silent")
    multifon.has_balance(0.2)
    assert multifon.client(forms=[form]).set_routing(Routing.MULTIFON) is Routing.PHONE


def test_change_password_classic(multifon: Provider) -> None:
    multifon.client(forms=[Form.CLASSIC]).change_password(Secret("New-Horse-22"))
    assert [(a["method"], a["path"]) for a in multifon.asked] == [("GET", "password/change")]
    assert multifon.client("New-Horse-22").read_routing() is Routing.MULTIFON


def test_change_password_newer_form_is_a_post_with_its_parameters_in_the_query(
    multifon: Provider,
) -> None:
    multifon.client(forms=[Form.NEWER]).change_password(Secret("New-Horse-22"))
    assert [(a["method"], a["path"]) for a in multifon.asked] == [("POST", "password")]
    assert multifon.client("New-Horse-22").read_routing() is Routing.MULTIFON


@pytest.mark.parametrize("form", ["point", "comma", "lines"])
@pytest.mark.parametrize("roubles", [100.0, 0.0, 7.25, -3.5])
def test_balance_is_decimal_may_be_negative_and_may_have_white_space_around_it(
    multifon: Provider, form: str, roubles: float
) -> None:
    multifon.behaves(balance_form=form, falls_back_below=-100)
    multifon.has_balance(roubles)
    assert multifon.client().read_balance() == Decimal(f"{roubles:.2f}")


def test_account_status_0_is_active(multifon: Provider) -> None:
    assert multifon.client().read_status() == Status(active=True)


def test_account_status_1_is_blocked_and_may_tell_when_it_expires(multifon: Provider) -> None:
    multifon.behaves(blocked=True, expires="2027-01-31")
    assert multifon.client().read_status() == Status(active=False, expires="2027-01-31")


def test_parallel_outgoing_calls(multifon: Provider) -> None:
    multifon.behaves(lines=20)
    assert multifon.client().read_lines() == 20


# Login, password, forms.


@pytest.mark.parametrize("login", [f"{ACCOUNT}@multifon.ru", ACCOUNT])
def test_the_login_is_an_address_or_the_bare_number(multifon: Provider, login: str) -> None:
    assert multifon.client(login=login).read_routing() is Routing.MULTIFON
    assert multifon.asked[0]["parameters"]["login"] == login


def test_passwords_are_percent_encoded(multifon: Provider) -> None:
    odd = "a&b=c %41+/?#я"
    multifon.client().change_password(Secret(odd))
    assert multifon.client(odd).read_routing() is Routing.MULTIFON


def test_the_program_says_what_it_is(multifon: Provider) -> None:
    multifon.client().read_lines()
    assert multifon.asked[0]["agent"].startswith("MultiFon-gateway")


@BOTH_FORMS
def test_a_form_that_the_provider_does_not_know_is_left_for_the_other(
    multifon: Provider, form: Form
) -> None:
    others = [other for other in Form if other is not form]
    multifon.behaves(forms=[others[0].value])
    client = multifon.client(forms=[form, *others])
    client.change_password(Secret("New-Horse-22"))
    client = multifon.client("New-Horse-22", forms=[form, *others])
    client.change_password(Secret("New-Horse-33"))
    assert multifon.client("New-Horse-33").read_routing() is Routing.MULTIFON


@MODES
def test_a_provider_that_takes_the_newer_form_for_a_question_is_asked_in_the_classic_one(
    multifon: Provider, mode: Routing, digit: str
) -> None:
    multifon.behaves(forms=["classic"])
    assert multifon.client().set_routing(mode) is mode
    assert multifon.routing == digit


def test_the_form_that_was_known_last_is_tried_first(multifon: Provider) -> None:
    multifon.behaves(forms=["classic"])
    client = multifon.client()
    client.change_password(Secret("New-Horse-22"))
    asked = multifon.paths
    assert asked == ["password", "password/change"]
    with pytest.raises(RefusedError):
        client.change_password(Secret("New-Horse-33"))  # it has the old password
    assert multifon.paths == [*asked, "password/change"]


# Result codes.


def test_code_200_counts_whatever_the_description_says(multifon: Provider) -> None:
    multifon.behaves(fault="windows-1251")
    assert multifon.client().read_routing() is Routing.MULTIFON


def test_code_101_is_a_wrong_password(multifon: Provider) -> None:
    with pytest.raises(RefusedError, match="does not take the password") as refused:
        multifon.client("wrong-horse").read_routing()
    assert (refused.value.code, refused.value.result) == (result_codes.WRONG_PASSWORD, 101)
    assert "пароль" in refused.value.words.ru
    assert len(multifon.asked) == 1, "a wrong password is not sent again"


def test_code_102_is_a_user_who_may_not_route(multifon: Provider) -> None:
    multifon.behaves(routing_allowed=False)
    with pytest.raises(RefusedError, match="does not let this number choose") as refused:
        multifon.client().set_routing(Routing.BOTH)
    assert (refused.value.code, refused.value.result) == (result_codes.NOT_ALLOWED, 102)


def test_code_404_is_no_such_user(multifon: Provider) -> None:
    with pytest.raises(RefusedError, match="does not know this number") as refused:
        multifon.client(login="79990001122@multifon.ru").read_balance()
    assert (refused.value.code, refused.value.result) == (result_codes.NO_SUCH_USER, 404)


@pytest.mark.parametrize("code", [100, 201, 500, 999])
def test_any_other_code_is_a_failure_with_code_and_description(
    multifon: Provider, code: int
) -> None:
    multifon.behaves(fault=f"code-{code}")
    with pytest.raises(RefusedError, match=f"{code} Internal error") as refused:
        multifon.client().read_routing()
    assert refused.value.code == result_codes.OTHER


@pytest.mark.parametrize("code", result_codes.KNOWN_CODES)
def test_every_known_code_is_explained_in_two_languages(code: int) -> None:
    words = result_codes.refusal(code, "Said").words
    assert words.en.endswith(f"({code} Said)")
    assert words.ru.endswith(f"({code} Said)")
    assert words.en != words.ru


# Bad answers.


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("no-result", "bad-answer"),
        ("broken-xml", "bad-answer"),
        ("bomb", "bad-answer"),
        ("huge", "too-large"),
        ("http-403", "http-status"),
        ("http-301", "http-status"),
        ("http-204", "http-status"),
    ],
)
def test_an_answer_that_makes_no_sense_is_told_and_not_asked_for_again(
    multifon: Provider, fault: str, code: str
) -> None:
    multifon.behaves(fault=fault)
    with pytest.raises(UnclearError) as unclear:
        multifon.client().read_routing()
    assert unclear.value.code == code
    assert len(multifon.asked) == 1


@pytest.mark.parametrize("status", [404, 405, 501])
def test_http_status_of_an_address_that_does_not_exist(multifon: Provider, status: int) -> None:
    multifon.behaves(fault=f"http-{status}")
    with pytest.raises(NoSuchAddressError, match="service_url"):
        multifon.client().read_routing()


@pytest.mark.parametrize("value", ["3", "-1", "", "one"])
def test_a_routing_that_is_none_of_0_1_and_2_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="none of 0, 1 and 2"):
        Routing.from_digit(value)


def test_a_number_of_lines_that_makes_no_sense_is_refused(multifon: Provider) -> None:
    multifon.behaves(lines=-1)
    with pytest.raises(UnclearError):
        multifon.client().read_lines()


# Repeats.


@pytest.mark.parametrize("fault", ["http-500", "http-503", "http-429", "reset"])
def test_what_fails_in_passing_is_asked_again_after_pauses_with_jitter(
    multifon: Provider, fault: str
) -> None:
    multifon.behaves(fault=fault, fault_times=2)
    assert multifon.client().read_routing() is Routing.MULTIFON
    assert len(multifon.asked) == 3
    for pause, usual in zip(multifon.pauses, PAUSES, strict=True):
        assert usual * (1 - JITTER) <= pause <= usual * (1 + JITTER)


def test_what_keeps_failing_is_given_up(multifon: Provider) -> None:
    multifon.behaves(fault="http-500")
    with pytest.raises(UnclearError, match="HTTP status 500"):
        multifon.client().read_balance()
    assert len(multifon.asked) == 1 + len(PAUSES)


def test_setting_the_routing_is_repeated_because_that_is_harmless(multifon: Provider) -> None:
    multifon.behaves(fault="lost", fault_times=1)
    assert multifon.client().set_routing(Routing.BOTH) is Routing.BOTH


@pytest.mark.parametrize("fault", ["http-500", "reset", "lost", "error"])
@BOTH_FORMS
def test_a_change_of_the_password_is_never_repeated(
    multifon: Provider, fault: str, form: Form
) -> None:
    multifon.behaves(fault=fault)
    with pytest.raises(ServiceError):
        multifon.client(forms=[form]).change_password(Secret("New-Horse-22"))
    assert len(multifon.asked) == 1
    assert multifon.pauses == []


def test_a_closed_client_asks_no_more(multifon: Provider) -> None:
    client = multifon.client(PASSWORD)
    client.close()
    with pytest.raises(ServiceError, match="stops"):
        client.read_routing()
    assert multifon.asked == []
