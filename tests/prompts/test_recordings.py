"""The recordings that the gateway ships, as they were built from this tree."""

from __future__ import annotations

import array
import zipfile
from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from gateway.call.reason import Reason
from gateway.call.service_codes import DEFAULT_CODES
from gateway.media._dsp import DtmfDetector
from gateway.prompts import answers
from gateway.prompts.answers import Pieces
from gateway.prompts.build import build, main
from gateway.prompts.language import Language, load_language, parse_language, shipped_languages
from gateway.prompts.levelling import ACTIVE_LEVEL, HIGHEST_PEAK, active_level, levelled, trimmed
from gateway.prompts.recordings import PAUSES, RecordingError, archive_of, samples_of
from gateway.prompts.synthesis import SynthesisError
from tests.media.signals import frames
from tests.prompts.p56 import active_speech_level
from tests.prompts.recogniser import Listener, as_words
from tests.speech import Samples

LANGUAGES = [load_language(code) for code in shipped_languages()]
each_language = pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)


@cache
def sound(language: str, *pieces: str) -> Samples:
    return np.frombuffer(samples_of(pieces, archive_of(language)), np.int16)


@each_language
def test_every_piece_is_there_once_and_nothing_else(language: Language) -> None:
    with zipfile.ZipFile(archive_of(language.code)) as sounds:
        assert sounds.namelist() == [f"{piece}.wav" for piece in language.pieces]


def spoken(language: Language) -> list[Pieces]:
    """Answers as they are heard."""
    return [
        answers.state(True, None, "79261234567", language),
        answers.state(False, Reason.WRONG_PASSWORD, "", language),
        answers.balance(Decimal("-1234.56"), language),
        answers.menu("***0", DEFAULT_CODES, language),
        *map(answers.routing_set, answers.MODES.values()),
        tuple(language.phrases),
    ]


@each_language
def test_what_is_spoken_has_the_level_of_the_telephone(language: Language) -> None:
    levels = [active_speech_level(sound(language.code, *pieces)) for pieces in spoken(language)]
    assert [round(level, 1) for level in levels if not -21 < level < -18.5] == []


@each_language
def test_no_piece_is_much_louder_than_another(language: Language) -> None:
    levels = [
        active_level(array.array("h", sound(language.code, p).tobytes())) for p in language.pieces
    ]
    assert max(levels) - min(levels) < 2
    assert max(levels) == pytest.approx(ACTIVE_LEVEL, abs=0.2)


@each_language
def test_no_piece_is_clipped_or_clicks(language: Language) -> None:
    for piece in language.pieces:
        samples = sound(language.code, piece).astype(int)
        assert np.abs(samples).max() <= HIGHEST_PEAK
        assert abs(samples[0]) < 20, piece
        assert abs(samples[-1]) < 20, piece


