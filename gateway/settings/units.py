"""Units of the settings."""

from gateway.words import Words

SECONDS = Words("seconds", "с")
MILLISECONDS = Words("milliseconds", "мс")
DAYS = Words("days", "дней")
CALLS = Words("calls", "звонков")
