"""Queries that read much have slots of their own, so that the others find a free thread and connection."""

import pytest

from snapshard_ui import create_app

WIDE = "/api/v1/compilations/sim/junctions?region=chr1"
NARROW = "/api/v1/compilations/sim/junctions?region=chr1:1-2"


@pytest.fixture
def app(world, monkeypatch):
    """An application in process for which every read of more than no row is wide."""
    monkeypatch.setattr("snapshard.index.index.WIDE_ROWS", 1e-9)
    monkeypatch.setattr("snapshard.index.index.WIDE_BYTES", 1e-9)
    monkeypatch.setattr("snapshard.index.whole_rows.WIDE_BYTES", 1e-9)
    app = create_app(world.index.settings, lambda: world.index.shard_map)
    yield app
    app.extensions["snapshard"].close()


def occupied(app):
    """The backend with all slots for wide reads taken and no patience to wait for them."""
    backend = app.extensions["snapshard"]
    for _ in range(backend.settings.wide_reads):
        assert backend.wide_reads.take()
    backend.wide_reads._waiters = 0
    return backend


def test_a_wide_query_without_a_slot_is_busy_and_not_an_outage(app):
    occupied(app)
    response = app.test_client().get(WIDE)
    assert response.status_code == 429
    assert "busy" in response.json["detail"]
    assert "retry" in response.json["detail"]
    assert int(response.headers["Retry-After"]) > 0
    assert response.headers["RateLimit-Policy"].startswith('"wide-reads"')


@pytest.mark.parametrize(
    "path",
    [
        "/sim/snaptron?regions=chr1:1-248956422&sids=50099,50100",
        "/api/v1/compilations/sim/junctions?region=chr1&group=Brain&count=exact",
        "/?compilation=sim&q=chr1",
    ],
)
def test_every_face_reports_a_wide_query_as_busy(app, path):
    occupied(app)
    response = app.test_client().get(path)
    assert response.status_code == 429
    assert b"busy" in response.data
    assert b"unavailable" not in response.data


def test_a_narrow_query_needs_no_slot(app):
    occupied(app)
    assert app.test_client().get(NARROW).status_code == 200


def test_a_wide_query_gives_its_slot_back(app):
    backend = app.extensions["snapshard"]
    for _ in range(3 * backend.settings.wide_reads):
        with app.test_client().get(WIDE) as response:
            assert response.status_code == 200
    for _ in range(backend.settings.wide_reads):
        assert backend.wide_reads.take()
