#!/bin/sh
# Gives a shard (or the catalog) and its read replica new sizes, in shards.tsv and in the cluster.
#   OVERLAY=small VOLUME=80Gi MEMORY=8Gi sh kubernetes/grow.sh SHARD; either size may be left out
set -eu
shard=$1 folder=kubernetes/overlays/$OVERLAY namespace=${NAMESPACE:-snapshard}
volume=${VOLUME:-} memory=${MEMORY:-}
case $shard in catalog) database=catalog ;; *) database=shard-$shard ;; esac
kubectl() { command kubectl --namespace "$namespace" "$@"; }
render() { sh kubernetes/render.sh "$folder"; }

statefulsets=$(kubectl get statefulset -l "app.kubernetes.io/instance in ($database,$database-replica)" \
    -o 'jsonpath={.items[*].metadata.name}')
[ -n "$statefulsets" ] || { echo "the cluster has no StatefulSet $database" >&2; exit 2; }

# Everything that can be refused comes first, so that a refusal leaves the table and the cluster unchanged.
for name in $statefulsets; do
    render | grep -qx "  name: $name" || { echo "$folder does not describe $name, which the cluster has" >&2; exit 2; }
done
if [ -n "$volume" ]; then
    for name in $statefulsets; do
        kubectl patch pvc "data-$name-0" --type=merge -p "{\"spec\": {\"resources\": {\"requests\": {\"storage\": \"$volume\"}}}}"
    done
fi

awk -F '\t' -v OFS='\t' -v shard="$shard" -v volume="$volume" -v memory="$memory" \
    '$1 == shard { if (volume) $3 = volume; if (memory) $4 = memory } 1' "$folder/shards.tsv" >"$folder/shards.tsv.new"
mv "$folder/shards.tsv.new" "$folder/shards.tsv"
"${PYTHON:-python3}" kubernetes/shards.py "$folder"

# A StatefulSet's volume template cannot change. The StatefulSet is therefore replaced while its pod keeps running;
# the pod restarts only if its own template has changed.
for name in $statefulsets; do
    [ -z "$volume" ] || kubectl delete statefulset "$name" --cascade=orphan
    render | kubectl apply -f - -l "app.kubernetes.io/instance=$name"
    kubectl rollout status "statefulset/$name" --timeout=600s
done
