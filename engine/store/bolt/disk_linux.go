package bolt

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// allocate makes a file that really has its space.
func allocate(path string, size int64) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = syscall.Fallocate(int(f.Fd()), 0, 0, size)
	if errors.Is(err, syscall.EOPNOTSUPP) {
		_, err = f.Write(make([]byte, size))
	}
	return errors.Join(err, f.Close())
}

// syncData waits until what was written to a file is on disk.
func syncData(f *os.File) error {
	for {
		if err := syscall.Fdatasync(int(f.Fd())); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

// mapped is how much of a file is mapped at once, so that it can grow under its readers.
const mapped = 1 << 30

// soon asks the disk for a part of a file that will be read in no order: in one go it comes much faster.
func soon(f *os.File, at, length int64) error {
	return unix.Fadvise(int(f.Fd()), at, length, unix.FADV_WILLNEED)
}
