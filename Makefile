# make test passes everything on a fresh machine with Go.
.PHONY: run test lint bench soak

export PATH := $(CURDIR)/.bin:$(PATH)
LINT = golangci-lint@v2.12.2

run:
	go run ./cmd/gancho serve --flows flows.example.json

test: lint
	go test -race -shuffle=on ./...

lint: .bin/$(LINT)
	golangci-lint run ./...

# Tools stay out of go.mod: they are built once, beside the tree.
.bin/$(LINT):
	GOBIN=$(CURDIR)/.bin go install github.com/golangci/golangci-lint/v2/cmd/$(LINT)
	touch $@

bench:
	go run ./bench

soak:
	GANCHO_KILLS=500 go test -race -count=1 -timeout=60m -run 'TestKills' -v ./cmd/gancho
