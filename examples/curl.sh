#!/usr/bin/env bash
# Snapshard with nothing but curl. Usage: [SNAPSHARD_URL=http://…] bash curl.sh [compilation]
set -euo pipefail
api=${SNAPSHARD_URL:-http://127.0.0.1:8080}/api/v1/compilations/${1:-sim}
get() { curl --silent --show-error --fail-with-body "$@"; }

echo "== genes whose symbol begins so"
get "$api/genes?prefix=SIMG0000&limit=3"
echo

echo "== junctions of a region in 5 samples or more; a + in a URL is written %2B"
get --get "$api/junctions.tsv" --data-urlencode 'region=chr1:1-100,000,000' --data-urlencode 'filter=samples_count>=5' \
    --data-urlencode 'filter=strand=+' --data-urlencode 'columns=name,class,samples_count,coverage_median' --data-urlencode 'limit=3'

echo "== is one junction seen, and where (n of N samples per tissue)"
name=$(get "$api/junctions.tsv?region=chr1&columns=name&limit=1&about=false" | tail -n 1)
get "$api/junctions/$name/evidence"
echo

echo "== a junction that no sample has: 0 of N"
get "$api/junctions/chr1:100-200/evidence" | grep --only-matching '"summary":"[^"]*"'

echo "== many at once, answered in this order"
get --header 'Content-Type: application/json' --data "{\"junctions\": [\"$name\", \"chr1:100-200\"]}" "$api/junctions:batch"
echo

echo "== everything on chr21 as a file; its last line says that it is whole"
get "$api/junctions:export.tsv?region=chr21&complete=true" --output chr21.tsv
tail -n 1 chr21.tsv
