# Images and the deployment: included by the Makefile, run from the repository's root. kubernetes/README.md is the runbook.
VERSION ?= 0.1.0
REVISION ?= $(shell git rev-parse --short HEAD 2>/dev/null || echo none)
REGISTRY ?=
OVERLAY ?= small
# How nodes get an image: `docker push` with a REGISTRY, `kind load docker-image`, `minikube image load`. Nothing, if they have them.
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
# rendered FOLDER: its manifests, with the images of this REGISTRY and VERSION.
rendered = kubectl kustomize $(1) | sed -e 's|image: snapshard/\([a-z]*\):.*|image: $(REGISTRY)snapshard/\1:$(VERSION)|' \
    -e 's|app.kubernetes.io/version: .*|app.kubernetes.io/version: "$(VERSION)"|'
# apply FOLDER SELECTOR: those of its objects that have the label.
apply = $(call rendered,$(1)) | kubectl apply -f - -l $(2)
# run_job NAME LINES: anew, to its end; then so many lines of its log, or the last one.
run_job = $(kubectl) delete job $(1) --ignore-not-found --wait; $(call apply,$(overlay)/populate,app.kubernetes.io/instance=$(1)); \
    sh kubernetes/wait-for-job.sh $(1) $(2)
# release WORDS: a sub-command of `snapshard releases`, run in the cluster.
release = $(kubectl) create configmap release --dry-run=client -o yaml --from-literal=ARGUMENTS='$(1)' | kubectl apply -f - >/dev/null; \
    $(call run_job,release,-1)
superuser = psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 -U postgres -d snapshard
databases = $(shell grep -v '^#' $(overlay)/shards.tsv | cut -f1 | sed '/^catalog$$/!s/^/shard-/')

.PHONY: images version lock shards secrets deploy source populate rollback releases retire prune grow backup restore recopy rotate upgrade \
    remove

version:
	@echo $(VERSION)

images: ## build the three images for the local Docker engine
	@set -e; $(foreach part,$(parts),nice docker build -q -f $(dockerfile_$(part)) --build-arg VERSION=$(VERSION) --build-arg REVISION=$(REVISION) \
	    -t $(REGISTRY)snapshard/$(part):$(VERSION) . ;)

lock: $(VENV)/test ## write the pinned packages of the images anew
	$(bin)/pip install --quiet --disable-pip-version-check 'uv>=0.9'
	$(lock_command) --extra server --extra kubernetes -o ui-docker/requirements.txt
	$(lock_command) --extra load --extra s3 -o populate/requirements.txt
lock_command = $(bin)/uv pip compile --quiet pyproject.toml --python-version 3.13 --python-platform linux --generate-hashes --no-header --no-annotate \
    --no-emit-index-url --no-emit-find-links

