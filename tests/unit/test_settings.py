"""Settings: what they refuse, and that the embedded server has room for what they open."""

import pytest

from snapshard.connections import running_shards
from snapshard.connections.embedded.embedded import CONNECTIONS
from snapshard.errors import BadSetting
from snapshard.settings import Settings

DATABASES = 26
"""A shard per chromosome of 1-22, X, Y and M, and the catalog."""
LOADERS = 100
"""What loads beside a server may take."""


def test_the_embedded_server_has_room_for_every_pool_when_all_are_full():
    usual = Settings()
    assert usual.connections == 2 * (4 + 4) + 4
    assert DATABASES * usual.connections + LOADERS <= CONNECTIONS


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("SNAPSHARD_WORKERS", "0"),
        ("SNAPSHARD_PROXIES", "-1"),
        ("SNAPSHARD_READ_SECONDS", "0"),
        ("SNAPSHARD_PORT", "http"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_its_name(variable, text):
    with pytest.raises(BadSetting, match=variable):
        Settings.from_env({variable: text})


def test_a_name_that_is_none_is_refused():
    with pytest.raises(BadSetting, match=r"SNAPSHARD_WORKER: expected one of .*SNAPSHARD_WORKERS"):
        Settings.from_env({"SNAPSHARD_WORKER": "2"})


def test_nobody_in_front_is_believed_unless_settings_say_so():
    assert Settings.from_env({}).proxies == 0
    assert Settings.from_env({"SNAPSHARD_PROXIES": "1"}).proxies == 1


def test_a_folder_overrides_every_variable_that_names_shards(tmp_path):
    environment = {"SNAPSHARD_SHARDS": "/etc/shards.tsv", "SNAPSHARD_DISCOVER": "app=snapshard"}
    settings = Settings.from_env(environment)
    assert not settings.embedded
    assert settings.on_folder(tmp_path).embedded
    with running_shards(settings.on_folder(tmp_path)) as shards:
        assert str(tmp_path) in shards().catalog
