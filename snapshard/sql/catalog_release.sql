-- What a release has in the catalog's database beside its intervals.

CREATE TABLE {schema}.file (name text PRIMARY KEY, content bytea STORAGE EXTERNAL NOT NULL);
COMMENT ON TABLE {schema}.file IS 'Files kept as they came, such as samples.tsv; zstd frames';
CREATE TABLE {schema}.sample_field (number integer PRIMARY KEY, name text NOT NULL UNIQUE, type text NOT NULL CHECK (type IN ('i', 'f', 't')));
CREATE TABLE {schema}.sample (rail_id bigint PRIMARY KEY, fields text[] NOT NULL);
COMMENT ON COLUMN {schema}.sample.fields IS 'The columns of the samples file in their order, rail_id first';
CREATE TABLE {schema}.sample_group (number integer PRIMARY KEY, name text NOT NULL UNIQUE, long_name text NOT NULL, members bigint[] NOT NULL);
CREATE TABLE {schema}.gene (
    number integer PRIMARY KEY,
    gene_id text NOT NULL,
    symbol text NOT NULL,
    chromosome text NOT NULL,
    start integer NOT NULL,
    "end" integer NOT NULL,
    strand text NOT NULL,
    biotype text NOT NULL,
    source text NOT NULL
);
COMMENT ON COLUMN {schema}.gene.number IS 'Order in the source file: look-ups of a symbol depend on it';
COMMENT ON COLUMN {schema}.gene.source IS 'What the annotation says of its origin, such as HAVANA';
CREATE INDEX ON {schema}.gene (upper(symbol) text_pattern_ops);
CREATE INDEX ON {schema}.gene (upper(gene_id) text_pattern_ops);
CREATE TABLE {schema}.transcript (
    number integer PRIMARY KEY,
    transcript_id text NOT NULL,
    gene_id text NOT NULL,
    symbol text NOT NULL,
    chromosome text NOT NULL,
    start integer NOT NULL,
    "end" integer NOT NULL,
    strand text NOT NULL,
    exon_starts integer[] NOT NULL,
    exon_ends integer[] NOT NULL,
    cds_start integer,
    cds_end integer,
    source text NOT NULL,
    tags text[] NOT NULL DEFAULT '{{}}',
    file text NOT NULL CHECK (file IN ('refflat', 'annotation', 'transcripts', 'canonical'))
);
COMMENT ON COLUMN {schema}.transcript.number IS 'Order in the source files: look-ups of a symbol depend on it';
COMMENT ON COLUMN {schema}.transcript.start IS 'As the table says: some have exons that do not fill start to end';
COMMENT ON COLUMN {schema}.transcript.cds_end IS 'The coding span is from the smaller to the larger position and includes the stop codon';
COMMENT ON COLUMN {schema}.transcript.tags IS 'Some of the annotation''s tags, such as MANE_Select; releases loaded before 2026-11-27 lack the column';
COMMENT ON COLUMN {schema}.transcript.file IS 'Where it is from: a refFlat table, GTF or GFF3, Snaptron''s all_transcripts.gtf, the table of canonical transcripts';
CREATE INDEX ON {schema}.transcript (chromosome, start);
CREATE INDEX ON {schema}.transcript (upper(symbol) text_pattern_ops);
CREATE INDEX ON {schema}.transcript (upper(transcript_id) text_pattern_ops);
CREATE INDEX ON {schema}.transcript (upper(gene_id) text_pattern_ops);
