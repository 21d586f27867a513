-- What a release's junctions have beside their rows. Built during the load.

CREATE TABLE {schema}.junction_summary (
    block integer NOT NULL,
    payload bytea STORAGE EXTERNAL NOT NULL
);
COMMENT ON TABLE {schema}.junction_summary IS 'Samples, reads, median and maximum of every junction in every sample group that has it';
COMMENT ON COLUMN {schema}.junction_summary.payload IS 'zstd frame of records as snapshard/summary.py lays them out';

CREATE TABLE {schema}.density (
    bin_size integer NOT NULL,
    chromosome text COLLATE "C" NOT NULL,
    bin integer NOT NULL,
    junctions integer NOT NULL,
    annotated integer NOT NULL,
    coverage bigint NOT NULL
);
COMMENT ON TABLE {schema}.density IS 'Junctions that start in each window of the genome, per zoom level';
COMMENT ON COLUMN {schema}.density.bin_size IS 'Bases of a window; window n covers n * bin_size + 1 to (n + 1) * bin_size';
