#!/bin/sh
# Waits for a Job to end: prints the end of its log, and ends with 1 if it failed.
#   sh kubernetes/wait-for-job.sh NAME [SECONDS]
set -eu
namespace=${NAMESPACE:-snapshard} deadline=$(($(date +%s) + ${2:-86400}))
until kubectl -n "$namespace" wait --for=condition=Complete --timeout=1s "job/$1" >/dev/null 2>&1; do
    if kubectl -n "$namespace" wait --for=condition=Failed --timeout=0s "job/$1" >/dev/null 2>&1 || [ "$(date +%s)" -gt "$deadline" ]; then
        echo "job $1 did not complete; its pods said:" >&2
        kubectl -n "$namespace" logs --all-pods --prefix --tail=20 "job/$1" >&2 || true
        exit 1
    fi
done
kubectl -n "$namespace" logs --tail=1 "job/$1"
