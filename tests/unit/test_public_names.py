"""The public names of the package: listed once, importable, and the objects of their modules."""

from importlib import import_module

import pytest

import snapshard


def test_every_public_name_is_listed_and_importable():
    assert set(snapshard.__all__) == set(snapshard._MODULES)
    for name, module in snapshard._MODULES.items():
        assert getattr(snapshard, name) is getattr(import_module(module), name)
    assert set(snapshard.__all__) <= set(dir(snapshard))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'snapshard' has no attribute 'Junctions'"):
        snapshard.Junctions  # noqa: B018
