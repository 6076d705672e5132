//go:build !linux

package bolt

import "os"

// allocate makes a file that really has its space.
func allocate(path string, size int64) error { return os.WriteFile(path, make([]byte, size), 0o600) }

// syncData waits until what was written to a file is on disk.
func syncData(f *os.File) error { return f.Sync() }

// mapped is how much of a file is mapped at once; elsewhere the file would get that size.
const mapped = 0

func soon(*os.File, int64, int64) error { return nil }
