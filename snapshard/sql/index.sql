-- After the rows are in.

ALTER TABLE {schema}.{kind} ADD PRIMARY KEY (block, "position");
ALTER TABLE {schema}.{kind}_block ADD PRIMARY KEY (block);
-- Which blocks may overlap a region. A giant intron widens its own block only, not every query.
CREATE INDEX ON {schema}.{kind}_block USING gist (int4range(min_start, max_end, '[]'));
CREATE INDEX ON {schema}.{kind} (snaptron_id);
