# Mabeam. Every target with a "##" comment is listed by `make help`. Recipes are POSIX sh and use nothing but Go, make and
# coreutils; what a target needs beyond that, it looks for and says aloud when it is missing.

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

GO ?= go
# Never download another toolchain behind the user's back: too old a Go is one clear line instead (see need-go).
GOTOOLCHAIN ?= local
# One build mode everywhere: static binaries, no C compiler. The race detector alone turns cgo on.
CGO_ENABLED ?= 0
export GO GOTOOLCHAIN CGO_ENABLED

SEED ?= 1
COUNT ?= 300
FUZZTIME ?= 10s
KILLS ?= 20
SOAK ?= 10m
RACE ?= if-possible
PKGS ?= ./...
ARGS ?=

# -buildvcs=false: a source tree without git, or owned by someone else, must build as well.
BUILD := -trimpath -buildvcs=false
VERSION = $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
LDFLAGS = -s -w -X mabeam.dev/internal/buildinfo.Version=$(VERSION)
# -pgo=off: with the profile of cmd/runtime, all that it imports would be compiled a second time, to no other end than to be looked at.
VET := $(GO) vet -pgo=off
REPORT := $(GO) run -buildvcs=false ./internal/testreport
TOOL := $(GO) tool -modfile=tools/go.mod

# Sets $race to the flag, or to nothing, aloud. RACE=required makes a missing compiler a failure.
find_race = race=; set -- $$($(GO) env CC); \
	if command -v "$$1" >/dev/null 2>&1 && CGO_ENABLED=1 $(GO) build -race runtime/cgo >/dev/null 2>&1; then race=-race; \
	else note="the race detector needs a C compiler that works, and '$$*' does not (Debian: apt-get install gcc libc6-dev)"; \
	[ "$(RACE)" != required ] || { echo "make: $$note" >&2; exit 1; }; echo "make: LEFT OUT: $$note" >&2; fi

.PHONY: help
help: ## list the targets
	@echo "usage: make TARGET [VAR=value]"; echo
	@while IFS= read -r line; do case "$$line" in \
		[a-z]*:*'## '*) printf '  %-13s %s\n' "$${line%%:*}" "$${line#*\#\# }" ;; \
	esac; done < Makefile
	@echo; echo "variables: SEED=$(SEED) COUNT=$(COUNT) FUZZTIME=$(FUZZTIME) KILLS=$(KILLS) SOAK=$(SOAK) PKGS=$(PKGS) ARGS=$(ARGS)"

# The check compares major and minor only; a patch release never takes language features away.
.PHONY: need-go
need-go:
	@want=; while read -r key value rest; do [ "$$key" = go ] && want=$$value; done < go.mod; \
	have=$$(cd / && $(GO) env GOVERSION 2>/dev/null); \
	if [ -z "$$have" ]; then echo "make: Go $$want or newer is needed and '$(GO)' does not answer: see https://go.dev/dl" >&2; exit 1; fi; \
	h=$${have#go}; h=$${h%%[!0-9.]*}; hmaj=$${h%%.*}; hmin=$${h#*.}; hmin=$${hmin%%.*}; \
	wmaj=$${want%%.*}; wmin=$${want#*.}; wmin=$${wmin%%.*}; \
	case "$$have" in go[0-9]*) ;; *) exit 0 ;; esac; \
	if [ "$$hmaj" -lt "$$wmaj" ] || { [ "$$hmaj" -eq "$$wmaj" ] && [ "$$hmin" -lt "$$wmin" ]; }; then \
		echo "make: Go $$want or newer is needed, this is $$have: see https://go.dev/dl" >&2; exit 1; fi

.PHONY: run
run: build ## the main job: review the standard library with a supervised team (ARGS=...)
	./bin/runtime run $(ARGS)

.PHONY: run-adaptive
run-adaptive: need-go ## a job whose settings adapt themselves, beside one with fixed settings (a minute); draws out/adaptive.svg
	@mkdir -p out
	$(GO) run -buildvcs=false ./examples/adaptive -o out/adaptive.svg $(ARGS)

