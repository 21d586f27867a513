#!/bin/sh
# Gives every database role a new password: first in the cluster's Secrets, then in each database, then in the servers.
#   sh kubernetes/rotate.sh catalog shard-a shard-b ...
set -eu
namespace=${NAMESPACE:-snapshard}
kubectl() { command kubectl --namespace "$namespace" "$@"; }

# Reads a password from standard input and sets it. The password never appears in a command line, where `ps` would show it.
change_password() {
    kubectl exec -i "$1-0" -- sh -euc "read -r password || true; export password
        printf '%s\n' '\\getenv password password' \"ALTER ROLE $2 PASSWORD :'password';\" |
            psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 -U postgres -d snapshard"
}

sh kubernetes/secrets.sh | kubectl apply -f -
for database; do
    for role in postgres owner loader reader exporter replicator; do
        kubectl get secret database-passwords -o "jsonpath={.data.$role}" | base64 -d | change_password "$database" "$role"
    done
    echo "$database: 6 passwords changed"
done
kubectl rollout restart deployment/server
kubectl rollout status deployment/server --timeout=600s
