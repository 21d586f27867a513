# Images and the deployment. The Makefile includes this file; kubernetes/README.md is the runbook.
VERSION ?= 0.1.0
REVISION ?= $(shell git rev-parse --short HEAD 2>/dev/null || echo none)
REGISTRY ?=
OVERLAY ?= small
# The command that brings an image to the nodes: `docker push` with a REGISTRY, `kind load docker-image`,
# `minikube image load`. By default none, for nodes that have the images.
LOAD ?= :
FILE ?= $(SHARD).dump

NAMESPACE = snapshard
kubectl = kubectl --namespace $(NAMESPACE)
overlay = kubernetes/overlays/$(OVERLAY)
parts = postgres server loader
images = $(parts:%=$(REGISTRY)snapshard/%:$(VERSION))
dockerfile_postgres = postgres-docker/Dockerfile
dockerfile_server = ui-docker/Dockerfile
dockerfile_loader = populate/Dockerfile
# apply FOLDER SELECTOR: applies those of its objects that have the label.
apply = sh kubernetes/render.sh $(1) | kubectl apply -f - -l $(2)
# run_job NAME LINES: runs the Job again and waits for its end; then prints that many lines of its log, or the last one.
run_job = $(kubectl) delete job $(1) --ignore-not-found --wait; $(call apply,$(overlay)/populate,app.kubernetes.io/instance=$(1)); \
    sh kubernetes/wait-for-job.sh $(1) $(2)
# release WORDS: runs a sub-command of `snapshard releases` in the cluster.
release = $(kubectl) create configmap release --dry-run=client -o yaml --from-literal=ARGUMENTS='$(1)' | kubectl apply -f - >/dev/null; \
    $(call run_job,release,-1)
database = $(if $(filter catalog,$(SHARD)),catalog,shard-$(SHARD))
databases = $(shell grep -v '^#' $(overlay)/shards.tsv | cut -f1 | sed '/^catalog$$/!s/^/shard-/')

export NAMESPACE OVERLAY REGISTRY VERSION
export MEMORY VOLUME
.PHONY: images version lock shards secrets deploy source populate populate-samples load-settings rollback releases retire prune grow backup restore \
    recopy rotate upgrade remove discovery sizes

version:
	@echo $(VERSION)

images: ## build the three images for the local Docker engine
	@set -e; $(foreach part,$(parts),nice docker build -q -f $(dockerfile_$(part)) --build-arg VERSION=$(VERSION) --build-arg REVISION=$(REVISION) \
	    -t $(REGISTRY)snapshard/$(part):$(VERSION) . ;)

lock: $(VENV)/test ## update the pinned packages of the images
	$(bin)/pip install --quiet --disable-pip-version-check 'uv>=0.9'
	$(lock_command) --extra server --extra kubernetes --extra statistics -o ui-docker/requirements.txt
	$(lock_command) --extra load --extra s3 -o populate/requirements.txt
lock_command = $(bin)/uv pip compile --quiet pyproject.toml --python-version 3.13 --python-platform linux --generate-hashes --no-header --no-annotate \
    --no-emit-index-url --no-emit-find-links

