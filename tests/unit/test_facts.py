"""The cache of facts about releases: what is read once, what is dropped, and what is retried."""

from datetime import UTC, datetime
from threading import Barrier, Thread
from time import sleep

import pytest

from snapshard.catalog import FactsCache, file_names
from snapshard.errors import NotFound, ShardUnavailable
from snapshard.release import Release


class FileCatalog:
    """A catalog that has only files; counts how often each is read."""

    def __init__(self, files):
        self.files = files
        self.reads = []

    def file(self, release, name):
        self.reads.append(name)
        sleep(0.01)
        return self.files.get(name)


def release(number):
    when = datetime(2026, 1, 1, tzinfo=UTC)
    return Release(
        "sim", f"r{number}", f"sim@r{number}", "published", "", "GRCh38", True, None, when, when, ()
    )


def no_others(release):
    return frozenset()


def test_a_fact_is_read_once():
    catalog = FileCatalog({file_names.BASES_HEADER: b"chromosome\tstart\tend\t7\n"})
    facts = FactsCache(catalog, no_others).of(release(1))
    assert facts.base_columns == facts.base_columns == ("chromosome", "start", "end", "7")
    assert catalog.reads == [file_names.BASES_HEADER]


def test_threads_share_one_read_of_a_large_fact():
    catalog = FileCatalog({file_names.TRANSCRIPTS: b""})
    facts, barrier, results = FactsCache(catalog, no_others).of(release(1)), Barrier(8), []

    def read():
        barrier.wait()
        results.append(facts.transcripts)

    threads = [Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(result) for result in results}) == 1
    assert catalog.reads == [file_names.TRANSCRIPTS]


def test_an_error_is_retried():
    outcomes = [ShardUnavailable("a", "down"), frozenset({"chrUn"})]

    def read_other_chromosomes(release):
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    facts = FactsCache(FileCatalog({}), read_other_chromosomes).of(release(1))
    with pytest.raises(ShardUnavailable):
        _ = facts.other_chromosomes
    assert facts.other_chromosomes == facts.other_chromosomes == {"chrUn"}


def test_a_release_without_a_samples_file_says_so():
    with pytest.raises(NotFound, match="no samples file of 'sim/r1'"):
        _ = FactsCache(FileCatalog({}), no_others).of(release(1)).samples


def test_the_release_that_was_unused_for_longest_is_dropped():
    cache = FactsCache(FileCatalog({}), no_others)
    facts = [cache.of(release(number)) for number in range(20)]
    assert cache.of(release(0)) is facts[0]
    cache.of(release(20))
    assert cache.of(release(0)) is facts[0]
    assert cache.of(release(1)) is not facts[1]
