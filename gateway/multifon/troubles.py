"""The sentences for whatever happens on the way to the account service.

Nothing of a library's own text gets in, but for the names of hosts and the system's words.
"""

from __future__ import annotations

import errno
import os
import re
import socket
import ssl

from gateway.multifon.errors import NoSuchAddressError, NotSentError, UnclearError
from gateway.words import Words

_HOST = re.compile(r"[a-z0-9.-]{1,253}")
_HOST_MISMATCH = 62  # X509_V_ERR_HOSTNAME_MISMATCH
_IP_MISMATCH = 64  # X509_V_ERR_IP_ADDRESS_MISMATCH
_NOT_YET, _EXPIRED = 9, 10  # X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED


def bundle(path: str) -> NotSentError:
    return NotSentError(
        "ca-bundle",
        Words(
            f"The file of trusted authorities, {path or 'the one of the system'}, cannot be read. "
            "Correct provider.ca_bundle in the settings.",
            f"Файл доверенных центров сертификации ({path or 'системный'}) не читается. Исправьте "
            "provider.ca_bundle в настройках.",
        ),
    )


def stopped(*, sent: bool = False) -> NotSentError | UnclearError:
    words = Words("The gateway stops.", "Шлюз останавливается.")
    return UnclearError("stopped", words) if sent else NotSentError("stopped", words)


def timeout(kind: type[NotSentError | UnclearError], seconds: float) -> NotSentError | UnclearError:
    words = Words(
        f"MultiFon has not answered within {seconds:g} s.",
        f"МультиФон не ответил за {seconds:g} с.",
    )
    return kind("timeout", words, passing=True)


def redirects() -> UnclearError:
    words = Words("MultiFon sends us in a circle.", "МультиФон отсылает нас по кругу.")
    return UnclearError("redirect", words)


def redirected(host: str) -> UnclearError:
    if not _HOST.fullmatch(host):
        host = ""  # whatever else stands there could be an echo of our parameters
    return UnclearError(
        "redirect",
        Words(
            f"MultiFon sends us to another address ({host or 'not a whole one'}). The password is "
            "not sent there. If MegaFon has moved the service, set service_url of the account.",
            f"МультиФон отсылает на другой адрес ({host or 'неполный'}). Пароль туда не "
            "отправляется. Если МегаФон перенёс сервис, укажите service_url учётной записи.",
        ),
    )


def too_large() -> UnclearError:
    words = Words(
        "The answer is far too large to come from MultiFon.",
        "Ответ слишком велик для ответа МультиФона.",
    )
    return UnclearError("too-large", words)


def bad_answer(
    kind: type[NotSentError | UnclearError] = UnclearError,
) -> NotSentError | UnclearError:
    words = Words(
        "The answer makes no sense: something else than MultiFon's service seems to answer.",
        "Ответ не имеет смысла: похоже, отвечает не сервис МультиФона.",
    )
    return kind("bad-answer", words)


def http_status(status: int) -> UnclearError:
    return UnclearError(
        "http-status",
        Words(
            f"MultiFon's service is out of order (HTTP status {status}).",
            f"Сервис МультиФона не работает (код HTTP {status}).",
        ),
        passing=status >= 500 or status == 429,
    )


def no_such_address(status: int) -> NoSuchAddressError:
    return NoSuchAddressError(
        "no-such-address",
        Words(
            f"MultiFon's service does not know this request (HTTP status {status}). If MegaFon has "
            "moved the service, set service_url of the account.",
            f"Сервис МультиФона не знает такого запроса (код HTTP {status}). Если МегаФон перенёс "
            "сервис, укажите service_url учётной записи.",
        ),
    )


def connection(
    kind: type[NotSentError | UnclearError], error: Exception, host: str
) -> NotSentError | UnclearError:
    """The words for what went wrong below HTTP, or with HTTP itself."""
    match error:
        case ssl.SSLCertVerificationError():
            return kind("certificate", _certificate(error, host))
        case ssl.SSLError():
            words = Words(
                f"No secure connection to {host} comes about.",
                f"Защищённое соединение с {host} не устанавливается.",
            )
            return kind("tls", words, passing=True)
        case socket.gaierror():
            words = Words(
                f"The address of {host} is not found. Check the connection to the internet.",
                f"Адрес {host} не найден. Проверьте подключение к интернету.",
            )
            return kind("no-address", words, passing=True)
        case OSError():
            number = error.errno
            why = os.strerror(number) if number in errno.errorcode and number else "closed"
            words = Words(
                f"The connection to {host} fails ({why}).",
                f"Соединение с {host} не удаётся ({why}).",
            )
            return kind("no-connection", words, passing=True)
        case _:
            return bad_answer(kind)


def _certificate(error: ssl.SSLCertVerificationError, host: str) -> Words:
    if error.verify_code in {_HOST_MISMATCH, _IP_MISMATCH}:
        return Words(
            f"The certificate that is shown for {host} belongs to somebody else, so the password "
            "was not sent.",
            f"Сертификат, показанный для {host}, принадлежит другому, поэтому пароль не отправлен.",
        )
    if error.verify_code in {_NOT_YET, _EXPIRED}:
        return Words(
            f"The certificate of {host} is not valid today, so the password was not sent. Check "
            "the date of this computer.",
            f"Сертификат {host} сегодня недействителен, поэтому пароль не отправлен. Проверьте "
            "дату этого компьютера.",
        )
    return Words(
        f"The certificate of {host} is signed by nobody whom this computer trusts, so the password "
        "was not sent. If MegaFon uses an authority of its own, name its file in "
        "provider.ca_bundle.",
        f"Сертификат {host} подписан тем, кому этот компьютер не доверяет, поэтому пароль не "
        "отправлен. Если МегаФон использует свой центр сертификации, укажите его файл в "
        "provider.ca_bundle.",
    )
