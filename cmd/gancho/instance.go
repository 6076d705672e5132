package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"

	"gancho/actions"
	"gancho/engine"
	"gancho/engine/connections"
	"gancho/engine/flows"
	"gancho/engine/own"
	"gancho/engine/seal"
	"gancho/engine/store"
	"gancho/engine/store/bolt"
	"gancho/triggers"
)

// dataFlags say which data folder is meant, and what opens it.
type dataFlags struct {
	Data    string `help:"Data folder." default:"./gancho-data" placeholder:"DIR"`
	KeyFile string `help:"File with the master key; without it, master.key in the data folder." placeholder:"FILE"`
}

// outboundFlags say where actions may connect to.
type outboundFlags struct {
	AllowNet []string `help:"Private networks, addresses and names that actions may reach, such as 10.0.0.0/8 or crm.internal:8080." placeholder:"NET"`
}

// catalogue is everything that this program can do, with an operator's own connectors.
func catalogue(out *actions.Outbound, presets *triggers.Presets, own []*actions.Connector) (*engine.Catalogue, error) {
	return engine.NewCatalogue(allActions(out, own), triggers.Catalogue(presets), allKinds(out, presets, own))
}

func allActions(out *actions.Outbound, own []*actions.Connector) []engine.Action {
	return slices.Concat(engine.Builtins(), actions.Catalog(out), actions.Actions(out, own))
}

func allKinds(out *actions.Outbound, presets *triggers.Presets, own []*actions.Connector) []connections.Kind {
	return presets.ConnectionKinds(append(actions.Connections(out), actions.Kinds(out, own)...))
}

// instance is an open data folder with its flows and connections. Close it.
type instance struct {
	store       store.Store
	box         *seal.Box
	out         *actions.Outbound
	presets     *triggers.Presets
	connectors  *actions.Connectors // own ones
	catalogue   *engine.Catalogue
	flows       *flows.Flows
	connections *connections.Connections
}

// openExisting opens the folder for those who only want what is in it: one that is mistyped is
// not made.
func openExisting(ctx context.Context, d dataFlags) (*instance, error) {
	if _, err := os.Stat(filepath.Join(d.Data, "FORMAT")); errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s is no data folder; name it with --data, or a server with --server where the command takes that", d.Data)
	}
	log := slog.New(slog.DiscardHandler)
	i, err := openInstance(ctx, d, outboundFlags{}, log)
	if errors.Is(err, syscall.EROFS) || errors.Is(err, os.ErrPermission) {
		return openInstanceBy(ctx, bolt.OpenToRead, d, outboundFlags{}, log)
	}
	return i, err
}

// openInstance opens the folder, or makes it. It fails with store.ErrLocked while another
// process has it.
func openInstance(ctx context.Context, d dataFlags, o outboundFlags, log *slog.Logger) (*instance, error) {
	return openInstanceBy(ctx, bolt.Open, d, o, log)
}

type opener func(ctx context.Context, dir string, o bolt.Options) (*bolt.Store, error)

func openInstanceBy(ctx context.Context, open opener, d dataFlags, o outboundFlags, log *slog.Logger) (*instance, error) {
	out, err := actions.NewOutbound(actions.OutboundConfig{Version: version, Allow: o.AllowNet})
	if err != nil {
		return nil, usageError{err.Error()}
	}
	go actions.BuiltInConnectors() // read while the disk is busy; load waits for them
	go triggers.BuiltIn()
	s, err := open(ctx, d.Data, bolt.Options{Log: log})
	if err != nil {
		return nil, fmt.Errorf("open the data folder %s: %w", d.Data, err)
	}
	i := &instance{store: s, out: out}
	if err := i.load(ctx, d); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return i, nil
}

func (i *instance) load(ctx context.Context, d dataFlags) error {
	made, err := seal.Made(ctx, i.store)
	if err != nil {
		return fmt.Errorf("open the sealed parts: %w", err)
	}
	key, err := masterKey(d, !made)
	if err != nil {
		return err
	}
	if i.box, err = seal.Open(ctx, i.store, key); err != nil {
		return fmt.Errorf("open the sealed parts: %w", err)
	}
	if i.presets, err = triggers.LoadPresets(filepath.Join(d.Data, "presets")); err != nil {
		return err
	}
	i.out.Keep(i.store)
	if i.connectors, err = actions.LoadConnectors(filepath.Join(d.Data, "connectors")); err != nil {
		return err
	}
	if i.catalogue, err = catalogue(i.out, i.presets, i.connectors.All()); err != nil {
		return fmt.Errorf("make the catalogue: %w", err)
	}
	if i.connections, err = connections.Open(ctx, connections.Config{Docs: i.store, Keys: i.store, Box: i.box, Kinds: i.catalogue.Connections(), Trouble: engine.TroubleOf}); err != nil {
		return fmt.Errorf("open the connections: %w", err)
	}
	i.flows, err = flows.Open(ctx, flows.Config{Docs: i.store, Keys: i.store, Catalogue: i.catalogue, Box: i.box, Connection: i.connections.Kind, Holds: i.connections.Holds, Busy: i.busy})
	if err != nil {
		return fmt.Errorf("open the flows: %w", err)
	}
	return nil
}

