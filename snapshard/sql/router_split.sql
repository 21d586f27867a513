-- Shards that share a chromosome. {number} tells the shard of a row by its chromosome and start.

CREATE TABLE {schema}.{branch} PARTITION OF {schema}.junction {bounds} PARTITION BY LIST (({number}));
