"""A pjsua2 telephone as a program: commands as JSON lines on stdin, events on stdout.

A process of its own, because pjsua2 aborts when its objects outlive its library.
"""

from __future__ import annotations

import gc
import json
import os
import select
import sys
from collections.abc import Callable
from typing import Any

import pjsua2 as pj

POLL_MS = 10


def tell(event: str, **values: Any) -> None:
    sys.stderr.write(json.dumps({"event": event, **values}) + "\n")
    sys.stderr.flush()


class TelephoneCall(pj.Call):  # type: ignore[misc]
    def __init__(self, phone: Telephone, account: pj.Account, call_id: int = -1) -> None:
        super().__init__(account, call_id)
        self.phone = phone
        self.media: pj.AudioMedia | None = None

    def onCallState(self, prm: pj.OnCallStateParam) -> None:  # noqa: N802, ARG002
        info = self.getInfo()
        tell("call", state=info.stateText, status=int(info.lastStatusCode), id=info.id)
        if info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self.phone.ended.append(self)

    def onCallMediaState(self, prm: pj.OnCallMediaStateParam) -> None:  # noqa: N802, ARG002
        info = self.getInfo()
        for index in range(len(info.media)):
            if info.media[index].status == pj.PJSUA_CALL_MEDIA_ACTIVE:
                self.media = self.getAudioMedia(index)
                if self.phone.recorder is not None:
                    self.media.startTransmit(self.phone.recorder)
                for source in (self.phone.player, self.phone.tones):
                    if source is not None:
                        source.startTransmit(self.media)
                tell("media", id=info.id)


class TelephoneAccount(pj.Account):  # type: ignore[misc]
    def __init__(self, phone: Telephone) -> None:
        super().__init__()
        self.phone = phone

    def onRegState(self, prm: pj.OnRegStateParam) -> None:  # noqa: N802
        info = self.getInfo()
        tell("registration", status=int(prm.code), active=bool(info.regIsActive),
             expires=int(info.regExpiresSec))  # fmt: skip

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:  # noqa: N802
        call = TelephoneCall(self.phone, self, prm.callId)
        self.phone.calls.append(call)
        tell("incoming", sender=call.getInfo().remoteUri, message=prm.rdata.wholeMsg)