// engineConfig is what an engine over this folder is made of.
func (i *instance) engineConfig(log *slog.Logger) engine.Config {
	return engine.Config{
		Store: i.store, Catalogue: i.catalogue, Flows: i.flows, Connections: i.connections, Box: i.box, Decode: triggers.DecodeBody,
		Fallback: engine.Instance{Timezone: "UTC"}, Log: log, Node: "main", Version: version,
	}
}

// renew takes an operator's own connectors and presets as they are now.
func (i *instance) renew() error {
	own := i.connectors.All()
	kinds := allKinds(i.out, i.presets, own)
	i.connections.SetKinds(kinds)
	return i.catalogue.Replace(allActions(i.out, own), kinds)
}

// follow reads own connectors and presets again when they change, until ctx is done.
func (i *instance) follow(ctx context.Context, log *slog.Logger) {
	changed := func() {
		if err := i.renew(); err != nil {
			log.Error("take the own connectors", "error", err)
			return
		}
		i.report(log)
	}
	i.report(log)
	i.connectors.Watch(changed)
	i.presets.Watch(changed)
	var both sync.WaitGroup
	both.Go(func() { i.presets.Follow(ctx, ownEvery) })
	both.Go(func() { i.connectors.Follow(ctx, ownEvery) })
	both.Wait()
}

// report says what is wrong with own files, in a place where operators look.
func (i *instance) report(log *slog.Logger) {
	for folder, problems := range map[string][]own.Problem{"connectors": i.connectors.Problems(), "presets": append(i.presets.Problems(), i.presets.Misfits(i.catalogue)...)} {
		for _, p := range problems {
			log.Warn("an own file has an error", "file", filepath.Join(folder, p.File), "line", p.Line, "column", p.Col, "problem", p.Message.EN)
		}
	}
}

// busy counts the runs of a flow that have not ended.
func (i *instance) busy(ctx context.Context, id string) (int64, error) {
	counts, err := i.store.Counts(ctx)
	if err != nil {
		return 0, fmt.Errorf("count the runs of %s: %w", id, err)
	}
	return counts[id].Waiting + counts[id].Pending, nil
}

// Close closes the store; everything acknowledged is on disk already.
func (i *instance) Close() error {
	i.out.Close()
	if err := i.store.Close(); err != nil {
		return fmt.Errorf("close the data folder: %w", err)
	}
	return nil
}

// keyPath is where the key is that seals connections.
func (d dataFlags) keyPath() string {
	if d.KeyFile != "" {
		return d.KeyFile
	}
	return filepath.Join(d.Data, "master.key")
}

// masterKey reads the key that seals connections; a new data folder gets one.
func masterKey(d dataFlags, fresh bool) ([]byte, error) {
	path := d.keyPath()
	text, err := os.ReadFile(path)
	if missing := errors.Is(err, os.ErrNotExist); missing && d.KeyFile == "" && fresh {
		return newKey(path)
	} else if missing && fresh {
		return nil, fmt.Errorf("there is no file %s: put a master key there, %d bytes as hex or base64, or leave --key-file out and one is made in the data folder", path, seal.KeySize)
	} else if missing {
		return nil, fmt.Errorf("the master key %s is missing: put the key there that %s was made with (no backup holds it), or name its file with --key-file; nothing was written", path, d.Data)
	}
	if err != nil {
		return nil, fmt.Errorf("read the master key: %w", err)
	}
	if key, ok := parseKey(text); ok {
		return key, nil
	}
	return nil, fmt.Errorf("%s is no master key: it must hold %d bytes, as hex or base64", path, seal.KeySize)
}

func parseKey(text []byte) ([]byte, bool) {
	if len(text) == seal.KeySize {
		return text, true
	}
	trimmed := strings.TrimSpace(string(text))
	for _, decode := range []func(string) ([]byte, error){hex.DecodeString, base64.StdEncoding.DecodeString, base64.RawURLEncoding.DecodeString} {
		if key, err := decode(trimmed); err == nil && len(key) == seal.KeySize {
			return key, true
		}
	}
	return nil, false
}

// newKey makes a key file that appears whole or not at all.
func newKey(path string) ([]byte, error) {
	key := make([]byte, seal.KeySize)
	rand.Read(key)
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*")
	if err != nil {
		return nil, fmt.Errorf("make a master key: %w", err)
	}
	_, err = fmt.Fprintln(f, hex.EncodeToString(key))
	err = errors.Join(err, f.Chmod(0o600), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return nil, fmt.Errorf("make a master key: %w", errors.Join(err, os.Remove(f.Name())))
	}
	if err := syncFolder(filepath.Dir(path)); err != nil { // nothing is sealed with a key that a power cut can take away
		return nil, fmt.Errorf("make a master key: %w", err)
	}
	return key, nil
}

// syncFolder makes durable which files a folder has.
func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
