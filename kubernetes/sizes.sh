#!/bin/sh
# Prints for each shard of a release: junctions, bytes of text, bytes on disk, seconds that its last load took.
#   sh kubernetes/sizes.sh COMPILATION@RELEASE shard-a shard-b ...
set -eu
namespace=${NAMESPACE:-snapshard} release=$1
shift
ask() { kubectl -n "$namespace" exec "$1-0" -- psql --no-psqlrc -U postgres -d snapshard -v release="$release" -tA -F ' ' -c "$2"; }

index=0
echo 'shard junctions text_bytes disk_bytes load_seconds'
for shard; do
    held=$(ask catalog "SELECT sum(row_count), sum(text_bytes) FROM content JOIN interval USING (schema, number)
        WHERE kind = 'junction' AND schema = '$release' AND shard = '${shard#shard-}'")
    disk=$(ask "$shard" "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
        WHERE nspname = '$release' AND relkind = 'r'")
    seconds=$(kubectl -n "$namespace" get pods -l "app.kubernetes.io/instance=load-shards,batch.kubernetes.io/job-completion-index=$index" \
        -o 'jsonpath={range .items[*].status.containerStatuses[0].state.terminated}{.startedAt} {.finishedAt}{"\n"}{end}' |
        while read -r from to; do echo $(($(date -d "$to" +%s) - $(date -d "$from" +%s))); done | tail -1)
    echo "$shard $held $disk ${seconds:-unknown}"
    index=$((index + 1))
done
