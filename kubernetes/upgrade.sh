#!/bin/sh
# Brings the images of VERSION to the servers and read replicas, then to one database after the other.
#   OVERLAY=small VERSION=0.2.0 sh kubernetes/upgrade.sh catalog shard-a shard-b ...
set -eu
folder=kubernetes/overlays/$OVERLAY namespace=${NAMESPACE:-snapshard}
kubectl() { command kubectl --namespace "$namespace" "$@"; }
apply() { sh kubernetes/render.sh "$folder" | kubectl apply -f - -l "$1"; }

# The next database must not restart before the servers reach the last one: its name may lead to the old pod for some seconds.
wait_for_shards() {
    for attempt in $(seq 60); do
        kubectl exec deployment/server -- snapshard shards --server http://127.0.0.1:8080 >/dev/null 2>&1 && return
        sleep 1
    done
    echo "the servers do not reach every shard; see: snapshard shards" >&2
    exit 1
}

# Servers and replicas come first: while a shard restarts, its replica must already be able to answer.
apply 'app.kubernetes.io/component notin (shard,catalog)'
kubectl rollout status deployment/server --timeout=600s
for replica in $(kubectl get statefulset -l app.kubernetes.io/component=replica -o name); do
    kubectl rollout status "$replica" --timeout=600s
done
for database; do
    apply "app.kubernetes.io/instance=$database"
    kubectl rollout status "statefulset/$database" --timeout=600s
    wait_for_shards
done
