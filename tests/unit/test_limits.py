"""Limits on concurrent work: slots, and how many may wait for one."""

import threading
import time

from snapshard_ui.runtime.limits import Limit


def test_a_slot_is_taken_once_and_can_be_taken_again_when_it_is_given_back():
    limit = Limit("reads", 1, waiters=0)
    assert limit.take()
    assert not limit.take()
    limit.give_back()
    assert limit.take()


def test_a_waiter_gets_the_slot_that_is_given_back():
    limit = Limit("reads", 1, waiters=1)
    limit.take()
    results = []
    waiter = threading.Thread(target=lambda: results.append(limit.take(wait=5)))
    waiter.start()
    limit.give_back()
    waiter.join(5)
    assert results == [True]


def test_only_so_many_may_wait():
    limit = Limit("reads", 1, waiters=1)
    limit.take()
    waiter = threading.Thread(target=lambda: limit.take(wait=1))
    waiter.start()
    time.sleep(0.2)
    start = time.monotonic()
    assert not limit.take(wait=5)
    assert time.monotonic() - start < 0.5
    waiter.join(5)
