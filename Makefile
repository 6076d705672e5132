# make test passes everything on a fresh machine with Go and Node.
.PHONY: run test lint browser strace bench soak

export PATH := $(CURDIR)/.bin:$(PATH)
# A cache shared with another copy of the tree answers with that copy's paths.
export GOLANGCI_LINT_CACHE := $(CURDIR)/.bin/cache
LINT = golangci-lint@v2.12.2
EDITOR = web/editor/node_modules/.package-lock.json

run:
	go run ./cmd/gancho serve --flows flows.example.json

test: lint browser strace
	go test -race -shuffle=on -timeout=18m ./...

# The bundle in web/dist is what its source makes, to the byte.
lint: .bin/$(LINT) $(EDITOR)
	golangci-lint run ./...
	cd web/editor && npm run -s lint && npm run -s build
	git diff --exit-code --stat -- web/dist

browser: $(EDITOR)
	command -v chromium >/dev/null || { apt-get update -q && apt-get install -y -q chromium; }
	go build -o .bin/gancho ./cmd/gancho
	cd web/editor && GANCHO_BINARY=$(CURDIR)/.bin/gancho npm run -s test

# Tests of crashes watch what the program does to its files.
strace:
	command -v strace >/dev/null || { apt-get update -q && apt-get install -y -q strace; }

# Tools stay out of go.mod: they are built once, beside the tree.
.bin/$(LINT):
	GOBIN=$(CURDIR)/.bin go install github.com/golangci/golangci-lint/v2/cmd/$(LINT)
	touch $@

$(EDITOR): web/editor/package-lock.json
	cd web/editor && npm ci --no-audit --no-fund
	touch $@

bench:
	go run ./bench

soak: strace
	GANCHO_IMAGES=20000 go test -count=1 -timeout=120m -run 'Kill|Power|WithoutSyncs' -v ./engine/store/bolt
	GANCHO_HISTORIES=10000 go test -count=1 -timeout=120m -run 'TestRandomHistories' ./engine
	GANCHO_KILLS=500 go test -race -count=1 -timeout=60m -run 'TestKills' -v ./cmd/gancho
	GANCHO_SLOW=5000 go test -count=1 -timeout=10m -run TestSlowSenders -v ./cmd/gancho
