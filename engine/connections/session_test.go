package connections_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine/connections"
)

// A session that was asked for before a connection was bound to other hosts is not kept for it.
func TestASessionIsNotKeptForOtherHosts(t *testing.T) {
	v := openVault(t)
	v.kinds = []connections.Kind{{Kind: "crm", NeedsHosts: true, Fields: []connections.Field{{ID: "token", Secret: true}}}}
	v.again()
	put := func(host string) { v.put("crm", "crm", map[string]any{"token": "x"}, host) }
	put("crm.example.com")
	used, err := v.Resolve("crm")
	check(t, err)
	renew := func(meanwhile func()) error {
		_, err := used.Renew(t.Context(), "", func(context.Context, connections.Session) (connections.Session, error) {
			meanwhile()
			return connections.Session{Access: "fresh"}, nil
		})
		return err
	}
	if err := renew(func() { put("attacker.example.com") }); !errors.Is(err, connections.ErrNoConnection) {
		t.Errorf("got %v", err)
	}
	if s, err := used.Session(); err == nil && s.Access != "" {
		t.Errorf("the other hosts got %q", s.Access)
	}
	check(t, renew(func() {}))
	if s, err := used.Session(); err != nil || s.Access != "fresh" {
		t.Errorf("got %+v, %v", s, err)
	}
}

// A provider that takes long to renew a session holds nobody longer than they will wait; what it gives in
// the end is kept, and is everybody's, as its refusal is.
func TestWhoWaitsForARenewalMayGiveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := openVault(t)
		v.put("bot", "slack:bot", map[string]any{"bot_token": "x"})
		used, err := v.Resolve("bot")
		check(t, err)
		asked, refused := 0, error(nil)
		ask := func(context.Context, connections.Session) (connections.Session, error) {
			asked++
			time.Sleep(40 * time.Second)
			return connections.Session{Access: "fresh"}, refused
		}
		renew := func(stale string, patience time.Duration) error {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			s, err := used.Renew(ctx, stale, ask)
			if err == nil && s.Access != "fresh" {
				t.Errorf("it gave %+v", s)
			}
			return err
		}
		all := func(stale string, want error) {
			t.Helper()
			begun := time.Now()
			var each sync.WaitGroup
			for _, patience := range []time.Duration{time.Second, 5 * time.Second} {
				each.Go(func() {
					if err := renew(stale, patience); !errors.Is(err, connections.ErrRenewing) || time.Since(begun) != patience {
						t.Errorf("who waits %s got %v after %s", patience, err, time.Since(begun))
					}
				})
			}
			for range 3 {
				each.Go(func() {
					if err := renew(stale, time.Minute); !errors.Is(err, want) || time.Since(begun) != 40*time.Second {
						t.Errorf("who waits got %v after %s, want %v", err, time.Since(begun), want)
					}
				})
			}
			each.Wait()
			v.Settle(t.Context())
		}
		all("", nil)
		if s, err := used.Session(); err != nil || s.Access != "fresh" || asked != 1 {
			t.Errorf("%+v, %v is kept of %d renewals", s, err, asked)
		}
		refused = errors.New("refused")
		all("fresh", refused)
		if s, err := used.Session(); err != nil || s.Access != "fresh" || s.Lost || asked != 2 {
			t.Errorf("%+v, %v is kept of %d renewals", s, err, asked)
		}
	})
}

// A renewal that breaks off is an error of those who asked for it, and of nobody else.
func TestARenewalThatPanicsIsAnError(t *testing.T) {
	v := openVault(t)
	v.put("bot", "slack:bot", map[string]any{"bot_token": "x"})
	told := ""
	v.Failed = func(name string, _ error) { told = name }
	used, err := v.Resolve("bot")
	check(t, err)
	_, err = used.Renew(t.Context(), "", func(context.Context, connections.Session) (connections.Session, error) { panic("a fault") })
	if err == nil || told != "bot" {
		t.Errorf("got %v, told of %q", err, told)
	}
	_, err = used.Renew(t.Context(), "", func(context.Context, connections.Session) (connections.Session, error) {
		return connections.Session{Access: "fresh"}, nil
	})
	check(t, err)
}