.PHONY: build
build: need-go ## build bin/runtime
	$(GO) build $(BUILD) -ldflags '$(LDFLAGS)' -o bin/ ./cmd/runtime ./examples/reviewer

.PHONY: install
install: need-go ## install runtime into the Go binary directory
	$(GO) install $(BUILD) -ldflags '$(LDFLAGS)' ./cmd/runtime

.PHONY: test
test: need-go ## vet and all tests; the closing block lists what was skipped and why
	$(VET) $(PKGS)
	@set -- $$($(GO) env CC); note="race detector: see 'make race'"; \
	command -v "$$1" >/dev/null 2>&1 || note="race detector: it needs a C compiler, and there is none"; \
	$(REPORT) -min 1 -note "$$note" $(ARGS) $(PKGS)

.PHONY: race
race: need-go ## all tests under the race detector (needs a C compiler)
	@$(find_race); if [ -z "$$race" ]; then exit 0; fi; \
	export CGO_ENABLED=1; $(REPORT) -min 1 -concurrent -race $(ARGS) $(PKGS)

.PHONY: check
check: lint fmt-check arch race ## vet, staticcheck, gofumpt, the architecture laws, the race detector

.PHONY: lint
lint: need-go ## go vet and staticcheck
	$(VET) $(PKGS)
	GOFLAGS=-pgo=off $(TOOL) staticcheck $(PKGS)

.PHONY: arch
arch: need-go ## the architecture laws alone
	$(REPORT) -min 1 -strict -count=1 ./internal/archtest

.PHONY: fmt
fmt: need-go ## format all Go files with gofumpt
	$(TOOL) gofumpt -l -w .

.PHONY: fmt-check
fmt-check: need-go ## fail when a file is not formatted
	@files=$$($(TOOL) gofumpt -l .) || exit 1; \
	if [ -n "$$files" ]; then echo "not formatted (run 'make fmt'):" >&2; echo "$$files" >&2; exit 1; fi; \
	echo "gofumpt: all files are formatted"

.PHONY: cover
cover: need-go ## statement coverage of the product code, out/cover.html
	@mkdir -p out
	$(GO) test -coverpkg=./... -coverprofile=out/cover.out $(PKGS)
	$(GO) tool cover -html=out/cover.out -o out/cover.html
	$(GO) tool cover -func=out/cover.out | tail -n 1

