//go:build race

package expression_test

// slowness is how much longer the race detector lets things take.
const slowness = 8
