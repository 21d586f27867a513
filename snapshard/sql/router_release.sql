-- The current release of one compilation. {schema} is the compilation's name; {remote} names the release's
-- schema in every shard and in the catalog.

CREATE SCHEMA {schema};
COMMENT ON SCHEMA {schema} IS {fingerprint};
CREATE TABLE {schema}.junction (
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
    length integer
) PARTITION BY LIST (chromosome);
COMMENT ON TABLE {schema}.junction IS 'A row per junction. Positions are 1-based; start and end are the first and the last base of the intron';
CREATE FOREIGN TABLE {schema}.gene (
    number integer NOT NULL,
    gene_id text NOT NULL,
    symbol text NOT NULL,
    chromosome text NOT NULL,
    start integer NOT NULL,
    "end" integer NOT NULL,
    strand text NOT NULL,
    biotype text NOT NULL,
    source text NOT NULL
) SERVER catalog OPTIONS (schema_name {remote}, table_name 'gene');
CREATE FOREIGN TABLE {schema}.sample_group (
    number integer NOT NULL,
    name text NOT NULL,
    long_name text NOT NULL,
    members bigint[] NOT NULL
) SERVER catalog OPTIONS (schema_name {remote}, table_name 'sample_group');
CREATE FOREIGN TABLE {schema}.sample_fields (
    rail_id bigint NOT NULL,
    fields text[] NOT NULL
) SERVER catalog OPTIONS (schema_name {remote}, table_name 'sample');
CREATE VIEW {schema}.sample AS SELECT {sample_columns} FROM {schema}.sample_fields;
COMMENT ON VIEW {schema}.sample IS 'A row per sample, with the fields of the samples file; a number that does not parse is null';
CREATE VIEW {schema}.about AS SELECT {compilation} AS compilation, {release} AS release, {title} AS title, {assembly} AS assembly,
    '1-based, closed, intron' AS coordinate_system, {sample_count}::integer AS sample_count, {simulated} AS simulated;
COMMENT ON VIEW {schema}.about IS 'The origin of the rows';
