"""Memory that the C library keeps between the arrays of one chunk of rows and those of the next."""

import ctypes

# Names and numbers of malloc.h in the GNU C library; see mallopt(3).
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3


def keep_freed_memory(most: int = 256 << 20) -> bool:
    """True if the C library now keeps up to `most` freed bytes instead of returning them at once.

    By default, arrays of a few megabytes are mapped and unmapped each time, and the page faults
    cost more than the work on the arrays (parsing sample lists: 8 ms per MiB of text instead of 3).
    Call it once when a process starts that does such work. Returns False and changes nothing if the
    C library is not GNU's.
    """
    library = ctypes.CDLL(None)
    if not hasattr(library, "mallopt"):
        return False
    return bool(
        library.mallopt(_MMAP_THRESHOLD, min(most, 1 << 30))
        and library.mallopt(_TRIM_THRESHOLD, min(most, 1 << 30))
    )
