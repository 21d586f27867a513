#!/bin/sh
# Creates the roles once, on an empty data folder. Passwords come from files through psql variables, never a command line.
#
#   owner       owns the database and has the loader's rights; for administrators, not used by any program
#   loader      creates, fills and drops releases in the catalog and in the shards, and owns them
#   reader      reads with a deadline; for the server's interactive queries
#   exporter    reads without a deadline, with few connections; for the server's exports
#   replicator  replicates the whole server; for read replicas; cannot connect to a database
set -eu
secrets=${SNAPSHARD_SECRETS:-/run/secrets/snapshard}

psql --no-psqlrc -v ON_ERROR_STOP=1 -d snapshard <<SQL
\set owner_password \`cat "$secrets/owner"\`
\set loader_password \`cat "$secrets/loader"\`
\set reader_password \`cat "$secrets/reader"\`
\set exporter_password \`cat "$secrets/exporter"\`
\set replicator_password \`cat "$secrets/replicator"\`
\set ECHO none
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
BEGIN;
CREATE ROLE loader LOGIN CONNECTION LIMIT 16 PASSWORD :'loader_password';
CREATE ROLE owner LOGIN CONNECTION LIMIT 4 PASSWORD :'owner_password' IN ROLE loader;
CREATE ROLE reader LOGIN PASSWORD :'reader_password';
CREATE ROLE exporter LOGIN PASSWORD :'exporter_password';
CREATE ROLE replicator LOGIN REPLICATION PASSWORD :'replicator_password';
ALTER ROLE reader SET default_transaction_read_only = on;
ALTER ROLE reader SET statement_timeout = '60s';
ALTER ROLE exporter SET default_transaction_read_only = on;
REVOKE ALL ON DATABASE snapshard FROM PUBLIC;
ALTER DATABASE snapshard OWNER TO owner;
GRANT CONNECT ON DATABASE snapshard TO reader, exporter;
GRANT CONNECT, CREATE, TEMPORARY ON DATABASE snapshard TO loader;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO loader;
GRANT USAGE ON SCHEMA public TO reader, exporter;
-- Whatever a release brings, its readers may read.
ALTER DEFAULT PRIVILEGES FOR ROLE loader GRANT USAGE ON SCHEMAS TO reader, exporter;
ALTER DEFAULT PRIVILEGES FOR ROLE loader GRANT SELECT ON TABLES TO reader, exporter;
ALTER DEFAULT PRIVILEGES FOR ROLE owner GRANT USAGE ON SCHEMAS TO reader, exporter;
ALTER DEFAULT PRIVILEGES FOR ROLE owner GRANT SELECT ON TABLES TO reader, exporter;
COMMIT;
REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC;
SQL