shards: ## generate the manifests that kubernetes/overlays/*/shards.tsv describe
	@$(foreach table,$(wildcard kubernetes/overlays/*/shards.tsv),$(PYTHON) kubernetes/shards.py $(dir $(table));)

secrets:
	@kubectl apply -f kubernetes/base/namespace.yaml
	@$(kubectl) get secret database-passwords >/dev/null 2>&1 || sh kubernetes/secrets.sh | kubectl apply -f -

deploy: images shards secrets ## deploy OVERLAY (small or full); LOAD= is the command that brings an image to the nodes
	@set -e; for image in $(images); do $(LOAD) $$image; done
	sh kubernetes/render.sh $(overlay) | kubectl apply -f -
	$(kubectl) rollout status statefulset -l app.kubernetes.io/part-of=snapshard --timeout=600s
	$(kubectl) rollout status deployment/server --timeout=600s

source: ## copy the local folder or file FROM to the source pod, as http://source:8080/NAME
	$(kubectl) cp --no-preserve $(FROM) source-0:/srv/$(NAME)

populate: load-settings ## load SOURCE (an address) as RELEASE of COMPILATION and publish it; OPTIONS= further options of `snapshard load`
	@set -e; $(call run_job,load-begin); $(call run_job,load-shards); $(call run_job,load-publish)

populate-samples: load-settings ## load the junction files of the list SOURCE (an address) as RELEASE of COMPILATION and publish it
	@set -e; $(call run_job,load-samples)

load-settings:
	@$(call apply,$(overlay),app.kubernetes.io/component=map)
	@$(kubectl) create configmap load --dry-run=client -o yaml --from-literal=SOURCE='$(SOURCE)' --from-literal=COMPILATION='$(COMPILATION)' \
	    --from-literal=RELEASE='$(RELEASE)' --from-literal=OPTIONS='$(OPTIONS)' | kubectl apply -f -

rollback: ## serve an older release of COMPILATION again: RELEASE, or the previous one
	@set -e; $(call release,rollback $(COMPILATION) $(RELEASE))

releases: ## list the releases of every compilation and mark those that are served
	@set -e; $(call release,)

retire: ## retire RELEASE of COMPILATION, so that `make prune` drops it
	@set -e; $(call release,retire $(COMPILATION) $(RELEASE))

prune: ## drop releases retired KEEP_FOR seconds ago (a day by default) and the remains of failed loads
	@set -e; $(call release,prune $(if $(KEEP_FOR),--keep-for $(KEEP_FOR)))

grow: ## give SHARD (or catalog) and its read replica the sizes MEMORY and VOLUME, in the table and in the cluster
	@sh kubernetes/grow.sh '$(SHARD)'

backup: ## write the database of SHARD (or catalog) to FILE
	$(kubectl) exec $(database)-0 -- pg_dump -U postgres --format=custom --compress=zstd:1 snapshard > $(FILE).part && mv $(FILE).part $(FILE)

restore: ## restore FILE into SHARD (or catalog), in one transaction
	$(kubectl) exec -i $(database)-0 -- pg_restore -U postgres --dbname=snapshard --clean --if-exists --single-transaction < $(FILE)

recopy: ## copy the read replica of SHARD again, after it fell too far behind or its shard was restored
	$(kubectl) delete pvc data-shard-$(SHARD)-replica-0 --wait=false
	$(kubectl) delete pod shard-$(SHARD)-replica-0 --wait
	$(kubectl) rollout status statefulset/shard-$(SHARD)-replica --timeout=86400s

rotate: ## give every role a new password; responses in progress are not interrupted
	@sh kubernetes/rotate.sh $(databases)

upgrade: images shards ## bring VERSION to the servers and read replicas, then to one database after the other
	@set -e; for image in $(images); do $(LOAD) $$image; done
	@sh kubernetes/upgrade.sh $(databases)

remove: ## delete the deployment with all its data; needs CONFIRM=yes
	@test "$(CONFIRM)" = yes || { echo "this deletes the namespace $(NAMESPACE) with every volume; say CONFIRM=yes" >&2; exit 2; }
	kubectl delete namespace $(NAMESPACE) --wait

discovery: ## write the network policy that lets the discovery component reach this cluster's API server
	@kubectl --namespace default get endpointslices -l kubernetes.io/service-name=kubernetes -o json | \
	    $(PYTHON) kubernetes/api_server.py > kubernetes/components/discovery/api-server.yaml

sizes: ## print the size of each shard's part of a release and how long its last load took
	@sh kubernetes/sizes.sh '$(COMPILATION)@$(RELEASE)' $(filter-out catalog,$(databases))
