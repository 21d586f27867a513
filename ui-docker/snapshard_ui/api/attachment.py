"""Names of files, which say what is in them."""

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from snapshard_ui.api.routes import ReleaseRequest


def disposition(asked: "ReleaseRequest[Any]", *, attachment: bool, extra: str = "") -> str:
    """The Content-Disposition header: compilation, release, assembly, what was asked, suffix."""
    release = asked.release
    wanted = [*getattr(asked.params, "region", []), *getattr(asked.params, "gene", [])]
    what = re.sub(r"[^A-Za-z0-9_-]+", "-", "_".join(wanted[:3])).strip("-")[:80] or "all"
    name = f"{release.compilation}.{release.name}.{release.assembly}.{what}.{asked.format.suffix}{extra}"
    return f'{"attachment" if attachment else "inline"}; filename="{re.sub(r"[^A-Za-z0-9_.-]", "-", name)}"'
