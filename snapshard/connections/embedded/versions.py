"""The version of PostgreSQL that wrote a data folder. A new major version does not read the files of
an older one: `snapshard upgrade-data` copies the databases.
"""

from pathlib import Path

from snapshard.connections.embedded.programs import (
    Programs,
    current_programs,
    read_major,
    wheel_programs,
)
from snapshard.errors import SnapshardError

UPGRADED = "postgres.upgraded"
"""The name of a complete new data directory until the old one has been renamed."""
_COMMAND = "snapshard upgrade-data --data"
_PLACES = ("/usr/lib/postgresql/{}/bin", "/usr/pgsql-{}/bin", "/opt/homebrew/opt/postgresql@{}/bin")
"""Where Debian, Red Hat and Homebrew install the programs of a version."""


def folder_major(folder: Path) -> int | None:
    """The major version that wrote the databases of a data folder; None if it has none."""
    try:
        return int((folder / "postgres/PG_VERSION").read_text(encoding="ascii"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as exc:
        raise SnapshardError(f"cannot read {folder / 'postgres/PG_VERSION'}: {exc}") from exc


def check_version(folder: Path) -> None:
    """Raises SnapshardError, which names the command to run, unless the installed PostgreSQL can
    run on the folder.
    """
    major, current = folder_major(folder), current_programs().major
    if major is None and (folder / UPGRADED).exists():
        raise SnapshardError(
            f"an upgrade of the data folder {folder} was interrupted; run: {_COMMAND} '{folder}'"
        )
    if major is None or major == current:
        return
    step = "update it: pip install --upgrade 'snapshard[embedded]'"
    if major < current:
        step = f"run: {_COMMAND} '{folder}'"
    raise SnapshardError(
        f"the data folder {folder} is of PostgreSQL {major}, and PostgreSQL {current} is"
        f" installed; {step}"
    )


def upgradable(folder: Path) -> bool:
    """Whether the folder has databases of an older version, or an upgrade that was interrupted."""
    major = folder_major(folder)
    if major is None and not (folder / UPGRADED).exists():
        raise SnapshardError(f"the data folder {folder} has no databases")
    return major is None or major < current_programs().major


def find_programs(folder: Path, programs: Path | None) -> Programs:
    """The programs of the version that wrote the folder: those in `programs`, in the wheel, or
    where the system has them. Raises SnapshardError if there are none.
    """
    major = folder_major(folder)
    if major is None:
        return current_programs()
    if programs is None and major in wheel_programs():
        return wheel_programs()[major]
    for place in [programs] if programs else [Path(place.format(major)) for place in _PLACES]:
        if place == programs or place.is_dir():
            if read_major(place) == major:
                return Programs(place, major)
            raise SnapshardError(f"{place} has PostgreSQL {read_major(place)}, expected {major}")
    raise SnapshardError(
        f"the programs of PostgreSQL {major} are needed to read {folder}: install the package"
        f" postgresql-{major} of your system, or name their folder with --programs"
    )
