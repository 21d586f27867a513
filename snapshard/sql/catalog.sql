-- The catalog: which compilations there are, which releases they have had, where their intervals live.
-- Each load runs this file, so a catalog of an older version gets the tables that it lacks.

CREATE TABLE IF NOT EXISTS compilation (
    name text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9_]{{0,30}}$' AND name <> 'snaptron'),
    title text NOT NULL,
    assembly text NOT NULL,
    simulated boolean NOT NULL,
    current text
);
COMMENT ON COLUMN compilation.name IS 'As it stands in URLs';
COMMENT ON COLUMN compilation.title IS 'As it stands in front of rows of the Snaptron protocol';
COMMENT ON COLUMN compilation.current IS 'The published release; changing this one value publishes and rolls back';

CREATE TABLE IF NOT EXISTS release (
    compilation text NOT NULL REFERENCES compilation,
    name text NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9_.-]{{0,30}}$'),
    schema text NOT NULL UNIQUE,
    state text NOT NULL CHECK (state IN ('loading', 'verified', 'published', 'retired', 'dropped')),
    source text NOT NULL,
    sample_count integer,
    created timestamptz NOT NULL DEFAULT now(),
    published timestamptz,
    retired timestamptz,
    dropped timestamptz,
    PRIMARY KEY (compilation, name)
);
COMMENT ON COLUMN release.schema IS 'The schema that holds it in every shard and here';
COMMENT ON COLUMN release.state IS 'A dropped one keeps its row, so that its name, which stands in cached answers, is never used again';
COMMENT ON COLUMN release.published IS 'When it was last made the served one; of the releases of a compilation the served one has the latest';
COMMENT ON COLUMN release.sample_count IS 'Samples of the samples file; null where there was none, since the ids seen are not all there were';

CREATE TABLE IF NOT EXISTS interval (
    schema text NOT NULL REFERENCES release (schema) ON DELETE CASCADE,
    number integer NOT NULL,
    chromosome text NOT NULL,
    first integer NOT NULL,
    last integer NOT NULL,
    shard text NOT NULL,
    PRIMARY KEY (schema, number)
);
COMMENT ON TABLE interval IS 'Rows that start at first to last of a chromosome; * stands for every chromosome not listed. Numbers are genome order';

CREATE TABLE IF NOT EXISTS content (
    schema text NOT NULL,
    number integer NOT NULL,
    kind text NOT NULL,
    loaded timestamptz NOT NULL DEFAULT now(),
    row_count bigint NOT NULL,
    first_block integer,
    last_block integer,
    max_end integer,
    longest integer,
    min_id bigint,
    max_id bigint,
    coverage_sum numeric NOT NULL,
    pair_count bigint NOT NULL,
    text_bytes bigint NOT NULL,
    sha256 text NOT NULL,
    PRIMARY KEY (schema, number, kind),
    FOREIGN KEY (schema, number) REFERENCES interval ON DELETE CASCADE
);
COMMENT ON TABLE content IS 'What each interval holds of each kind of rows (junction, gene, exon), as counted from the source while it was loaded';
COMMENT ON COLUMN content.first_block IS 'Blocks first_block to last_block of the shard are this interval''s; null without rows, as are the four that follow';
COMMENT ON COLUMN content.max_end IS 'Largest end: a region beyond it cannot overlap a row of the interval';
COMMENT ON COLUMN content.sha256 IS 'Of the rows'' text in order, as read from the source';

CREATE TABLE IF NOT EXISTS reading (
    schema text NOT NULL REFERENCES release (schema) ON DELETE CASCADE,
    kind text NOT NULL,
    reader text NOT NULL,
    source text NOT NULL,
    complete boolean NOT NULL,
    row_count bigint NOT NULL,
    bad_rows bigint NOT NULL,
    text_bytes bigint NOT NULL,
    chromosomes text[] NOT NULL,
    PRIMARY KEY (schema, kind, reader)
);
COMMENT ON TABLE reading IS 'What each reader of a source counted; verify compares it with the file and with what would be published';
COMMENT ON COLUMN reading.reader IS 'The shard whose load read for itself; empty for a process that read for all shards';
COMMENT ON COLUMN reading.complete IS 'It read the source from front to back, not a part through an index';
COMMENT ON COLUMN reading.text_bytes IS 'Of the rows that were not refused';

CREATE TABLE IF NOT EXISTS notice (
    schema text NOT NULL REFERENCES release (schema) ON DELETE CASCADE,
    number integer GENERATED ALWAYS AS IDENTITY,
    text text NOT NULL,
    PRIMARY KEY (schema, text)
);
COMMENT ON TABLE notice IS 'What the loads of a release repaired, left out or let pass';
