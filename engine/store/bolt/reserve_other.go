//go:build !linux

package bolt

import "os"

// allocate makes a file that really has its space.
func allocate(path string, size int64) error { return os.WriteFile(path, make([]byte, size), 0o600) }
