package main

import (
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"time"
)

// keyPair is a certificate that is read again when its file changes.
type keyPair struct {
	cert, key string

	mu      sync.Mutex
	read    time.Time // when it was last looked at
	changed time.Time
	loaded  *tls.Certificate
}

func (k *keyPair) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.loaded != nil && time.Since(k.read) < time.Minute {
		return k.loaded, nil
	}
	k.read = time.Now()
	info, err := os.Stat(k.cert)
	if err == nil && k.loaded != nil && info.ModTime().Equal(k.changed) {
		return k.loaded, nil
	}
	pair, loadErr := tls.LoadX509KeyPair(k.cert, k.key)
	if err != nil || loadErr != nil {
		if k.loaded != nil {
			return k.loaded, nil // a half-written file; the old one still serves
		}
		return nil, fmt.Errorf("read the certificate: %w", loadErr)
	}
	k.loaded, k.changed = &pair, info.ModTime()
	return k.loaded, nil
}
