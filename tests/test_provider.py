import pytest

from gateway.provider import load_provider, parse_provider, shipped_providers

PROFILE = """
name = "Example"
domain = "example.org"
proxy = "sip.example.org"
ports = [5060]
transports = ["udp"]
expiry = 300
keep_alive = 0
codecs = ["PCMU"]
digits = "voice"
hold = "local"
messages = "none"
calls = 1
blocked_status = 486
retry_first = 1.0
retry_longest = 60.0

[[number]]
name = "everything"
dial = "x."
"""


def test_every_shipped_profile_is_whole() -> None:
    assert "multifon" in shipped_providers()
    for name in shipped_providers():
        assert load_provider(name).name


def test_the_plain_profile_leaves_the_domain_to_the_account_and_sends_telephone_events() -> None:
    profile = load_provider("plain")
    assert (profile.domain, profile.proxy, profile.digits) == ("", "", "events")
    assert load_provider("multifon").digits == "voice"


def test_multifon_offers_pcma_first_and_has_the_documented_fallback_port() -> None:
    profile = load_provider("multifon")
    assert profile.codecs == ("PCMA", "PCMU")
    assert profile.ports == (5060, 8080)
    assert (profile.domain, profile.proxy) == ("multifon.ru", "sbc.megafon.ru")


def test_a_profile_is_read_with_its_number_rules() -> None:
    profile = parse_provider("example", PROFILE)
    assert profile.calls == 1
    assert profile.numbers.assess("123").number == "123"


def test_a_profile_without_number_rules_is_refused() -> None:
    with pytest.raises(ValueError, match="no number could be dialled"):
        parse_provider("example", PROFILE.partition("[[number]]")[0])


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('domain = "example.org"\n', "", "domain is missing"),
        ('name = "Example"', 'nmae = "Example"', "name is missing"),
        ("expiry = 300", "expiry = 300\nexpires = 5", "unknown: expires"),
        ('["PCMU"]', '["opus"]', "codecs are some of"),
        ('digits = "voice"', 'digits = "info"', "digits are voice or events"),
        ('hold = "local"', 'hold = "maybe"', "hold is local or re-invite"),
        ('messages = "none"', 'messages = "sms"', "messages are none, plain, movial"),
        ('["udp"]', '["tls"]', "transports are udp and tcp"),
        ("[5060]", "[0]", "a port is from 1"),
    ],
)
def test_a_wrong_profile_says_what_is_wrong(old: str, new: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_provider("example", PROFILE.replace(old, new))


def test_an_unknown_provider_names_those_that_there_are() -> None:
    with pytest.raises(ValueError, match=r"no provider 'multifone'.*multifon"):
        load_provider("multifone")
