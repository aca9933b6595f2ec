"""A process of its own: ports join a running bridge and leave it, as lines that come and go.

    python -m tests.media.ports_come_and_go

pjproject aborts a process that takes a port from under the bridge's clock.
"""

from __future__ import annotations

import gc
import threading
import time

import pjsua2 as pj

from gateway.line import FRAME_MS, SAMPLE_RATE
from gateway.media.bridge import Bridge
from gateway.media.junction import Junction
from gateway.media.port import LinePort

PORTS = 1000


def main() -> None:
    gc.disable()
    endpoint = pj.Endpoint()
    endpoint.libCreate()
    config = pj.EpConfig()
    config.logConfig.level = config.logConfig.consoleLevel = 1
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    media = config.medConfig
    media.clockRate = media.sndClockRate = SAMPLE_RATE
    media.channelCount, media.audioFramePtime = 1, FRAME_MS
    endpoint.libInit(config)
    endpoint.libStart()
    bridge = Bridge()
    bridge.open()
    ended = threading.Event()

    def run() -> None:
        clock = object()
        while not ended.wait(0.0001):
            bridge.tick(clock)

    clock = threading.Thread(target=run)
    clock.start()
    stays = LinePort("stays", Junction())
    for number in range(PORTS):
        port = LinePort(f"line{number}", Junction())
        # Joined, so that the clock asks both.
        port.startTransmit(stays)
        stays.startTransmit(port)
        time.sleep(0.0003)
        with bridge.at_rest():
            del port
    ended.set()
    clock.join()
    bridge.close()
    del stays
    gc.collect()
    endpoint.libDestroy()


if __name__ == "__main__":
    main()
