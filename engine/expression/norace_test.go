//go:build !race

package expression_test

const slowness = 1
