-- A shard. Where several share a chromosome, the planner leaves out those whose constraint a query contradicts.

CREATE FOREIGN TABLE {schema}.{leaf} PARTITION OF {schema}.{parent} {constraint} {bounds}
    SERVER {server} OPTIONS (schema_name {remote}, table_name 'junction');