shards: ## write what kubernetes/overlays/*/shards.tsv stand for
	@$(foreach table,$(wildcard kubernetes/overlays/*/shards.tsv),$(PYTHON) kubernetes/shards.py $(dir $(table));)

secrets:
	@kubectl apply -f kubernetes/base/namespace.yaml
	@$(kubectl) get secret database-passwords >/dev/null 2>&1 || sh kubernetes/secrets.sh | kubectl apply -f -

deploy: images shards secrets ## bring up OVERLAY (small or full); LOAD= says how nodes get the images
	@set -e; for image in $(images); do $(LOAD) $$image; done
	$(call rendered,$(overlay)) | kubectl apply -f -
	$(kubectl) rollout status statefulset -l app.kubernetes.io/part-of=snapshard --timeout=600s
	$(kubectl) rollout status deployment/server --timeout=600s

source: ## copy the local folder or file FROM to the source pod, where it is http://source:8080/NAME
	$(kubectl) cp --no-preserve $(FROM) source-0:/srv/$(NAME)

populate: ## load SOURCE (an address) as COMPILATION, RELEASE and publish it; OPTIONS= more of `snapshard load`
	@$(call apply,$(overlay),app.kubernetes.io/component=map)
	@$(kubectl) create configmap load --dry-run=client -o yaml --from-literal=SOURCE='$(SOURCE)' --from-literal=COMPILATION='$(COMPILATION)' \
	    --from-literal=RELEASE='$(RELEASE)' --from-literal=OPTIONS='$(OPTIONS)' | kubectl apply -f -
	@set -e; $(call run_job,load-begin); $(call run_job,load-shards); $(call run_job,load-publish)

rollback: ## serve an older release of COMPILATION again: RELEASE, or the one before
	@set -e; $(call release,rollback $(COMPILATION) $(RELEASE))

releases: ## list the releases of every compilation, and which of them are served
	@set -e; $(call release,)

retire: ## take RELEASE of COMPILATION out of use, so that `make prune` drops it
	@set -e; $(call release,retire $(COMPILATION) $(RELEASE))

prune: ## drop what was retired KEEP_FOR seconds ago (or a day), and what broken loads left behind
	@set -e; $(call release,prune $(if $(KEEP_FOR),--keep-for $(KEEP_FOR)))

grow: ## give SHARD (or catalog), and its read replica, the sizes MEMORY and VOLUME (either may be left out), in the table and in the cluster
	@test -n "$(grown)" || { echo "the cluster has no StatefulSet $(database)" >&2; exit 2; }
	# First what may be refused, while nothing is changed yet.
	@set -e; for name in $(grown); do $(call rendered,$(overlay)) | grep -qx "  name: $$name" || \
	    { echo "$(overlay) does not describe $$name, which the cluster has" >&2; exit 2; }; done
	@set -e; $(if $(VOLUME),for name in $(grown); do \
	    $(kubectl) patch pvc data-$$name-0 --type=merge -p '{"spec": {"resources": {"requests": {"storage": "$(VOLUME)"}}}}'; done)
	awk -F '\t' -v OFS='\t' '$$1 == "$(SHARD)" { if ("$(VOLUME)") $$3 = "$(VOLUME)"; if ("$(MEMORY)") $$4 = "$(MEMORY)" } 1' \
	    $(overlay)/shards.tsv > $(overlay)/shards.tsv.new && mv $(overlay)/shards.tsv.new $(overlay)/shards.tsv
	@$(MAKE) --no-print-directory shards
	# The template of a volume cannot change: the StatefulSet is made anew around its pod, which goes on running until the new sizes need it not to.
	@set -e; for name in $(grown); do $(if $(VOLUME),$(kubectl) delete statefulset $$name --cascade=orphan;) \
	    $(call apply,$(overlay),app.kubernetes.io/instance=$$name); $(kubectl) rollout status statefulset/$$name --timeout=600s; done
database = $(if $(filter catalog,$(SHARD)),catalog,shard-$(SHARD))
grown = $(shell $(kubectl) get statefulset -l 'app.kubernetes.io/instance in ($(database),$(database)-replica)' -o 'jsonpath={.items[*].metadata.name}')

backup: ## write the database of SHARD (or catalog) to FILE
	$(kubectl) exec $(pod) -- pg_dump -U postgres --format=custom --compress=zstd:1 snapshard > $(FILE).part && mv $(FILE).part $(FILE)

restore: ## put FILE back into SHARD (or catalog), all of it or nothing
	$(kubectl) exec -i $(pod) -- pg_restore -U postgres --dbname=snapshard --clean --if-exists --single-transaction < $(FILE)
pod = $(database)-0

recopy: ## copy the read replica of SHARD anew: one that fell too far behind, or whose shard was put back from a backup
	$(kubectl) delete pvc data-shard-$(SHARD)-replica-0 --wait=false
	$(kubectl) delete pod shard-$(SHARD)-replica-0 --wait
	$(kubectl) rollout status statefulset/shard-$(SHARD)-replica --timeout=86400s

rotate: ## give every role a new password; no answer under way is broken off
	@sh kubernetes/secrets.sh | kubectl apply -f -
	@set -e; for name in $(databases); do for role in postgres owner loader reader exporter replicator; do \
	    $(kubectl) get secret database-passwords -o "jsonpath={.data.$$role}" | base64 -d | \
	    $(kubectl) exec -i $$name-0 -- sh -euc "read -r new || true; export new; printf '%s\n' '\\getenv new new' \"ALTER ROLE $$role PASSWORD :'new';\" | $(superuser)"; \
	    done; echo "$$name: 6 passwords changed"; done
	$(kubectl) rollout restart deployment/server
	$(kubectl) rollout status deployment/server --timeout=600s

upgrade: images shards ## bring VERSION to the servers and read replicas, then to one database after the other
	@set -e; for image in $(images); do $(LOAD) $$image; done
	$(call apply,$(overlay),'app.kubernetes.io/component notin (shard$(comma)catalog)')
	$(kubectl) rollout status deployment/server --timeout=600s
	@set -e; for name in $$($(kubectl) get statefulset -l app.kubernetes.io/component=replica -o name); do \
	    $(kubectl) rollout status $$name --timeout=600s; done
	@set -e; for name in $(databases); do $(call apply,$(overlay),app.kubernetes.io/instance=$$name); \
	    $(kubectl) rollout status statefulset/$$name --timeout=600s; done
comma = ,

remove: ## take everything away, also the data; only with CONFIRM=yes
	@test "$(CONFIRM)" = yes || { echo "this deletes the namespace $(NAMESPACE) with every volume; say CONFIRM=yes" >&2; exit 2; }
	kubectl delete namespace $(NAMESPACE) --wait

.PHONY: discovery
discovery: ## write the policy by which the component of that name reaches this cluster's API server
	@kubectl --namespace default get endpointslices -l kubernetes.io/service-name=kubernetes -o json | \
	    $(PYTHON) kubernetes/api_server.py > kubernetes/components/discovery/api-server.yaml

.PHONY: sizes
sizes: ## what each shard's part of COMPILATION, RELEASE takes, and how long the last load's item took
	@sh kubernetes/sizes.sh '$(COMPILATION)@$(RELEASE)' $(filter-out catalog,$(databases))
