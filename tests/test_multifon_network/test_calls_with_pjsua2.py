"""pjsua2 as the account's telephone: an independent SIP stack and its own G.711."""

from __future__ import annotations

from tests.simulators.multifon.network_process import RunningNetwork
from tests.test_multifon_network.pjsua_phone import pjsua_phone


def test_a_menu_hears_digits_in_the_voice_and_speaks_them(network: RunningNetwork) -> None:
    with pjsua_phone(network.port) as phone:
        phone.expect("registration", active=True, status=200)
        phone.do("call", number="79990000007")
        phone.expect("media")
        call = network.control.wait_call()["call"]
        network.control.wait(call, "connected")
        phone.do("dial", digits="159#")
        info = network.control.wait_digits(call, "159#")
        assert info["digits"] == "159#"
        phone.do("hang_up")
        info = network.control.wait(call, "ended")
        assert info["ended_by"] == "account"
        print(info)
        for e in network.control.trace(): print(e["direction"], e["text"])
        print(network.control.accounts())
