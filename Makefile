# make test passes everything on a fresh machine with Go.
.PHONY: test lint

test: lint
	go test -race -shuffle=on ./...

lint:
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "run gofmt -w on these files"; exit 1; }
	go vet ./...