.PHONY: fuzz
fuzz: need-go ## run every fuzz target for FUZZTIME
	@n=0; for pkg in $$($(GO) list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' $(PKGS)); do \
		names=$$($(GO) test -list '^Fuzz' "$$pkg") || { echo "$$names" >&2; exit 1; }; \
		for name in $$names; do case "$$name" in Fuzz*) \
			n=$$((n + 1)); echo "== $$pkg $$name ($(FUZZTIME))"; \
			$(GO) test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) "$$pkg" || exit 1 ;; \
		esac; done; \
	done; echo "$$n fuzz targets"; [ "$$n" -gt 0 ]

.PHONY: mutants
mutants: need-go ## plant one mistake after another in the decisions of supervisors and in the commits of variables; a test must notice each
	$(GO) run -buildvcs=false ./internal/mutants $(ARGS) internal/mutants/testdata/plan.txt
	$(GO) run -buildvcs=false ./internal/mutants internal/mutants/testdata/backoff.txt
	$(GO) run -buildvcs=false ./internal/mutants internal/mutants/testdata/cognitive.txt

# The profile that the compiler takes for bin/runtime by itself; the figures are of a kernel that is built as that is.
PROFILE := cmd/runtime/default.pgo

.PHONY: bench
bench: need-go ## measure the kernel against its baselines and with more and more processes
	$(GO) run -buildvcs=false -pgo=$(PROFILE) ./internal/bench kernel $(ARGS)

.PHONY: pgo
pgo: need-go ## profile the kernel at work, for the compiler (cmd/runtime/default.pgo)
	@mkdir -p out
	$(GO) run -buildvcs=false -trimpath ./internal/bench kernel -most 1000 -out out/bench/profile -cpuprofile out/default.pgo
	mv out/default.pgo $(PROFILE)

.PHONY: bench-million
bench-million: need-go ## start, message and stop one million supervised processes
	$(GO) run -buildvcs=false -pgo=$(PROFILE) ./internal/bench million $(ARGS)

.PHONY: bench-events
bench-events: need-go ## measure the event store: durable appends, replay, queries, upkeep (ARGS='-n 10000000' for the long log)
	$(GO) run -buildvcs=false ./internal/bench/events $(ARGS)

.PHONY: bench-telemetry
bench-telemetry: need-go ## measure what telemetry costs a message, an event and a figure
	$(GO) run -buildvcs=false ./internal/bench/telemetry $(ARGS)

.PHONY: bench-market
bench-market: need-go ## measure markets against known answers; compare the order book with a naive one over ten million operations
	$(GO) run -buildvcs=false ./internal/bench/market $(ARGS)
	$(GO) test -count=1 -v ./market/orderbook -run NaiveBook -operations 10000000

.PHONY: bench-cognitive
bench-cognitive: need-go ## measure cognitive variables: bandits, ensembles and teams against published figures (ARGS='-only teams' for one; minutes)
	$(GO) run -buildvcs=false ./internal/bench/cognitive $(ARGS)

.PHONY: bench-protocols
bench-protocols: need-go ## measure coordination: sessions, Byzantine consensus, locks, barriers, and their growth with the number of agents
	$(GO) run -buildvcs=false -pgo=$(PROFILE) ./internal/bench/protocols $(ARGS)

.PHONY: integrity
integrity: need-go ## what detectors find in simulated markets, and what attackers earn with and without them (minutes)
	$(GO) test -count=1 -run TestIntegrityOfSimulatedMarkets -v ./market/integrity -runs 10 $(ARGS)

.PHONY: bench-registry
bench-registry: need-go ## measure the registry of agents: look-ups, queries, writes, both at once, memory (ARGS='-n 100000' for one size)
	$(GO) run -buildvcs=false ./internal/bench/registry $(ARGS)

.PHONY: bench-otp
bench-otp: need-go ## the same measures beside real Erlang/OTP (needs erl and erlc)
	$(GO) run -buildvcs=false -pgo=$(PROFILE) ./internal/bench otp $(ARGS)

.PHONY: plots
plots: need-go ## take the rows of the bench targets into docs/performance.md and its pictures
	$(GO) run -buildvcs=false ./internal/bench plots

.PHONY: conform-otp
conform-otp: need-go ## compare COUNT random scripts from SEED with real Erlang/OTP (needs escript)
	@command -v escript >/dev/null 2>&1 || { echo "make: conform-otp compares with real Erlang/OTP, and 'escript' is not installed (Debian: apt-get install erlang-base)" >&2; exit 1; }
	CONFORM_SEED=$(SEED) CONFORM_COUNT=$(COUNT) $(REPORT) -min 1 -strict -count=1 -timeout 30m -run OTP ./testkit/conform/...

.PHONY: kill9
kill9: need-go ## kill -9 the main job KILLS times; every task must still end exactly once
	MABEAM_TEST_KILLS=$(KILLS) $(REPORT) -min 1 -strict -count=1 -timeout 30m -run Kill9 ./cmd/...

.PHONY: soak
soak: need-go ## run the node and a tree of 10,000 processes under faults for SOAK; nothing may be lost or grow
	MABEAM_TEST_SOAK=$(SOAK) $(REPORT) -min 1 -strict -count=1 -timeout 24h -run Soak ./...

.PHONY: test-long
test-long: need-go ## in full what `make test` samples: a sale ended at each of its points, a hundred kills of a writer of events
	MABEAM_TEST_POINTS=all MABEAM_KILL_ROUNDS=100 $(REPORT) -min 1 -strict -count=1 -timeout 1h -run 'AnEndAt|ALastWord|Kill' ./market ./events/sqlite

.PHONY: gen
gen: docs mission ## write every generated file again; the tree must not change

.PHONY: docs
docs: need-go ## generated references (go generate)
	$(GO) generate ./...

.PHONY: mission
mission: need-go ## write docs/reference/mission.md and print how many rows are held
	$(GO) run -buildvcs=false ./internal/missiongen

.PHONY: clean
clean: ## remove what the other targets have built
	rm -rf bin out
