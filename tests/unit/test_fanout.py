"""Work on several shards: in order, all or an error, and nothing left behind."""

import threading
import time

import pytest

from snapshard.connections import fanout


def test_results_come_in_the_order_of_the_work():
    def slow_first(number):
        time.sleep(0.05 if number == 0 else 0)
        return number * 10

    assert fanout.gather(slow_first, range(5)) == [0, 10, 20, 30, 40]
    assert fanout.gather(slow_first, []) == []


def test_parts_of_one_shard_follow_each_other_and_results_keep_their_order():
    under_way, most, lock = {"a": 0, "b": 0}, {"a": 0, "b": 0}, threading.Lock()

    def work(part):
        shard, number = part
        with lock:
            under_way[shard] += 1
            most[shard] = max(most[shard], under_way[shard])
        time.sleep(0.01)
        with lock:
            under_way[shard] -= 1
        return number

    parts = [("a", 0), ("b", 1), ("a", 2), ("a", 3), ("b", 4)]
    assert fanout.gather_by(lambda part: part[0], work, parts) == [0, 1, 2, 3, 4]
    assert most == {"a": 1, "b": 1}


def test_one_failure_fails_all():
    def fails_at_two(number):
        if number == 2:
            raise ValueError("shard 2")
        return number

    with pytest.raises(ValueError, match="shard 2"):
        fanout.gather(fails_at_two, range(4))


def test_streams_follow_each_other_and_at_most_two_are_under_way():
    running, most = set(), []

    def source(number):
        def items():
            running.add(number)
            most.append(len(running))
            yield from (f"{number}.{item}" for item in range(3))
            running.discard(number)

        return items

    expected = [f"{number}.{item}" for number in range(6) for item in range(3)]
    assert list(fanout.stream([source(number) for number in range(6)])) == expected
    assert max(most) <= 2


def test_an_error_comes_at_its_place():
    def good():
        yield 1

    def bad():
        yield 2
        raise OSError("lost")

    items = fanout.stream([good, bad])
    assert [next(items), next(items)] == [1, 2]
    with pytest.raises(OSError, match="lost"):
        next(items)


def test_a_reader_who_leaves_ends_the_sources():
    ended = threading.Event()

    def endless():
        try:
            while True:
                yield b"block"
        finally:
            ended.set()

    items = fanout.stream([endless])
    assert next(items) == b"block"
    before = time.monotonic()
    items.close()
    assert ended.wait(1)
    assert time.monotonic() - before < 1
    assert not [
        thread for thread in threading.enumerate() if thread.daemon and "_run" in thread.name
    ]
