-- One release in one shard. {schema} is the release's own schema; {kind} is junction, gene or exon.
-- Positions are 1-based and both ends are included; a junction's are the first and the last base of its intron.

CREATE TABLE {schema}.{kind} (
    snaptron_id bigint NOT NULL,
    coverage_sum bigint NOT NULL,
    block integer NOT NULL,
    start integer NOT NULL,
    "end" integer NOT NULL,
    samples_count integer NOT NULL,
    source_dataset_id integer,
    "position" smallint NOT NULL,
    chromosome text COLLATE "C" NOT NULL,
    strand text COLLATE "C" NOT NULL,
    annotated text COLLATE "C" NOT NULL,
    left_motif text COLLATE "C" NOT NULL,
    right_motif text COLLATE "C" NOT NULL,
    left_annotated text COLLATE "C" NOT NULL,
    right_annotated text COLLATE "C" NOT NULL,
    coverage_avg numeric NOT NULL,
    coverage_median numeric NOT NULL,
    class text COLLATE "C" NOT NULL,
    length integer GENERATED ALWAYS AS ("end" - start + 1) VIRTUAL
);
COMMENT ON TABLE {schema}.{kind} IS 'The columns of every row but its samples; (block, position) is genome order within an interval';
COMMENT ON COLUMN {schema}.{kind}.block IS 'The block that holds the whole line, samples included';
COMMENT ON COLUMN {schema}.{kind}.position IS 'Line number in that block, from 0';
COMMENT ON COLUMN {schema}.{kind}.coverage_avg IS 'As written in the source: 4, 4.0 and 4.000 stay what they were';
COMMENT ON COLUMN {schema}.{kind}.class IS 'DA, NDA, D, A or N as regtools says; empty where the strand would be needed and is not known';

CREATE TABLE {schema}.{kind}_block (
    block integer NOT NULL,
    interval integer NOT NULL,
    row_count integer NOT NULL,
    min_start integer NOT NULL,
    max_start integer NOT NULL,
    max_end integer NOT NULL,
    text_bytes integer NOT NULL,
    payload bytea STORAGE EXTERNAL NOT NULL
);
COMMENT ON TABLE {schema}.{kind}_block IS 'Neighbouring rows of one interval as their source wrote them';
COMMENT ON COLUMN {schema}.{kind}_block.interval IS 'Number of the interval in the catalog; blocks ascend with it';
COMMENT ON COLUMN {schema}.{kind}_block.text_bytes IS 'Length of the text when decompressed';
COMMENT ON COLUMN {schema}.{kind}_block.payload IS 'zstd frame of the rows'' 17 tab-separated columns, a newline after each';
