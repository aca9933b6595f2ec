from gateway.sip.own_address import OwnAddress, own_address


def test_the_kernel_names_the_address_towards_loopback() -> None:
    assert own_address("127.0.0.1") == "127.0.0.1"


def test_what_has_no_route_has_no_address() -> None:
    assert own_address("255.255.255.255") == ""


def test_the_first_address_is_not_a_move() -> None:
    own = OwnAddress()
    assert not own.moved("")
    assert not own.moved("192.0.2.1")
    assert not own.moved("192.0.2.1")


def test_another_address_is_a_move_once() -> None:
    own = OwnAddress()
    own.moved("192.0.2.1")
    assert own.moved("192.0.2.2")
    assert not own.moved("192.0.2.2")


def test_a_network_that_comes_back_is_a_move_even_at_the_same_address() -> None:
    own = OwnAddress()
    own.moved("192.0.2.1")
    assert not own.moved("")
    assert not own.moved("")
    assert own.moved("192.0.2.1")
    assert not own.moved("192.0.2.1")
