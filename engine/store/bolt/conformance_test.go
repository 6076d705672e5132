package bolt_test

import (
	"context"
	"testing"

	"gancho/engine/store"
	"gancho/engine/store/bolt"
	"gancho/engine/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(dir string) (store.Store, error) { return bolt.Open(context.Background(), dir, bolt.Options{}) })
}
