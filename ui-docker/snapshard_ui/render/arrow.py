"""Parquet and Arrow streams, written while rows arrive: memory holds one row group at a time."""

import io
from collections.abc import Mapping
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from snapshard.junction import Column, ColumnType
from snapshard.rows import Rows
from snapshard_ui.render.json_text import MISSING
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
"""Name of the metadata that mark a complete file: JSON with rows and the sha256 of the first
`bytes` bytes. Parquet has them in the footer, and the bytes are those before it; an Arrow stream
has them in a last batch without rows.
"""


def arrow_table(rows: Rows, columns: tuple[Column, ...]) -> pa.Table:
    """The rows as typed columns; samples become lists of rail_id and coverage."""
    options = pacsv.ConvertOptions(
        column_types={column.name: _text_type(column) for column in columns},
        null_values=[text.decode() for text in MISSING],
        strings_can_be_null=False,
    )
    # One block for all rows: otherwise a line longer than a block, such as a list of many samples,
    # is an error.
    read_options = pacsv.ReadOptions(
        column_names=list(rows.columns), use_threads=False, block_size=len(rows.text) + 1
    )
    table = pacsv.read_csv(
        io.BytesIO(rows.text),
        read_options=read_options,
        # Fields are verbatim, so a quotation mark is a character.
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
    # The offsets of a list array are exactly the bounds of the pairs of each row.
    return pa.ListArray.from_arrays(pa.array(pairs.rows, pa.int32()), structs)


def arrow_schema(sheet: Sheet) -> pa.Schema:
    """The names and types of the columns, with the description of the response as metadata."""
    fields = []
    for column in sheet.columns:
        data_type = _PAIRS if column.name == "samples" else _TYPES[column.type]
        fields.append(pa.field(column.name, data_type))
    return pa.schema(fields, metadata={"snapshard": orjson.dumps(sheet.about)})


class ArrowWriter:
    """Collects rows until there are enough for a batch. Each method returns the bytes that pyarrow
    has produced since the last call.
    """

    def __init__(self, sheet: Sheet, *, parquet: bool) -> None:
        self._columns = sheet.columns
        self._schema = arrow_schema(sheet)
        self._sink = io.BytesIO()
        self._texts: list[bytes] = []
        self._text_bytes = 0
        self._appended = _AppendOnlyFile(self._sink)
        open_file = _open_parquet if parquet else pa.ipc.new_stream
        self._file = open_file(pa.PythonFile(self._appended, mode="w"), self._schema)

    def head(self) -> bytes:
        return self._take_output()

    def body(self, rows: Rows) -> bytes:
        self._texts.append(rows.text)
        self._text_bytes += len(rows.text)
        return self._flush() if self._text_bytes >= _GROUP_BYTES else b""

    def rest(self) -> bytes:
        return self._flush()

    def tail(self, end: Mapping[str, Any] | None = None) -> bytes:
        last_rows = self._flush()
        if end:
            position = self._appended.tell()
            self._add_metadata({COMPLETE: orjson.dumps({"bytes": position, **end})})
        self._file.close()
        return last_rows + self._take_output()

    def broken(self, reason: str) -> bytes:
        # Without its footer or end mark no reader takes the file for complete.
        return b""

    def _add_metadata(self, metadata: dict[str, bytes]) -> None:
        if isinstance(self._file, pq.ParquetWriter):
            self._file.add_key_value_metadata(metadata)
        else:
            # Arrow has no footer in a stream; only a batch can carry metadata after the rows.
            empty_batch = pa.record_batch([[]] * len(self._schema), schema=self._schema)
            self._file.write_batch(empty_batch, custom_metadata=metadata)

    def _flush(self) -> bytes:
        text = b"".join(self._texts)
        self._texts, self._text_bytes = [], 0
        if text:
            # The types are equal already; without the cast the table lacks the schema's metadata.
            table = arrow_table(Rows(text, tuple(self._schema.names)), self._columns)
            self._file.write_table(table.cast(self._schema))
        return self._take_output()

    def _take_output(self) -> bytes:
        output = self._sink.getvalue()
        self._sink.seek(0)
        self._sink.truncate()
        return output


class _AppendOnlyFile(io.RawIOBase):
    """A file that is only appended to. Its sink may be emptied at any time; the position counts all
    bytes ever written, because the offsets in a Parquet footer are from the start of the file.
    """

    def __init__(self, sink: io.BytesIO) -> None:
        self._sink = sink
        self._position = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        byte_count = self._sink.write(data)
        self._position += byte_count
        return byte_count

    def tell(self) -> int:
        return self._position


def _open_parquet(sink: pa.PythonFile, schema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(sink, schema, compression="zstd")
