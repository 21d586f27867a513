"""Parquet and Arrow streams, written as rows come: a reader gets row groups, and memory holds one."""

import io
from collections.abc import Mapping
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from snapshard.junction import Column, ColumnType
from snapshard.rows import Rows
from snapshard_ui.render.writer import Sheet

_TYPES = {
    ColumnType.INTEGER: pa.int64(),
    ColumnType.DECIMAL: pa.float64(),
    ColumnType.TEXT: pa.string(),
    ColumnType.FLAG: pa.string(),
}
_PAIRS = pa.list_(pa.struct([("rail_id", pa.int64()), ("coverage", pa.int64())]))
_GROUP_BYTES = 4 << 20
COMPLETE = "snapshard.complete"
"""Name of the metadata that tell a whole file: JSON with rows and the sha256 of the first `bytes`
bytes of the file. In Parquet they are in the footer and the bytes those before it, in Arrow they
belong to a last batch without rows.
"""


def arrow_table(rows: Rows, columns: tuple[Column, ...]) -> pa.Table:
    """The rows as typed columns; samples become lists of rail_id and coverage."""
    options = pacsv.ConvertOptions(
        column_types={column.name: _text_type(column) for column in columns},
        null_values=[""],
        strings_can_be_null=False,
    )
    table = pacsv.read_csv(
        io.BytesIO(rows.text),
        read_options=pacsv.ReadOptions(
            column_names=list(rows.columns), use_threads=False, block_size=len(rows.text) + 1
        ),
        parse_options=pacsv.ParseOptions(delimiter="\t", quote_char=False, double_quote=False),
        convert_options=options,
    )
    if "samples" in rows.columns:
        table = table.set_column(rows.columns.index("samples"), "samples", _pair_lists(rows))
    return table


def _text_type(column: Column) -> pa.DataType:
    return pa.string() if column.name == "samples" else _TYPES[column.type]


def _pair_lists(rows: Rows) -> pa.Array:
    pairs = rows.pairs
    structs = pa.StructArray.from_arrays(
        [pa.array(pairs.samples), pa.array(pairs.coverages)], fields=list(_PAIRS.value_type)
    )
    return pa.ListArray.from_arrays(pa.array(pairs.rows, pa.int32()), structs)


def arrow_schema(sheet: Sheet) -> pa.Schema:
    """Names and types, with what the answer says of itself as metadata."""
    fields = [
        pa.field(one.name, _PAIRS if one.name == "samples" else _TYPES[one.type])
        for one in sheet.columns
    ]
    return pa.schema(fields, metadata={"snapshard": orjson.dumps(sheet.about)})


class ArrowWriter:
    """Holds rows back until there are enough for a batch, and hands on what the library has written
    so far.
    """

    def __init__(self, sheet: Sheet, *, parquet: bool) -> None:
        self._columns = sheet.columns
        self._schema = arrow_schema(sheet)
        self._sink = io.BytesIO()
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._ahead = _Ahead(self._sink)
        open_file = _open_parquet if parquet else pa.ipc.new_stream
        self._file = open_file(pa.PythonFile(self._ahead, mode="w"), self._schema)

    def head(self) -> bytes:
        return self._written()

    def body(self, rows: Rows) -> bytes:
        self._held.append(rows.text)
        self._held_bytes += len(rows.text)
        return self._flush() if self._held_bytes >= _GROUP_BYTES else b""

    def rest(self) -> bytes:
        return self._flush()

    def tail(self, end: Mapping[str, Any] | None = None) -> bytes:
        last = self._flush()
        if end:
            self._say({COMPLETE: orjson.dumps({"bytes": self._ahead.tell(), **end})})
        self._file.close()
        return last + self._written()

    def _say(self, metadata: dict[str, bytes]) -> None:
        if isinstance(self._file, pq.ParquetWriter):
            self._file.add_key_value_metadata(metadata)
        else:
            self._file.write_batch(
                pa.record_batch([[]] * len(self._schema), schema=self._schema),
                custom_metadata=metadata,
            )

    def broken(self, reason: str) -> bytes:
        return b""

    def _flush(self) -> bytes:
        text = b"".join(self._held)
        self._held, self._held_bytes = [], 0
        if text:
            table = arrow_table(Rows(text, tuple(self._schema.names)), self._columns)
            self._file.write_table(table.cast(self._schema))
        return self._written()

    def _written(self) -> bytes:
        text = self._sink.getvalue()
        self._sink.seek(0)
        self._sink.truncate()
        return text


class _Ahead(io.RawIOBase):
    """A file that is only appended to; what is in its sink may be taken away, its position counts
    on.
    """

    def __init__(self, sink: io.BytesIO) -> None:
        self._sink = sink
        self._position = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        written = self._sink.write(data)
        self._position += written
        return written

    def tell(self) -> int:
        return self._position


def _open_parquet(sink: pa.PythonFile, schema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(sink, schema, compression="zstd")
