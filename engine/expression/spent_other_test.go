//go:build !unix

package expression_test

import "time"

var start = time.Now()

// spent is the time of this process.
func spent() time.Duration { return time.Since(start) }
