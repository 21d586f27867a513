-- Base coverage of one release in one shard.

CREATE TABLE {schema}.base_block (
    block integer NOT NULL,
    interval integer NOT NULL,
    row_count integer NOT NULL,
    min_start integer NOT NULL,
    max_end integer NOT NULL,
    text_bytes integer NOT NULL,
    payload bytea STORAGE EXTERNAL NOT NULL
);
COMMENT ON TABLE {schema}.base_block IS 'Neighbouring stretches of equal base coverage of one interval, as their source wrote them';
COMMENT ON COLUMN {schema}.base_block.min_start IS '1-based, as everywhere but in the source''s lines, whose starts count from 0';
COMMENT ON COLUMN {schema}.base_block.payload IS 'zstd frame of lines: chromosome, 0-based start, end, a value per sample of the catalog''s file bases.header.tsv';
