# One contract, the same client in every language.
#
#   make test               build and test everything; CI runs nothing else
#   make check              the quick loop: Go alone, under a minute
#   make generate           write again all code that is generated from openapi.yaml
#   make conformance        all cases in all languages; writes CONFORMANCE.md
#   make soak               all faults there are, to the clients of all languages; an hour of them in the sandbox
#   make promise            change the contract in a copy, in three ways, and run all tests of each
#   make breaking           compare the contract with the released one
#   make release VERSION=…  release openapi.yaml and the packages under a version
#   make bench              measure, and write tests/bench/RESULTS.md; make bench-clients, the other languages
#
# LANGS="go python" limits test, build and conformance to some languages.

LANGS ?= go typescript python java rust
export LANGS
CLIENTS := $(filter-out go,$(LANGS))

MAKEFLAGS += --no-print-directory --no-builtin-rules
.DELETE_ON_ERROR:
.PHONY: test setup generate build check lint cross clients conformance soak promise breaking release bench bench-clients clean

PLATFORMS   := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
CONTRACTGEN := go run ./internal/contractgen/cmd/contractgen

test: setup build lint cross breaking clients
	go test $$(go list ./... | grep -v -e tests/browser -e tests/conformance -e tests/faults -e tests/foreign -e tests/programs -e tests/schemathesis)
	go test -count=1 -timeout 30m ./tests/conformance ./tests/foreign ./tests/programs ./tests/schemathesis
	go test -count=1 -timeout 10m ./tests/faults
	go test -count=1 -timeout 20m -v ./tests/browser
	@if command -v cc >/dev/null; then go test -race ./wrapper ./sandbox; \
	else echo "SKIPPED: the race detector, which needs a C compiler (Debian: apt-get install gcc)" >&2; fi

check: lint
	go build ./...
	go test -short $$(go list ./... | grep -v tests/)

setup:
	@for language in $(LANGS); do \
		test $$language = go || test -f clients/$$language/Makefile || { echo "LANGS: there is no client in $$language" >&2; exit 1; }; done
	@command -v go >/dev/null || { echo "Go is missing. go.mod names the version; https://go.dev/dl has it" >&2; exit 1; }
	@command -v curl >/dev/null && command -v wget >/dev/null || \
		{ test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get -qq update && apt-get -qq install -y curl wget; } || \
		{ echo "curl or wget is missing, with which the sandbox is tested. Install them with your system's packages" >&2; exit 1; }
	@test -n "$$PGHOST" || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || command -v postgres >/dev/null || \
		{ test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y postgresql; } || \
		{ echo "PostgreSQL is missing, on which the sandbox is tested. Install it (Debian: apt-get install postgresql), or name a server with PGHOST, PGUSER and PGPASSWORD" >&2; exit 1; }
	@for client in $(CLIENTS); do $(MAKE) -C clients/$$client setup || exit 1; done
	@case " $(LANGS) " in *" typescript "*) $(MAKE) -C tests/browser setup;; esac

# Writes all files, or none. Each line says what was written, and in what time.
generate:
	@$(CONTRACTGEN) generate openapi.yaml --package contacts --version $$(cat VERSION) \
		--out go=. --out programs=sandbox/programs --out typescript=clients/typescript --out python=clients/python --out java=clients/java --out rust=clients/rust

build: setup
	go build ./...
	@for client in $(CLIENTS); do echo "build clients/$$client"; $(MAKE) -C clients/$$client build || exit 1; done

lint:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "gofmt would change:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	go vet ./...
	go tool -modfile=internal/tools/go.mod staticcheck ./...

cross:
	@for platform in $(PLATFORMS); do echo "build for $$platform"; \
		CGO_ENABLED=0 GOOS=$${platform%/*} GOARCH=$${platform#*/} go build ./... || exit 1; done

clients: build
	@for client in $(CLIENTS); do echo "test clients/$$client"; $(MAKE) -C clients/$$client test || exit 1; done

# Never from a cache, which does not see the clients.
conformance: build
	go test -count=1 -timeout 30m ./tests/conformance -update
	@cat CONFORMANCE.md

soak: build
	go test -count=1 -timeout 3h ./tests/faults -all -v
	go test -count=1 -timeout 1h ./tests/schemathesis -all -v
	go test -count=1 -timeout 2h ./tests/soak -duration 1h -v

promise: build
	go test -count=1 -timeout 120m ./tests/promise -all -v

# What is broken on purpose is listed in tests/released/accepted.txt.
breaking:
	@$(CONTRACTGEN) compare tests/released/openapi.yaml openapi.yaml --accept tests/released/accepted.txt --version $$(cat VERSION)

release:
	@go run ./internal/release $(VERSION)

bench:
	go test -count=1 -timeout 30m -run '^$$' -bench '^BenchmarkTable$$' -benchtime 1x ./tests/bench

bench-clients: build
	go test -count=1 -timeout 60m -run '^$$' -bench '^BenchmarkClients$$' -benchtime 1x ./tests/bench

clean:
	rm -rf .cache
	@for client in $(CLIENTS); do $(MAKE) -C clients/$$client clean; done
	@$(MAKE) -C tests/browser clean
