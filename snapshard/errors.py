"""The error family: each class knows its HTTP status and its exit code, and quotes what it is
about.
"""


class SnapshardError(Exception):
    """Something that the caller can be told in a sentence."""

    status = 500
    exit_code = 1

    def __reduce__(self) -> tuple[object, ...]:
        """As it is, not by calling the class with its message: so that it can pass from one process
        to another.
        """
        return Exception.__new__, (type(self), *self.args), self.__dict__


class BadQuery(SnapshardError):
    """A request that cannot be understood; the message says which parameter, what came and what was
    expected.
    """

    status = 400
    exit_code = 2

    def __init__(self, parameter: str, came: object, expected: str) -> None:
        self.parameter = parameter
        self.came = came
        self.expected = expected
        super().__init__(f"{parameter}: expected {expected}, got {came!r}")


class BadRegion(BadQuery):
    """A region that does not parse, or whose ends are reversed or off the genome."""

    def __init__(self, came: object, expected: str) -> None:
        super().__init__("region", came, expected)


class NotFound(SnapshardError):
    """Something well formed that does not exist here; the message lists what does, where that is
    short.
    """

    status = 404
    exit_code = 2

    def __init__(self, noun: str, name: object, known: str = "") -> None:
        self.noun = noun
        self.name = name
        super().__init__(f"no {noun} {name!r}" + (f"; known: {known}" if known else ""))


class Ambiguous(SnapshardError):
    """A name that means several things here; carries them, so that the caller can choose."""

    status = 300
    exit_code = 2

    def __init__(self, noun: str, name: str, choices: list[dict[str, object]]) -> None:
        self.noun = noun
        self.name = name
        self.choices = choices
        super().__init__(f"{noun} {name!r} means {len(choices)} things; choose one")


class TooBusy(SnapshardError):
    """Work that has a limit of its own, which others have reached; the same request may succeed a
    little later.
    """

    status = 429


class BadRow(SnapshardError):
    """A source line that cannot be loaded."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        self.file = file
        self.line = line
        self.reason = reason
        super().__init__(f"{file}, line {line}: {reason}")


class BadSource(SnapshardError):
    """A source file that is missing, cut off or of another format than its name says."""

    def __init__(self, file: str, reason: str) -> None:
        self.file = file
        self.reason = reason
        super().__init__(f"{file}: {reason}")


class ShardUnavailable(SnapshardError):
    """A shard that refused, broke off or had no free connection."""

    status = 503

    def __init__(self, shard: str, reason: str) -> None:
        self.shard = shard
        self.reason = reason
        super().__init__(f"shard {shard!r} is unavailable: {reason}")


class QueryTimeout(SnapshardError):
    """An answer that took longer than its deadline."""

    status = 504

    def __init__(self, shard: str, seconds: float) -> None:
        self.shard = shard
        self.seconds = seconds
        super().__init__(
            f"shard {shard!r} did not answer within {seconds:g} s; ask for a smaller region or an export"
        )


class BadRelease(SnapshardError):
    """A release step that does not fit the release's state; the message says the state and the step
    to take.
    """

    exit_code = 1


class BadSetting(SnapshardError):
    """A setting that is unknown or has a value it cannot have."""

    exit_code = 2

    def __init__(self, name: str, came: object, expected: str) -> None:
        self.name = name
        super().__init__(f"{name}: expected {expected}, got {came!r}")


class BadShardMap(SnapshardError):
    """A shard map that overlaps, leaves out a chromosome, or names a shard without an address."""

    exit_code = 2
