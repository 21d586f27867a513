-- After the rows are in. A row's key is (block, position); an index of blocks alone stores each block once, not once a row.

CREATE INDEX ON {schema}.{kind} (block);
ALTER TABLE {schema}.{kind}_block ADD PRIMARY KEY (block);
-- brin where ids ascend with the rows, as in Snaptron's own files: next to nothing on disk. btree for any other order.
CREATE INDEX ON {schema}.{kind} USING {id_index};
-- For filters on the number of samples, the most usual ones: of the rows that most filters keep, a tenth of all, it has every
-- column that decides which of them match and where they stand, so that the rows themselves need not be read.
CREATE INDEX ON {schema}.{kind} (samples_count, start, "end", block, "position") WHERE samples_count >= 20;
