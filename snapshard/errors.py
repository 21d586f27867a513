"""The exceptions of Snapshard. Every class knows its HTTP status and its exit code, and its message
quotes the values that it is about.

    SnapshardError          500, exit code 1
    ├── BadQuery            400, 2    └── BadRegion
    ├── BadUpload           400, 1
    ├── NotFound            404, 2
    ├── Ambiguous           300, 2
    ├── TooBusy             429, 1
    ├── MissingExtra        501, 2
    ├── ShardUnavailable    503, 1
    ├── QueryTimeout        504, 1
    ├── BadRow, BadSource, BadRelease, StepFailed    exit code 1, in commands only
    └── BadSetting, BadShardMap          exit code 2, at start-up only
"""


class SnapshardError(Exception):
    """An error whose message is meant for the user."""

    status = 500
    exit_code = 1

    def __reduce__(self) -> tuple[object, ...]:
        # Exception.__reduce__ would call the class with the message alone, but subclasses take other
        # arguments. Copying the attributes lets an error pass from one process to another.
        return Exception.__new__, (type(self), *self.args), self.__dict__


class BadQuery(SnapshardError):
    """A request that cannot be interpreted.

    The message names the parameter, the value and what was expected.
    """

    status = 400
    exit_code = 2

    def __init__(self, parameter: str, value: object, expected: str) -> None:
        self.parameter = parameter
        self.value = value
        self.expected = expected
        super().__init__(f"{parameter}: expected {expected}, got {value!r}")


class BadRegion(BadQuery):
    """A region that cannot be parsed, whose ends are reversed, or that is out of range."""

    def __init__(self, value: object, expected: str) -> None:
        super().__init__("region", value, expected)


class BadUpload(SnapshardError):
    """A file in the body of a request that is empty, cut, or not of its format.

    The message names the line.
    """

    status = 400


class NotFound(SnapshardError):
    """A well-formed name that does not exist.

    The message lists the available names if they are few.
    """

    status = 404
    exit_code = 2

    def __init__(self, noun: str, name: object, available: str = "") -> None:
        self.noun = noun
        self.name = name
        super().__init__(f"no {noun} {name!r}" + (f"; available: {available}" if available else ""))


class Ambiguous(SnapshardError):
    """A name that has several meanings; `choices` lists them."""

    status = 300
    exit_code = 2

    def __init__(self, noun: str, name: str, choices: list[dict[str, object]]) -> None:
        self.noun = noun
        self.name = name
        self.choices = choices
        super().__init__(f"{noun} {name!r} has {len(choices)} meanings; choose one")


class TooBusy(SnapshardError):
    """A limit on concurrent work is reached; retry shortly.

    `limit` names it; empty for the connections of a shard.
    """

    status = 429

    def __init__(self, message: str, limit: str = "") -> None:
        self.limit = limit
        super().__init__(message)


class MissingExtra(SnapshardError):
    """A package that is not installed; the message contains the pip command that installs it."""

    status = 501
    exit_code = 2

    def __init__(self, purpose: str, package: str | None, extra: str) -> None:
        super().__init__(f"{purpose} needs {package}: pip install 'snapshard[{extra}]'")


class BadRow(SnapshardError):
    """A source line that cannot be loaded."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        self.file = file
        self.line = line
        self.reason = reason
        super().__init__(f"{file}, line {line}: {reason}")

    def after(self, lines: int) -> "BadRow":
        """The same error, so many lines further down in the file."""
        return BadRow(self.file, self.line + lines, self.reason)


class BadSource(SnapshardError):
    """A source file that is missing, truncated, or not of the format that its name suggests."""

    def __init__(self, file: str, reason: str) -> None:
        self.file = file
        self.reason = reason
        super().__init__(f"{file}: {reason}")


class ShardUnavailable(SnapshardError):
    """A shard that refused or lost the connection, or did not respond."""

    status = 503

    def __init__(self, shard: str, reason: str) -> None:
        self.shard = shard
        self.reason = reason
        super().__init__(f"shard {shard!r} is unavailable: {reason}")


class QueryTimeout(SnapshardError):
    """A query that took longer than its deadline."""

    status = 504

    def __init__(self, shard: str, seconds: float) -> None:
        self.shard = shard
        self.seconds = seconds
        super().__init__(
            f"shard {shard!r} did not respond within {seconds:g} s;"
            " request a smaller region or use an export"
        )


class BadRelease(SnapshardError):
    """A release step that the release's state does not allow.

    The message gives the state and the step to take.
    """

    exit_code = 1


class StepFailed(SnapshardError):
    """A step of a pipeline that failed; the reason names the object."""

    exit_code = 1

    def __init__(self, step: str, reason: str) -> None:
        self.step = step
        self.reason = reason
        super().__init__(f"step {step} failed: {reason}")


class BadSetting(SnapshardError):
    """An unknown setting, or a value that the setting does not accept."""

    exit_code = 2

    def __init__(self, name: str, value: object, expected: str) -> None:
        self.name = name
        super().__init__(f"{name}: expected {expected}, got {value!r}")


class BadShardMap(SnapshardError):
    """A shard map that overlaps, omits a chromosome, or names a shard without an address."""

    exit_code = 2
