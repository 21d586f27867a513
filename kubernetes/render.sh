#!/bin/sh
# Prints the manifests of a kustomize folder with the images of this REGISTRY and VERSION.
#   REGISTRY=registry.example.org/me/ VERSION=0.1.0 sh kubernetes/render.sh FOLDER
set -eu
kubectl kustomize "$1" | sed \
    -e "s|image: snapshard/\([a-z]*\):.*|image: ${REGISTRY:-}snapshard/\1:$VERSION|" \
    -e "s|app.kubernetes.io/version: .*|app.kubernetes.io/version: \"$VERSION\"|"
