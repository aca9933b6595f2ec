from hypothesis import given
from hypothesis import strategies as st

from gateway.sip.ways import Door, Way, Ways

DOORS = (Door("udp", 5060), Door("udp", 8080), Door("tcp", 5060), Door("tcp", 8080))


def ways(*addresses: str) -> Ways:
    made = Ways(DOORS)
    made.found(addresses or ("192.0.2.1",))
    return made


def used(ways: Ways) -> str:
    return str(ways.current)


def test_the_order_of_the_profile_is_followed_while_nothing_answers() -> None:
    tried = ways()
    seen = []
    for _ in range(5):
        seen.append(used(tried))
        tried.silent()
    assert seen == [
        "udp 192.0.2.1:5060",
        "udp 192.0.2.1:8080",
        "tcp 192.0.2.1:5060",
        "tcp 192.0.2.1:8080",
        "udp 192.0.2.1:5060",
    ]


def test_each_address_is_tried_before_the_next_port() -> None:
    tried = ways("192.0.2.1", "192.0.2.2")
    tried.silent()
    assert used(tried) == "udp 192.0.2.2:5060"
    tried.silent()
    assert used(tried) == "udp 192.0.2.1:8080"


def test_a_way_that_worked_gets_a_second_chance() -> None:
    tried = ways()
    tried.answered()
    tried.silent()
    assert used(tried) == "udp 192.0.2.1:5060"
    tried.answered()
    tried.silent()
    assert used(tried) == "udp 192.0.2.1:5060", "an answer in between counts anew"
    tried.silent()
    assert used(tried) == "udp 192.0.2.1:8080"


def test_a_fallback_is_kept_while_it_works_and_the_best_way_comes_first_after_it() -> None:
    tried = ways()
    tried.silent()
    tried.answered()
    tried.found(("192.0.2.1",))
    assert used(tried) == "udp 192.0.2.1:8080"
    tried.silent()
    tried.silent()
    assert used(tried) == "udp 192.0.2.1:5060"


def test_an_address_that_works_is_kept_when_dns_names_another() -> None:
    tried = ways()
    tried.answered()
    tried.found(("192.0.2.9",))
    assert used(tried) == "udp 192.0.2.1:5060"
    assert tried.addresses == {"192.0.2.1", "192.0.2.9"}
    tried.silent()
    tried.silent()
    assert used(tried) == "udp 192.0.2.9:5060"


def test_an_address_that_never_answered_gives_way_to_a_new_one() -> None:
    tried = ways()
    tried.silent()
    tried.found(("192.0.2.9",))
    assert used(tried) == "udp 192.0.2.9:5060"


def test_dns_without_an_answer_changes_nothing() -> None:
    tried = ways()
    tried.found(())
    assert used(tried) == "udp 192.0.2.1:5060"


def test_another_network_begins_with_the_best_way() -> None:
    tried = ways()
    tried.silent()
    tried.answered()
    tried.begin_anew()
    assert used(tried) == "udp 192.0.2.1:5060"


def test_there_is_no_way_before_an_address_is_known() -> None:
    tried = Ways(DOORS)
    tried.silent()
    tried.begin_anew()
    assert tried.current is None


@given(st.lists(st.sampled_from(["silent", "answered", "anew", "a", "ab", "b", ""])))
def test_whatever_happens_there_is_a_way_that_was_named(events: list[str]) -> None:
    tried = ways("a")
    for event in events:
        match event:
            case "silent":
                tried.silent()
            case "answered":
                tried.answered()
            case "anew":
                tried.begin_anew()
            case addresses:
                tried.found(tuple(addresses))
        current = tried.current
        assert isinstance(current, Way)
        assert current.address in tried.addresses
        assert Door(current.transport, current.port) in DOORS
