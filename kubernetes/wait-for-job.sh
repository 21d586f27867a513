#!/bin/sh
# Waits up to a day for a Job to end and prints the last lines of its log (-1: all). The exit code is 1 if the Job failed.
#   sh kubernetes/wait-for-job.sh NAME [LINES]
set -eu
namespace=${NAMESPACE:-snapshard} deadline=$(($(date +%s) + 86400))
until kubectl -n "$namespace" wait --for=condition=Complete --timeout=1s "job/$1" >/dev/null 2>&1; do
    if kubectl -n "$namespace" wait --for=condition=Failed --timeout=0s "job/$1" >/dev/null 2>&1 || [ "$(date +%s)" -gt "$deadline" ]; then
        echo "job $1 did not complete; its pods said:" >&2
        kubectl -n "$namespace" logs --prefix --tail=20 -l "batch.kubernetes.io/job-name=$1" >&2 || true
        exit 1
    fi
done
kubectl -n "$namespace" logs --tail="${2:-1}" "job/$1"
