"""Tries a freshly built pjsua2: transports, codecs, and what the gateway calls by ctypes."""

import ctypes
import sys

import pjsua2 as pj

# pjmedia functions that pjsua2 does not offer to Python; the wheel must export them.
EXPORTED = (
    "pjmedia_endpt_get_ioqueue",
    "pjmedia_port_get_frame",
    "pjmedia_port_put_frame",
    "pjsua_get_pjmedia_endpt",
)
CODECS = {"PCMA/8000/1", "PCMU/8000/1", "G722/16000/1"}


def main() -> int:
    """Return 0 if the module is whole; print what is missing otherwise."""
    library = ctypes.CDLL(sys.modules["_pjsua2"].__file__)
    faults = [f"{name} is not exported" for name in EXPORTED if not hasattr(library, name)]

    endpoint = pj.Endpoint()
    endpoint.libCreate()
    config = pj.EpConfig()
    config.uaConfig.threadCnt = 0
    config.uaConfig.maxCalls = 32
    config.medConfig.clockRate = config.medConfig.sndClockRate = 8000
    endpoint.libInit(config)
    for kind in (
        pj.PJSIP_TRANSPORT_UDP,
        pj.PJSIP_TRANSPORT_TCP,
        pj.PJSIP_TRANSPORT_TLS,
    ):
        transport = pj.TransportConfig()
        transport.boundAddress = "127.0.0.1"
        endpoint.transportCreate(kind, transport)
    endpoint.libStart()
    endpoint.audDevManager().setNullDev()
    missing = CODECS - {codec.codecId for codec in endpoint.codecEnum2()}
    faults += [f"codec {name} is missing" for name in sorted(missing)]
    endpoint.libDestroy()

    sys.stderr.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
