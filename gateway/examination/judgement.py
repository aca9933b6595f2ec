"""What the figures of a step mean, in plain words.  Pure.

A figure that the driver has not measured is not judged: a simulated dial has no contacts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.examination.steps import Outcome, Result, Step
from gateway.line import Digit, DigitSource
from gateway.words import Words

Figures = Mapping[str, float]

SPEEDS = ((8.0, 12.0), (18.0, 22.0))
"""Pulses a second that are understood without fail: of an ordinary and of a fast dial."""
RATIOS = (50.0, 72.0)
"""Percent of the period: 58 to 63 is the norm (GOST), 67 that of other countries."""
BOUNCE_MS = 5.0
"""The default of ``edge_filter``: longer chatter comes near to a pulse of its own."""
TWIST_DB = 8.0
"""Between the two tones of a key, either way (ITU-T Q.24: 4 to 10)."""
TONE_DBM0 = (-25.0, 0.0)
"""A tone that every exchange understands (ITU-T Q.24, AT&T)."""
NOISE_DBM0 = -55.0
"""Above this a far end hears the line in the pauses of speech."""
ECHO_LOSS_DB = 6.0
"""The least return loss of a hybrid that is still a telephone's."""
ECHO_LEFT_DB = 30.0
"""So much weaker than what they say, far ends on MultiFon do not mind to hear themselves."""
SPEECH_DBM0 = (-28.0, -12.0)
"""Around -20, the usual level."""
FLASH_MS = (80.0, 1000.0)


_SOURCES_RU: Mapping[DigitSource, str] = {
    DigitSource.TONE: "тон",
    DigitSource.PULSE: "импульсы",
    DigitSource.KEYPAD: "клавиши",
}


@dataclass(slots=True)
class _Notes:
    """Findings of one step."""

    sentences: list[Words] = field(default_factory=list)
    failed: bool = False

    def good(self, english: str, russian: str) -> None:
        self.sentences.append(Words(english, russian))

    def bad(self, english: str, russian: str) -> None:
        self.sentences.append(Words(english, russian))
        self.failed = True


def understood(digits: Sequence[Digit]) -> Words:
    """Which digits were dialled, and how."""
    return Words(
        f"Understood: {', '.join(f'{one.digit} ({one.source.value})' for one in digits)}.",
        f"Понято: {', '.join(f'{one.digit} ({_SOURCES_RU[one.source]})' for one in digits)}.",
    )


def judge(step: Step, figures: Figures) -> Result:
    """The result of a step that was carried out."""
    notes = _Notes()
    judges = _JUDGES.get(step)
    if judges is not None:
        judges(figures, notes)
    outcome = Outcome.FAILED if notes.failed else Outcome.PASSED
    return Result(step, outcome, figures, tuple(notes.sentences))


def _digits(figures: Figures, notes: _Notes) -> None:
    speed, ratio = figures.get("dial_speed_pps"), figures.get("break_ratio_percent")
    bounce, twist = figures.get("longest_bounce_ms"), figures.get("twist_db")
    if speed is not None:
        if any(low <= speed <= high for low, high in SPEEDS):
            notes.good(
                f"The dial's speed is right: {speed:.1f} pulses a second.",
                f"Скорость диска правильная: {speed:.1f} импульса в секунду.",
            )
        else:
            notes.bad(
                f"The dial makes {speed:.1f} pulses a second; 8 to 12, or 20, are right.",
                f"Диск даёт {speed:.1f} импульса в секунду; правильно от 8 до 12 или 20.",
            )
    if ratio is not None:
        if RATIOS[0] <= ratio <= RATIOS[1]:
            notes.good(
                f"Its break ratio is right: {ratio:.0f} % of each pulse.",
                f"Доля размыкания правильная: {ratio:.0f} % каждого импульса.",
            )
        else:
            notes.bad(
                f"Its contacts are open for {ratio:.0f} % of each pulse; 58 to 67 are right.",
                f"Контакты разомкнуты {ratio:.0f} % каждого импульса; правильно от 58 до 67.",
            )
    if bounce is not None:
        if bounce <= BOUNCE_MS:
            notes.good(
                f"Its contacts are in good order: they bounce for {bounce:.1f} ms.",
                f"Контакты в порядке: дребезг {bounce:.1f} мс.",
            )
        else:
            notes.bad(
                f"Its contacts bounce for {bounce:.1f} ms: clean or adjust them.",
                f"Дребезг контактов {bounce:.1f} мс: почистите или отрегулируйте их.",
            )
    if figures.get("spoilt_digits"):
        spoilt = figures["spoilt_digits"]
        notes.bad(
            f"{spoilt:.0f} times the dial made pulses that are no digit.",
            f"Импульсы диска, из которых не вышло цифры, раз: {spoilt:.0f}.",
        )
    if twist is not None:
        _tones(figures["low_tone_dbm0"], figures["high_tone_dbm0"], twist, notes)


def _tones(low: float, high: float, twist: float, notes: _Notes) -> None:
    levels = f"{low:.1f} and {high:.1f} dBm0"
    levels_ru = f"{low:.1f} и {high:.1f} дБм0"
    if TONE_DBM0[0] <= min(low, high) and max(low, high) <= TONE_DBM0[1]:
        notes.good(
            f"The tones of the keys have a good level: {levels}.",
            f"Уровень тонов клавиш хороший: {levels_ru}.",
        )
    else:
        notes.bad(
            f"The tones of the keys have {levels}; {TONE_DBM0[0]:.0f} to {TONE_DBM0[1]:.0f} dBm0 "
            "are understood everywhere.",
            f"Уровень тонов клавиш {levels_ru}; везде понимают от {TONE_DBM0[0]:.0f} до "
            f"{TONE_DBM0[1]:.0f} дБм0.",
        )
    if abs(twist) > TWIST_DB:
        notes.bad(
            f"One tone of a key is {abs(twist):.0f} dB stronger than the other.",
            f"Один из двух тонов клавиши сильнее другого на {abs(twist):.0f} дБ.",
        )