class Telephone:
    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        self.calls: list[TelephoneCall] = []
        self.ended: list[TelephoneCall] = []
        self.player: pj.AudioMediaPlayer | None = None
        self.recorder: pj.AudioMediaRecorder | None = None
        self.tones: pj.ToneGenerator | None = None
        self.endpoint = pj.Endpoint()
        self.endpoint.libCreate()
        config = pj.EpConfig()
        config.uaConfig.threadCnt = 0
        config.uaConfig.maxCalls = 8
        config.logConfig.level = config.logConfig.consoleLevel = 0
        media = config.medConfig
        media.clockRate = media.sndClockRate = 8000
        media.noVad = True
        media.ecTailLen = 0
        self.endpoint.libInit(config)
        for codec in self.endpoint.codecEnum2():
            name = codec.codecId
            order = {"PCMA/8000/1": 255, "PCMU/8000/1": 254}
            self.endpoint.codecSetPriority(name, order.get(name, 0))
        for first in options.get("codec_first", []):
            self.endpoint.codecSetPriority(first, 255)
            self.endpoint.codecSetPriority("PCMA/8000/1", 200)
        transport = pj.TransportConfig()
        transport.boundAddress = "127.0.0.1"
        kind = pj.PJSIP_TRANSPORT_TCP if options["tcp"] else pj.PJSIP_TRANSPORT_UDP
        self.endpoint.transportCreate(kind, transport)
        self.endpoint.libStart()
        self.endpoint.audDevManager().setNullDev()
        self.account = self.make_account()

    def make_account(self) -> TelephoneAccount:
        options = self.options
        config = pj.AccountConfig()
        config.idUri = f"sip:{options['user']}@multifon.ru"
        config.regConfig.registrarUri = "sip:multifon.ru"
        config.regConfig.timeoutSec = options["expires"]
        config.regConfig.retryIntervalSec = 0
        config.mediaConfig.transportConfig.port = options["rtp_port"]
        config.mediaConfig.transportConfig.boundAddress = "127.0.0.1"
        tcp = ";transport=tcp" if options["tcp"] else ""
        config.sipConfig.proxies.append(f"sip:127.0.0.1:{options['port']}{tcp};lr")
        config.sipConfig.authCreds.append(
            pj.AuthCredInfo("digest", "*", options["user"], 0, options["password"])
        )
        account = TelephoneAccount(self)
        account.create(config)
        return account

    def perform(self, command: dict[str, Any]) -> None:
        getattr(self, "do_" + command.pop("do"))(**command)

    def do_play(self, path: str) -> None:
        self.player = pj.AudioMediaPlayer()
        self.player.createPlayer(path, pj.PJMEDIA_FILE_NO_LOOP)

    def do_record(self, path: str) -> None:
        self.recorder = pj.AudioMediaRecorder()
        self.recorder.createRecorder(path)

    def do_call(self, number: str) -> None:
        call = TelephoneCall(self, self.account)
        self.calls.append(call)
        call.makeCall(f"sip:{number}@multifon.ru", pj.CallOpParam(True))

    def do_answer(self, status: int) -> None:
        parameters = pj.CallOpParam()
        parameters.statusCode = status
        self.calls[-1].answer(parameters)

    def do_dial(self, digits: str) -> None:
        """In-band digits of 80 ms, 80 ms apart."""
        if self.tones is None:
            self.tones = pj.ToneGenerator()
            self.tones.createToneGenerator()
        media = self.calls[-1].media
        assert media is not None
        self.tones.startTransmit(media)
        tones = pj.ToneDigitVector()
        for digit in digits:
            tone = pj.ToneDigit()
            tone.digit, tone.on_msec, tone.off_msec, tone.volume = digit, 80, 80, 8000
            tones.append(tone)
        self.tones.playDigits(tones)

    def do_hang_up(self) -> None:
        self.calls[-1].hangup(pj.CallOpParam())

    def do_hold(self) -> None:
        self.calls[-1].setHold(pj.CallOpParam())

    def do_resume(self) -> None:
        parameters = pj.CallOpParam(True)
        parameters.opt.flag = pj.PJSUA_CALL_UNHOLD
        self.calls[-1].reinvite(parameters)

    def do_register(self) -> None:
        self.account.setRegistration(True)

    def run(self) -> None:
        stdin = sys.stdin.fileno()
        pending = b""
        while True:
            self.endpoint.libHandleEvents(POLL_MS)
            self.drop_ended()
            if not select.select([stdin], [], [], 0)[0]:
                continue
            data = os.read(stdin, 65536)
            if not data:
                return
            *lines, pending = (pending + data).split(b"\n")
            for line in lines:
                self.perform(json.loads(line))

    def drop_ended(self) -> None:
        for call in self.ended:
            call.media = None
            self.calls.remove(call)
        self.ended.clear()

    def poll_until(self, done: Callable[[], bool]) -> None:
        for _ in range(200):
            if done():
                return
            self.endpoint.libHandleEvents(POLL_MS)

    def close(self) -> None:
        self.endpoint.hangupAllCalls()
        self.poll_until(lambda: len(self.ended) == len(self.calls))
        self.drop_ended()
        self.player = self.recorder = self.tones = None
        if self.account.getInfo().regIsActive:
            self.account.setRegistration(False)
            self.poll_until(lambda: not self.account.getInfo().regIsActive)
        self.account.shutdown()
        del self.account
        gc.collect()
        self.endpoint.libDestroy()
        del self.endpoint


def main() -> None:
    phone = Telephone(json.loads(sys.argv[1]))
    tell("ready")
    try:
        phone.run()
    finally:
        phone.close()
        tell("closed")


if __name__ == "__main__":
    main()
