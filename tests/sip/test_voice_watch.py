from gateway.sip.voice_watch import Sign, VoiceWatch


def watch(
    packets: list[int], *, expected: bool = True, answers: frozenset[int] = frozenset()
) -> tuple[VoiceWatch, list[tuple[int, Sign]]]:
    """Look once a second; ``answers`` are the seconds at which the network answers."""
    watched = VoiceWatch()
    watched.begin(0.0)
    found = []
    for second, count in enumerate(packets):
        if second in answers:
            watched.answered(second)
        found += [(second, sign) for sign in watched.look(second, count, expected=expected)]
    return watched, found


def test_voice_that_comes_gives_no_sign() -> None:
    watched, signs = watch([50 * n for n in range(60)])
    assert signs == []
    assert (watched.times, watched.seconds_without_voice(60.0)) == (0, 0.0)


def test_a_network_without_voice_and_answers_is_lost() -> None:
    _, signs = watch([0] * 17)
    assert [second for second, sign in signs if sign is Sign.ASK] == [6, 12]
    assert [second for second, sign in signs if sign is Sign.LOST] == [16]


def test_a_network_that_answers_is_never_lost_but_its_voice_is_missed_once() -> None:
    watched, signs = watch([0] * 60, answers=frozenset(range(0, 60, 6)))
    assert Sign.LOST not in {sign for _, sign in signs}
    assert [second for second, sign in signs if sign is Sign.NO_VOICE] == [6]
    assert watched.times == 1
    assert watched.seconds_without_voice(59.0) == 59.0


def test_voice_that_comes_back_is_told_and_the_gap_is_counted() -> None:
    packets = [50] * 9 + [100 + 50 * n for n in range(5)]
    watched, signs = watch(packets, answers=frozenset({6}))
    assert [sign for _, sign in signs if sign is not Sign.ASK] == [
        Sign.NO_VOICE,
        Sign.VOICE_AGAIN,
    ]
    assert watched.times == 1
    assert watched.seconds_without_voice(20.0) == 9.0


def test_on_hold_no_voice_is_expected_but_the_network_is_asked() -> None:
    watched, signs = watch([0] * 30, expected=False, answers=frozenset(range(0, 30, 6)))
    assert {sign for _, sign in signs} == {Sign.ASK}
    assert watched.times == 0


def test_after_hold_the_wait_begins_anew() -> None:
    watched = VoiceWatch()
    watched.begin(0.0)
    for second in range(10):
        watched.answered(second)
        assert Sign.NO_VOICE not in watched.look(second, 7, expected=False)
    for second in range(10, 16):
        watched.answered(second)
        assert Sign.NO_VOICE not in watched.look(second, 7, expected=True)
    assert Sign.NO_VOICE in watched.look(16.0, 7, expected=True)
