# One contract, the same client in every language.
#
#   make test          build and test everything
#   make generate      write again all code that is generated from openapi.yaml
#   make bench         measure, and write tests/bench/RESULTS.md; make bench-clients, the other languages
#
# LANGS="go python" limits each of them to some languages.

LANGS ?= go typescript python java rust
export LANGS
CLIENTS := $(filter-out go,$(LANGS))

MAKEFLAGS += --no-print-directory --no-builtin-rules
.DELETE_ON_ERROR:
.PHONY: test setup generate build check cross clients conformance breaking bench bench-clients clean

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
PLATFORMS   := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64

test: setup build check cross breaking clients
	go test $$(go list ./... | grep -v /conformance)
	@$(MAKE) conformance
	@if command -v cc >/dev/null; then go test -race ./wrapper ./sandbox; \
	else echo "SKIPPED: the race detector, which needs a C compiler (Debian: apt-get install gcc)" >&2; fi

setup:
	@for language in $(LANGS); do \
		test $$language = go || test -f clients/$$language/Makefile || { echo "LANGS: there is no client in $$language" >&2; exit 1; }; done
	@command -v go >/dev/null || { echo "Go is missing. go.mod names the version; https://go.dev/dl has it" >&2; exit 1; }
	@command -v curl >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get -qq update && apt-get -qq install -y curl; } || \
		{ echo "curl is missing, with which the commands of the API's page are run. Install it with your system's packages" >&2; exit 1; }
	@for client in $(CLIENTS); do $(MAKE) -C clients/$$client setup || exit 1; done

# Each line says what was written, and in what time.
generate: setup
	@for language in $(LANGS); do \
		begin=$$(date +%s); \
		case $$language in go) go generate ./... && folder=gen;; *) $(MAKE) -C clients/$$language generate >/dev/null && folder=clients/$$language;; esac || exit 1; \
		printf '%-11s %-20s %3d s, %s files changed\n' $$language $$folder $$(($$(date +%s) - begin)) "$$(git status --porcelain -- $$folder | wc -l)"; \
	done

build: setup
	go build ./...
	@for client in $(CLIENTS); do echo "build clients/$$client"; $(MAKE) -C clients/$$client build || exit 1; done

check:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "gofmt would change:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...

cross:
	@for platform in $(PLATFORMS); do echo "build for $$platform"; \
		CGO_ENABLED=0 GOOS=$${platform%/*} GOARCH=$${platform#*/} go build ./... || exit 1; done

clients: build
	@for client in $(CLIENTS); do echo "test clients/$$client"; $(MAKE) -C clients/$$client test || exit 1; done

# All vectors, in all languages; writes CONFORMANCE.md. Never from a cache, which does not see the clients.
conformance: build
	go test -count=1 -timeout 30m ./tests/conformance ./tests/conformance/adapter
	@cat .cache/conformance.md

# Compares the contract with that of the last tag. What is broken on purpose is listed in
# tests/breaking/accepted.txt.
breaking:
	@cd tests/breaking && go vet ./... && go test ./...
	@tag=$$(git describe --tags --abbrev=0 2>/dev/null) || { echo "breaking: there is no tag yet to compare with"; exit 0; }; \
	mkdir -p .cache && git show "$$tag:openapi.yaml" >.cache/openapi-$$tag.yaml && \
	echo "breaking: compared with $$tag" && tests/breaking/check .cache/openapi-$$tag.yaml openapi.yaml

bench:
	go test -count=1 -timeout 30m -run '^$$' -bench '^BenchmarkTable$$' -benchtime 1x ./tests/bench

bench-clients: build
	go test -count=1 -timeout 60m -run '^$$' -bench '^BenchmarkClients$$' -benchtime 1x ./tests/bench

clean:
	rm -rf .cache
	@for client in $(CLIENTS); do $(MAKE) -C clients/$$client clean; done
