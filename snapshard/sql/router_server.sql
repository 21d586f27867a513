-- One shard, or the catalog. Every role reads it as the shards' own reader; only superusers may change that.

CREATE SERVER {server} FOREIGN DATA WRAPPER postgres_fdw OPTIONS (
    async_capable 'true',
    fetch_size '10000',
    -- By default PostgreSQL plans a cursor for its first rows; here all of them are fetched.
    options '-c cursor_tuple_fraction=1'
);
CREATE USER MAPPING FOR PUBLIC SERVER {server} OPTIONS (user 'reader', password_required 'false');
