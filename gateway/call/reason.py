"""Why a call or the service ended: the tone that the telephone hears, and a plain sentence."""

from __future__ import annotations

import enum
from typing import Literal, TypeAlias

from gateway.toneplan import Tone

Language: TypeAlias = Literal["en", "ru"]


class Reason(enum.Enum):
    """One plain reason for each way a call or a registration ends.

    ``value`` is the stable name (records, control socket), ``tone`` is what the telephone hears,
    ``text`` says in plain English what happened and what to do, ``russian`` the same in Russian.

    Call control needs a reason at once, for the tone.  ``gateway.call.verdict`` finds a closer one
    of the same list when the call is over and the evidence is there.
    """

    tone: Tone
    text: str
    russian: str

    def __new__(cls, name: str, tone: Tone, text: str, russian: str) -> Reason:
        member = object.__new__(cls)
        member._value_ = name
        member.tone = tone
        member.text = text
        member.russian = russian
        return member

    def sentence(self, language: Language) -> str:
        return self.russian if language == "ru" else self.text

    COMPLETED = (
        "completed",
        Tone.BUSY,
        "The call ended normally.",
        "Разговор закончился обычным образом.",
    )
    CANCELLED = (
        "cancelled",
        Tone.BUSY,
        "The caller hung up before the answer.",
        "Звонивший положил трубку, не дождавшись ответа.",
    )
    BUSY = (
        "busy",
        Tone.BUSY,
        "The number is engaged: try again later.",
        "Номер занят: позвоните позже.",
    )
    NO_ANSWER = (
        "no-answer",
        Tone.BUSY,
        "Nobody answered: try again later.",
        "Никто не ответил: позвоните позже.",
    )
    REFUSED = (
        "refused",
        Tone.BUSY,
        "The other side refused the call.",
        "Вызов отклонён той стороной.",
    )
    UNREACHABLE = (
        "unreachable",
        Tone.CONGESTION,
        "The subscriber cannot be reached: the telephone is off or out of range, try again later.",
        "Абонент недоступен: телефон выключен или вне зоны действия сети, позвоните позже.",
    )
    WRONG_NUMBER = (
        "wrong-number",
        Tone.SIT,
        "This number does not exist, or is not complete: check it.",
        "Такого номера нет, или он набран не полностью: проверьте номер.",
    )
    NUMBER_FORM = (
        "number-form",
        Tone.SIT,
        "The provider did not take the number in the form in which it was sent: dial it as 8 and "
        "ten digits, and check the number rules in the settings.",
        "Оператор не принял номер в том виде, в каком он был послан: наберите 8 и десять цифр и "
        "проверьте правила набора в настройках.",
    )
    NOT_ALLOWED = (
        "not-allowed",
        Tone.SIT,
        "The provider does not allow this call: check the balance and the services of the number.",
        "Оператор не разрешает этот звонок: проверьте баланс и услуги, подключённые к номеру.",
    )
    NO_BALANCE = (
        "no-balance",
        Tone.SIT,
        "The balance is too low for this call: top it up (five minutes of talk must be covered).",
        "На счёте мало денег для этого звонка: пополните его (денег должно хватать на пять минут).",
    )
    CALL_LIMIT = (
        "call-limit",
        Tone.CONGESTION,
        "The account has no more calls at a time: end one of the others first.",
        "Больше одновременных разговоров на этом номере нельзя: сначала закончите один из них.",
    )
    CODEC = (
        "codec",
        Tone.CONGESTION,
        "The two sides have no voice format in common: MultiFon needs PCMA (G.711).",
        "У сторон нет общего формата голоса: МультиФону нужен PCMA (G.711).",
    )
    CONGESTION = (
        "congestion",
        Tone.CONGESTION,
        "The provider's network is overloaded: try again in a minute.",
        "Сеть оператора перегружена: позвоните через минуту.",
    )
    PROVIDER_FAILED = (
        "provider-failed",
        Tone.CONGESTION,
        "The provider's equipment failed: try again, and call the provider if it lasts.",
        "Сбой оборудования оператора: позвоните ещё раз, а если не пройдёт, обратитесь к нему.",
    )
    NO_REPLY = (
        "no-reply",
        Tone.CONGESTION,
        "The provider does not answer: check that the internet works, and wait.",
        "Оператор не отвечает: проверьте, работает ли интернет, и подождите.",
    )
    CALLS_DROPPED = (
        "calls-dropped",
        Tone.CONGESTION,
        "The provider answers the registration but not the call: switch off SIP ALG in the router, "
        "and do not use a hosting provider's address.",
        "Оператор отвечает на регистрацию, но не на вызов: выключите SIP ALG в роутере и не "
        "выходите в сеть через адрес хостинга.",
    )
    NO_DIGITS = (
        "no-digits",
        Tone.BUSY,
        "No number was dialled: hang up and lift the receiver again.",
        "Номер не набран: положите трубку и снимите её снова.",
    )
    NOT_REGISTERED = (
        "not-registered",
        Tone.CONGESTION,
        "The line is not registered: look at the state of the account.",
        "Линия не зарегистрирована: посмотрите состояние учётной записи.",
    )
    WRONG_PASSWORD = (
        "wrong-password",
        Tone.CONGESTION,
        "The provider does not accept the number or the password: enter the MultiFon password "
        "anew.",
        "Оператор не принимает номер или пароль: введите пароль МультиФона заново.",
    )
    UNKNOWN_ACCOUNT = (
        "unknown-account",
        Tone.CONGESTION,
        "The provider does not know this number: check it (7 and ten digits), and that MultiFon is "
        "switched on for it.",
        "Оператор не знает этого номера: проверьте его (7 и десять цифр) и подключён ли МультиФон.",
    )
    DNS = (
        "dns",
        Tone.CONGESTION,
        "The name of the provider's server is not found: check the internet connection and the "
        "name server (DNS).",
        "Имя сервера оператора не найдено: проверьте подключение к интернету и сервер имён (DNS).",
    )
    NO_ROUTE = (
        "no-route",
        Tone.CONGESTION,
        "There is no way to the provider's address: check the cable, the router and the internet.",
        "До сервера оператора нет пути: проверьте кабель, роутер и интернет.",
    )
    FIREWALL = (
        "firewall",
        Tone.CONGESTION,
        "Nothing has ever come back from the provider: let SIP out of the router and its firewall.",
        "От оператора ни разу ничего не пришло: разрешите SIP в роутере и его межсетевом экране.",
    )
    ALG = (
        "alg",
        Tone.CONGESTION,
        "Something on the way changes the SIP messages: switch off SIP ALG in the router.",
        "Что-то в пути меняет сообщения SIP: выключите SIP ALG в роутере.",
    )
    LOST_ACK = (
        "lost-ack",
        Tone.CONGESTION,
        "The call broke off after half a minute because its confirmation did not arrive: switch "
        "off SIP ALG in the router.",
        "Разговор прервался через полминуты, потому что подтверждение не дошло: выключите SIP ALG "
        "в роутере.",
    )
    NO_VOICE = (
        "no-voice",
        Tone.CONGESTION,
        "No voice came from the far end: let voice (RTP) through the router and its firewall.",
        "Голос с той стороны не пришёл: пропустите голос (RTP) через роутер и межсетевой экран.",
    )
    NOT_HEARD = (
        "not-heard",
        Tone.CONGESTION,
        "The far end heard little or nothing of the voice: look for a slow or bad internet "
        "connection, or a firewall that holds up voice (RTP) on its way out.",
        "Та сторона почти или совсем не слышала голоса: проверьте скорость и качество интернета и "
        "не задерживает ли исходящий голос (RTP) межсетевой экран.",
    )
    POOR_VOICE = (
        "poor-voice",
        Tone.CONGESTION,
        "The voice arrived with gaps: use a cable instead of Wi-Fi, and look what else loads the "
        "internet connection.",
        "Голос приходил с перерывами: подключитесь кабелем вместо Wi-Fi и проверьте, что ещё "
        "загружает интернет.",
    )
    NETWORK_LOST = (
        "network-lost",
        Tone.CONGESTION,
        "The provider went silent in the call: check the internet connection.",
        "Оператор замолчал во время разговора: проверьте подключение к интернету.",
    )
    LINE_FAULT = (
        "line-fault",
        Tone.CONGESTION,
        "The telephone line of the gateway has a fault: check telephone, cable and board "
        "(gateway doctor line).",
        "Неисправна телефонная линия шлюза: проверьте телефон, провод и плату (gateway doctor "
        "line).",
    )
    BLOCKED = (
        "blocked",
        Tone.BUSY,
        "The caller is on the block list, so the telephone did not ring.",
        "Звонивший есть в чёрном списке, поэтому телефон не звонил.",
    )
    STOPPED = (
        "stopped",
        Tone.CONGESTION,
        "The gateway was stopped.",
        "Шлюз был остановлен.",
    )
