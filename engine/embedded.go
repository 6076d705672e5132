package engine

import (
	"fmt"
	"io/fs"
	"sync"
)

// Embedded gives what the files of this program that match a pattern make, in the order of their
// names; they are read once. One that cannot be read is a mistake in our own source, and a panic.
func Embedded[T any](files fs.FS, pattern string, read func(data []byte) (*T, error)) func() []*T {
	return sync.OnceValue(func() []*T {
		names, err := fs.Glob(files, pattern)
		if err != nil {
			panic(err)
		}
		list := make([]*T, len(names))
		for i, name := range names {
			data, err := fs.ReadFile(files, name)
			if err == nil {
				list[i], err = read(data)
			}
			if err != nil {
				panic(fmt.Sprintf("%s: %v", name, err))
			}
		}
		return list
	})
}
