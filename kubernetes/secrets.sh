#!/bin/sh
# Prints the Secrets of a deployment with new passwords; they are stored only in the cluster.
#   sh kubernetes/secrets.sh | kubectl apply -f -
# libpq reads user and password from the service files for each new connection, so a changed Secret needs no restart.
set -eu
random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
namespace=${NAMESPACE:-snapshard}
postgres=$(random) owner=$(random) loader=$(random) reader=$(random) exporter=$(random) replicator=$(random)

secret() { printf 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: %s\n  namespace: %s\n  labels: {app.kubernetes.io/name: snapshard, app.kubernetes.io/part-of: snapshard}\nstringData:\n' "$1" "$namespace"; }
service() { printf '    [%s]\n    user=%s\n    password=%s\n' "$1" "$1" "$2"; }

secret database-passwords
for role in postgres owner loader reader exporter replicator; do eval "printf '  %s: %s\n' $role \"\$$role\""; done
echo ---
secret server-service
echo '  pg_service.conf: |'
service reader "$reader"
service exporter "$exporter"
echo ---
secret loader-service
echo '  pg_service.conf: |'
service loader "$loader"
# Selects the writable server of a shard and its replica.
echo '    target_session_attrs=read-write'
echo ---
secret replica-service
echo '  pg_service.conf: |'
service replicator "$replicator"
