from gateway.media.frames import FrameQueue


def frame(number: int) -> bytes:
    return bytes([number])


def test_without_a_reserve_a_frame_passes_at_once() -> None:
    queue = FrameQueue(limit=6)
    queue.reset(prime=0)
    queue.put(frame(1))
    assert queue.get() == frame(1)
    assert (queue.underruns, queue.overruns) == (0, 0)


def test_reading_waits_for_the_reserve_and_does_not_count_that_as_an_underrun() -> None:
    queue = FrameQueue(limit=6)
    queue.reset(prime=2)
    queue.put(frame(1))
    assert queue.get() is None
    queue.put(frame(2))
    assert [queue.get(), queue.get()] == [frame(1), frame(2)]
    assert queue.underruns == 0


def test_a_writer_that_is_late_by_less_than_the_reserve_costs_nothing() -> None:
    queue = FrameQueue(limit=6)
    queue.reset(prime=2)
    for number in range(2):
        queue.put(frame(number))
    queue.get()
    queue.get()
    queue.put(frame(2))
    queue.put(frame(3))
    assert queue.get() == frame(2)
    assert queue.underruns == 0


def test_an_underrun_is_counted_and_the_reserve_is_built_up_again() -> None:
    queue = FrameQueue(limit=6)
    queue.reset(prime=2)
    queue.put(frame(1))
    queue.put(frame(2))
    queue.get()
    queue.get()
    assert queue.get() is None
    assert queue.underruns == 1
    queue.put(frame(3))
    assert queue.get() is None, "the reserve is two frames"
    queue.put(frame(4))
    assert queue.get() == frame(3)
    assert queue.underruns == 1


def test_above_the_limit_the_oldest_goes_and_is_counted() -> None:
    queue = FrameQueue(limit=2)
    queue.reset(prime=0)
    for number in range(3):
        queue.put(frame(number))
    assert queue.overruns == 1
    assert queue.get() == frame(1)


def test_a_reset_forgets_the_last_call_but_keeps_the_counters() -> None:
    queue = FrameQueue(limit=1)
    queue.put(frame(1))
    queue.put(frame(2))
    queue.reset(prime=0)
    assert queue.get() is None
    assert queue.overruns == 1
