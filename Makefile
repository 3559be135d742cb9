# Everything a person types. Each target does its own set-up, which is a no-op the second time.
NODE := node_modules/.bin/node --disable-warning=ExperimentalWarning
CHECK := $(NODE) scripts/check/main.ts

.PHONY: help setup demo test interop lint bench ci
.NOTPARALLEL:

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' Makefile

setup: ## Debian packages that are missing, npm packages, the sensor; then bin/holdfast works from any folder
	@scripts/setup.sh build run

demo: ## a real image under containerd, its Runtime BOM, an intrusion and what is found (--keep: make demo KEEP=1)
	@scripts/setup.sh build run
	@scripts/demo.sh $(if $(KEEP),--keep)

test: ## every test: unit, vectors (other projects' cases), kernel (root and BPF), truth and interop (against other tools)
	@scripts/setup.sh build run test
	@$(CHECK) unit vectors kernel truth interop

interop: ## cosign, oras, regctl and crane agree: built once from the Go proxy, kept in the cache folder
	@scripts/setup.sh build run test
	@scripts/interop/build.sh
	@$(CHECK) interop

lint: ## format, lint, types, shell, C, and the rules of the house
	@scripts/setup.sh lint
	@$(CHECK) format lint types clang-format shellcheck house

bench: ## what watching costs, beside no agent and auditd; what sealing and verifying cost, beside cosign
	@scripts/setup.sh build run bench
	@$(NODE) bench/main.ts

ci: ## lint, tests and the package, with every skipped test a failure
	@scripts/setup.sh build run test lint
	@CI=true $(CHECK)
