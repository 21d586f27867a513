# Images and the deployment: included by the Makefile, run from the repository's root. kubernetes/README.md is the runbook.
VERSION ?= 0.1.0
REVISION ?= $(shell git rev-parse --short HEAD 2>/dev/null || echo none)
OVERLAY ?= small
IMAGES = postgres server loader
dockerfile_postgres = postgres-docker/Dockerfile
dockerfile_server = ui-docker/Dockerfile
dockerfile_loader = populate/Dockerfile

.PHONY: images version lock shards

version:
	@echo $(VERSION)

images: ## build the three images for the local Docker engine
	@set -e; $(foreach part,$(IMAGES),nice docker build -q -f $(dockerfile_$(part)) --build-arg VERSION=$(VERSION) --build-arg REVISION=$(REVISION) \
	    -t snapshard/$(part):$(VERSION) . ;)

lock: $(VENV)/test ## write the pinned packages of the images anew
	$(bin)/pip install --quiet --disable-pip-version-check 'uv>=0.9'
	$(lock_command) --extra server --extra kubernetes -o ui-docker/requirements.txt
	$(lock_command) --extra load -o populate/requirements.txt
lock_command = $(bin)/uv pip compile --quiet pyproject.toml --python-version 3.13 --python-platform linux --generate-hashes --no-header --no-annotate \
    --no-emit-index-url --no-emit-find-links

shards: ## write what kubernetes/overlays/*/shards.tsv stand for
	@$(foreach overlay,$(wildcard kubernetes/overlays/*/shards.tsv),$(PYTHON) kubernetes/shards.py $(dir $(overlay));)

NAMESPACE = snapshard
kubectl = kubectl --namespace $(NAMESPACE)
# How a node gets the images; with a registry: LOAD='docker push' after naming them in an overlay. kind: LOAD='kind load docker-image'.
LOAD ?= :
.PHONY: secrets deploy source populate

secrets:
	@kubectl apply -f kubernetes/base/namespace.yaml
	@$(kubectl) get secret database-passwords >/dev/null 2>&1 || sh kubernetes/secrets.sh | kubectl apply -f -

deploy: images shards secrets ## bring up OVERLAY (small or full); LOAD= says how a node gets the images
	$(LOAD) $(IMAGES:%=snapshard/%:$(VERSION))
	kubectl apply -k kubernetes/overlays/$(OVERLAY)
	$(kubectl) rollout status statefulset -l app.kubernetes.io/part-of=snapshard --timeout=600s
	$(kubectl) rollout status deployment/server --timeout=600s

source: ## copy the local folder or file FROM to the source pod, as http://source:8080/NAME
	$(kubectl) cp --no-preserve $(FROM) source-0:/srv/$(NAME)

populate: ## load SOURCE (an address) as COMPILATION, RELEASE, and publish it; OPTIONS= more of `snapshard load`
	@$(kubectl) create configmap load --dry-run=client -o yaml --from-literal=SOURCE='$(SOURCE)' --from-literal=COMPILATION='$(COMPILATION)' \
	    --from-literal=RELEASE='$(RELEASE)' --from-literal=OPTIONS='$(OPTIONS)' | kubectl apply -f -
	@set -e; for step in load-begin load-shards load-publish; do \
	    $(kubectl) delete job $$step --ignore-not-found --wait; \
	    kubectl apply -k kubernetes/overlays/$(OVERLAY)/populate -l app.kubernetes.io/instance=$$step; \
	    sh kubernetes/wait-for-job.sh $$step; done
