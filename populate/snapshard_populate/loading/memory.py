"""How the C library keeps memory between the arrays of one chunk of rows and those of the next."""

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD = (
    -1,
    -3,
)  # names and numbers: malloc.h of the GNU C library, mallopt(3)


def keep_freed_memory(most: int = 256 << 20) -> bool:
    """Whether the C library now keeps up to `most` freed bytes for reuse instead of giving them
    back to the kernel at once.

    Arrays of a few megabytes would otherwise be mapped and unmapped each time, and the page faults
    cost more than the work done on them (parsing sample lists: 8 ms per MiB of text against 3).
    Call it once when a process starts that does such work. False, and nothing changed, where the C
    library is another than GNU's.
    """
    library = ctypes.CDLL(None)
    if not hasattr(library, "mallopt"):
        return False
    return bool(
        library.mallopt(_MMAP_THRESHOLD, min(most, 1 << 30))
        and library.mallopt(_TRIM_THRESHOLD, min(most, 1 << 30))
    )
