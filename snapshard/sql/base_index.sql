-- After the base coverage is in.

ALTER TABLE {schema}.base_block ADD PRIMARY KEY (block);
CREATE INDEX ON {schema}.base_block USING gist (int4range(min_start, max_end, '[]'));
