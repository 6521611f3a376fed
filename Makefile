# Every target is one line; the work is in dev/*.sh and in Go. `make help` lists the targets.
STACK ?= dev
.PHONY: help up preview render verify down shell check test kills bench golden recorded
help: ## list these targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12
up: ## install and build what is missing, start the local box, deploy STACK there (never to a cloud: that is pulumi up) and prove its roles
	@dev/stack.sh up $(STACK)
preview: ## what would change in STACK; works without any cluster; SUMMARY=folder keeps the summary there
	@dev/stack.sh preview $(STACK) $(SUMMARY)
render: ## print the Kubernetes objects of STACK as YAML
	@CGO_ENABLED=0 go run -trimpath ./cmd/neo4jrender --stack $(STACK)
verify: ## prove the roles of STACK again
	@dev/stack.sh verify $(STACK)
down: ## destroy STACK and stop the box; nothing stays behind
	@dev/stack.sh down $(STACK)
shell: ## print exports for a shell: eval "$$(make -s shell)"
	@dev/stack.sh shell
check: ## format, vet, lint, unit and golden tests, manifests, policies, workflows; no root, no box
	@dev/test.sh check
test: ## everything, with the box and real servers
	@dev/test.sh all
kills: ## updates of a real cluster killed at 30 random moments (KILLS=n, SEED=n), each proven at the next
	@dev/test.sh kills
bench: ## the table of ratios
	@dev/bench.sh
golden: ## rewrite the golden manifests after a wanted change
	@go test ./tests ./config -run "Golden|Readme" -update
recorded: ## record anew the states that the next release must preview without a change, after a wanted one
	@cd dev/engine && CGO_ENABLED=0 go test -trimpath ./conformance -run TestRecordedStates -record
