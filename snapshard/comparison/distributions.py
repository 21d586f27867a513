"""The distributions that p values need. They are SciPy's, which is an extra."""

from types import ModuleType

from snapshard.errors import MissingExtra


def distributions() -> ModuleType:
    """`scipy.special`. Raises MissingExtra if SciPy is not installed."""
    try:
        # Imported on first use: only comparisons need it, and it is an extra.
        import scipy.special
    except ModuleNotFoundError as exc:
        raise MissingExtra("a comparison", exc.name, "statistics") from exc
    module: ModuleType = scipy.special
    return module
