-- The router's database: the extension, the reader's role and settings. Runs at every refresh.

CREATE EXTENSION IF NOT EXISTS postgres_fdw;
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'reader') THEN
        CREATE ROLE reader LOGIN;
    END IF;
END $$;
-- A session holds a connection to every shard that it asks.
ALTER ROLE reader CONNECTION LIMIT 8;
ALTER ROLE reader SET default_transaction_read_only = on;
ALTER ROLE reader SET statement_timeout = '10min';
ALTER ROLE reader SET temp_file_limit = '1GB';
REVOKE ALL ON DATABASE {database} FROM PUBLIC;
GRANT CONNECT ON DATABASE {database} TO reader;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
-- By default every role may write large objects.
REVOKE EXECUTE ON FUNCTION lo_create(oid), lo_creat(integer), lo_from_bytea(oid, bytea), lo_put(oid, bigint, bytea),
    lowrite(integer, bytea), lo_truncate(integer, integer), lo_truncate64(integer, bigint), lo_unlink(oid) FROM PUBLIC;
-- Without it, an aggregate by chromosome would fetch every row.
ALTER DATABASE {database} SET enable_partitionwise_aggregate = on;
ALTER DATABASE {database} SET enable_partitionwise_join = on;
ALTER DATABASE {database} SET jit = off;