@each_language
def test_no_piece_begins_or_ends_with_more_than_a_breath_of_silence(language: Language) -> None:
    for piece in language.pieces:
        slices = sound(language.code, piece)
        slices = slices[: len(slices) // 80 * 80].reshape(-1, 80).astype(float)
        heard = np.flatnonzero(np.sqrt((slices**2).mean(axis=1)) > 60)
        assert heard[0] <= 3, piece
        assert heard[-1] >= len(slices) - 4, piece


@each_language
def test_the_power_lies_in_the_band_of_a_telephone(language: Language) -> None:
    everything = sound(language.code, *language.pieces).astype(float)
    power = np.abs(np.fft.rfft(everything)) ** 2
    frequency = np.fft.rfftfreq(len(everything), 1 / 8000)
    outside = power[(frequency < 200) | (frequency > 3550)].sum()
    assert outside < 0.01 * power.sum()


@each_language
@pytest.mark.parametrize("echo", [0, -6, -12, -18])
def test_the_echo_of_the_gateways_own_voice_is_no_digit(language: Language, echo: int) -> None:
    everything = sound(language.code, *language.pieces) * 10 ** (echo / 20)
    detector = DtmfDetector()
    digits = [detector.process(frame) for frame in frames(everything.astype(np.int16).tobytes())]
    assert "".join(digits) == ""


@each_language
def test_words_are_as_long_as_words_are(language: Language) -> None:
    for word in language.words:
        assert 0.15 < len(sound(language.code, word)) / 8000 < 1.5, word


def test_pieces_are_joined_with_pauses() -> None:
    one, two = sound("ru", "один"), sound("ru", "два")
    joined = sound("ru", "один", ",", "два", ".", "один")
    gap = [np.zeros(round(PAUSES[p] * 8000), np.int16) for p in (",", ".")]
    assert np.array_equal(joined, np.concatenate([one, gap[0], two, gap[1], one]))


def test_english_phrases_are_understood_by_a_recogniser(tmp_path: Path) -> None:
    english = load_language("en")
    phrases = {p: as_words(t) for p, t in english.phrases.items() if t.count(" ") >= 2}
    listener = Listener(phrases.values(), tmp_path)
    misheard = {
        phrase: heard
        for phrase, text in phrases.items()
        if (heard := listener.hears(sound("en", phrase))) != text
    }
    assert len(misheard) <= len(phrases) / 10, misheard


def test_the_recogniser_hears_nothing_in_russian(tmp_path: Path) -> None:
    """So that the test above cannot succeed by guessing."""
    english, russian = load_language("en"), load_language("ru")
    phrases = {p: as_words(t) for p, t in english.phrases.items() if t.count(" ") >= 2}
    listener = Listener(phrases.values(), tmp_path)
    right = [p for p in phrases if listener.hears(sound(russian.code, p)) == phrases[p]]
    assert len(right) < len(phrases) / 4


def test_the_same_text_gives_the_same_file_byte_for_byte(tmp_path: Path) -> None:
    assert main(["ru", "--into", str(tmp_path)]) == 0
    assert archive_of("ru", tmp_path).read_bytes() == archive_of("ru").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["ru.zip"]


def with_voice(synthesiser: str, voice: str) -> Language:
    source = Path("gateway/prompts/languages/en.toml").read_text(encoding="utf-8")
    old = 'synthesiser = "festival"\nname = "voice_cmu_us_slt_arctic_hts"'
    assert old in source
    new = f'synthesiser = "{synthesiser}"\nname = "{voice}"'
    return parse_language("en", source.replace(old, new))


def test_a_language_may_have_the_other_synthesiser(tmp_path: Path) -> None:
    language = with_voice("espeak-ng", "en")
    build(language, tmp_path / "en.zip")
    levels = [
        active_level(array.array("h", samples_of([piece], tmp_path / "en.zip")))
        for piece in language.pieces
    ]
    assert abs(np.mean(levels) - ACTIVE_LEVEL) < 1


@pytest.mark.parametrize(
    ("synthesiser", "voice", "told"),
    [
        ("festival", "voice_of_nobody", "festival failed: .*voice_of_nobody"),
        ("espeak-ng", "tlh-nobody", "espeak-ng failed"),
        ("parrot", "polly", "no synthesiser 'parrot'; there are: festival, espeak-ng"),
    ],
)
def test_what_no_synthesiser_can_do_is_told(
    synthesiser: str, voice: str, told: str, tmp_path: Path
) -> None:
    with pytest.raises(SynthesisError, match=told):
        build(with_voice(synthesiser, voice), tmp_path / "en.zip")
    assert [*tmp_path.iterdir()] == []


def test_the_build_tells_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tlh", "--into", str(tmp_path)]) == 1
    assert "there is no language 'tlh'" in capsys.readouterr().err


@pytest.mark.parametrize("damage", ["missing", "torn", "piece"])
def test_a_recording_that_cannot_be_had_is_told_with_what_to_do(
    damage: str, tmp_path: Path
) -> None:
    archive = archive_of("ru", tmp_path)
    if damage != "missing":
        whole = archive_of("ru").read_bytes()
        archive.write_bytes(whole if damage == "piece" else whole[:1000])
    with pytest.raises(RecordingError, match=r"python -m gateway\.prompts\.build"):
        samples_of(["один", "nothing"] if damage == "piece" else ["один"], archive)


def test_silence_is_no_recording() -> None:
    with pytest.raises(ValueError, match="nothing to hear"):
        levelled(array.array("h", bytes(16000)))


def test_a_loud_crest_lowers_the_level_instead_of_clipping() -> None:
    rng = np.random.default_rng(1)
    wave = rng.normal(0, 300, 8000)
    wave[4000] = 30000
    levelled_ = np.array(levelled(array.array("h", wave.astype(np.int16).tobytes())))
    assert np.abs(levelled_).max() <= HIGHEST_PEAK


def test_the_ends_are_cut_and_ramped() -> None:
    wave = np.zeros(8000, np.int16)
    wave[3000:5000] = 5000 * np.sign(np.sin(np.arange(2000)))
    cut = np.array(trimmed(array.array("h", wave.tobytes())))
    assert 2000 < len(cut) < 2000 + 500
    assert cut[0] == cut[-1] == 0
