from contextlib import closing
from pathlib import Path

from gateway.records.messages import MessageState
from gateway.records.store import RecordStore


def test_a_message_is_unread_until_it_was_read_and_survives_the_process(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    with closing(RecordStore(path)) as records:
        first = records.messages.received("main", "7926", "Anna", "Привет", 5.0)
        records.messages.received("main", "withheld", "", "two", 6.0)
        assert records.messages.unread() == 2
        assert first is not None
        assert records.messages.mark_read([first, 99]) == 1
        assert records.messages.mark_read([first]) == 0
    with closing(RecordStore(path)) as records:
        newest, oldest = records.messages.latest(9)
        assert (newest.text, newest.state) == ("two", MessageState.UNREAD)
        assert (oldest.name, oldest.text, oldest.time) == ("Anna", "Привет", 5.0)
        assert oldest.state is MessageState.READ
        assert records.messages.latest(9, unread=True) == (newest,)


def test_a_message_on_its_way_is_sent_or_failed_and_failed_after_a_restart() -> None:
    with closing(RecordStore(":memory:")) as records:
        messages = records.messages
        ids = [messages.sending("main", "7926", text, 1.0) for text in "abc"]
        assert None not in ids
        a, b, c = ids
        messages.outcome(a or 0, sent=True, detail="202 Accepted")
        messages.outcome(b or 0, sent=False, detail="405 Method Not Allowed")
        assert messages.give_up() == 1
        states = {message.text: (message.state, message.detail) for message in messages.latest(9)}
    assert states == {
        "a": (MessageState.SENT, "202 Accepted"),
        "b": (MessageState.FAILED, "405 Method Not Allowed"),
        "c": (MessageState.FAILED, "the gateway stopped"),
    }
    assert c == 3


def test_old_messages_and_too_many_are_forgotten() -> None:
    with closing(RecordStore(":memory:")) as records:
        for hour in range(6):
            records.messages.received("main", "7926", "", str(hour), float(hour))
        assert records.messages.prune(before=2.0, keep=3) == 3
        assert [message.text for message in records.messages.latest(9)] == ["5", "4", "3"]