def _silence(figures: Figures, notes: _Notes) -> None:
    noise = figures["noise_dbm0"]
    if noise <= NOISE_DBM0:
        notes.good(f"The line is quiet: {noise:.0f} dBm0.", f"На линии тихо: {noise:.0f} дБм0.")
    else:
        notes.bad(
            f"The line hums or hisses with {noise:.0f} dBm0: look at the supply and at the ground "
            "of board and sound card, or somebody spoke.",
            f"На линии фон или шум {noise:.0f} дБм0: проверьте питание и землю платы и звуковой "
            "карты, или кто-то говорил.",
        )


def _echo(figures: Figures, notes: _Notes) -> None:
    loss, left = figures.get("echo_return_loss_db"), figures["echo_left_db"]
    if loss is not None:
        if loss >= ECHO_LOSS_DB:
            notes.good(
                f"The hybrid gives back an echo that is {loss:.0f} dB weaker: usual.",
                f"Эхо телефона слабее звука на {loss:.0f} дБ: как обычно.",
            )
        else:
            notes.bad(
                f"The hybrid gives back an echo that is only {loss:.0f} dB weaker: look at the "
                "wiring, or there are several telephones on the line.",
                f"Эхо телефона слабее звука только на {loss:.0f} дБ: проверьте провода; или на "
                "линии несколько телефонов.",
            )
    if left >= ECHO_LEFT_DB:
        notes.good(
            f"Far ends do not hear themselves: {left:.0f} dB weaker is left.",
            f"Собеседник не слышит самого себя: ослаблено на {left:.0f} дБ.",
        )
    else:
        notes.bad(
            f"Far ends hear themselves, only {left:.0f} dB weaker.",
            f"Собеседник слышит самого себя, тише только на {left:.0f} дБ.",
        )


def _speech(figures: Figures, notes: _Notes) -> None:
    level = figures["speech_dbm0"]
    if level < SPEECH_DBM0[0]:
        notes.bad(
            f"Far ends hear you faintly: {level:.0f} dBm0, -20 is usual.",
            f"Вас слышно слабо: {level:.0f} дБм0, обычно −20.",
        )
    elif level > SPEECH_DBM0[1]:
        notes.bad(
            f"Far ends hear you too loudly: {level:.0f} dBm0, -20 is usual.",
            f"Вас слышно слишком громко: {level:.0f} дБм0, обычно −20.",
        )
    else:
        notes.good(
            f"Your voice has a good level: {level:.0f} dBm0.",
            f"Громкость вашего голоса хорошая: {level:.0f} дБм0.",
        )


def _flash(figures: Figures, notes: _Notes) -> None:
    length = figures.get("last_flash_ms")
    if length is None:
        notes.good("The tap was noticed.", "Нажатие замечено.")
    elif FLASH_MS[0] <= length <= FLASH_MS[1]:
        notes.good(f"The tap was noticed: {length:.0f} ms.", f"Нажатие замечено: {length:.0f} мс.")
    else:
        notes.bad(
            f"The tap lasted {length:.0f} ms; 80 to 1000 are usual.",
            f"Нажатие длилось {length:.0f} мс; обычно от 80 до 1000.",
        )


_JUDGES: Mapping[Step, Callable[[Figures, _Notes], None]] = {
    Step.DIGITS: _digits,
    Step.SILENCE: _silence,
    Step.ECHO: _echo,
    Step.SPEECH: _speech,
    Step.FLASH: _flash,
}

MISSED: Mapping[Step, Words] = {
    Step.RECEIVER: Words("Nobody lifted the receiver.", "Никто не снял трубку."),
    Step.DIGITS: Words("No two digits were understood.", "Двух цифр понять не удалось."),
    Step.SPEECH: Words(
        "Too little speech was heard: is the microphone connected?",
        "Речи почти не слышно: подключён ли микрофон?",
    ),
    Step.FLASH: Words("No tap of the cradle was noticed.", "Нажатия на рычаг не замечено."),
    Step.HANG_UP: Words(
        "The receiver was not replaced; it can stay where it is.",
        "Трубку не положили; она может оставаться на месте.",
    ),
}
TOO_LONG = Words("The step took too long.", "Шаг занял слишком много времени.")


def missed(step: Step, figures: Figures) -> Result:
    """The result of a step whose time ran out."""
    sentences = [MISSED.get(step, TOO_LONG)]
    if step is Step.DIGITS and figures.get("spoilt_digits"):
        spoilt = figures["spoilt_digits"]
        sentences.append(
            Words(
                f"{spoilt:.0f} trains of pulses were no digit.",
                f"Серий импульсов, из которых не вышло цифры: {spoilt:.0f}.",
            )
        )
    if step is Step.DIGITS and "last_refused_pulse_ms" in figures:
        refused = figures["last_refused_pulse_ms"]
        sentences.append(
            Words(
                f"A pulse of {refused:.0f} ms was refused as too long.",
                f"Импульс {refused:.0f} мс отвергнут: он слишком длинный.",
            )
        )
    if step is Step.FLASH and "last_refused_flash_ms" in figures:
        refused = figures["last_refused_flash_ms"]
        sentences.append(
            Words(
                f"A break of {refused:.0f} ms was refused by its length.",
                f"Размыкание {refused:.0f} мс отвергнуто из-за своей длительности.",
            )
        )
    return Result(step, Outcome.TIMED_OUT, figures, tuple(sentences))
