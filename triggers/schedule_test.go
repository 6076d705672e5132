package triggers_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	_ "time/tzdata"

	"gancho/engine/flow"
	"gancho/engine/flows"
	"gancho/engine/store"
	"gancho/triggers"

	"github.com/google/go-cmp/cmp"
)

func TestNext(t *testing.T) {
	cases := []struct {
		spec, zone, from string
		want             string // "" is refused
	}{
		{"0 8 * * 1-5", "America/Sao_Paulo", "2026-11-20T12:00:00Z", "2026-11-23T11:00:00Z 2026-11-24T11:00:00Z"},
		{"0 8 * * 7", "UTC", "2026-11-20T12:00:00Z", "2026-11-22T08:00:00Z 2026-11-29T08:00:00Z"},
		{"0 8 * * 5-7", "UTC", "2026-11-20T12:00:00Z", "2026-11-21T08:00:00Z 2026-11-22T08:00:00Z 2026-11-27T08:00:00Z"},
		{"0 8 * * 1-7/3", "UTC", "2026-11-20T12:00:00Z", "2026-11-22T08:00:00Z 2026-11-23T08:00:00Z 2026-11-26T08:00:00Z"},
		{"0 8 * * sat-7", "UTC", "2026-11-20T12:00:00Z", "2026-11-21T08:00:00Z 2026-11-22T08:00:00Z"},
		{"@daily", "UTC", "2026-11-20T12:00:00Z", "2026-11-21T00:00:00Z 2026-11-22T00:00:00Z"},
		{"@every 90m", "UTC", "2026-11-20T12:00:00Z", "2026-11-20T13:30:00Z 2026-11-20T15:00:00Z"},
		{"30 2 * * *", "America/New_York", "2026-03-07T12:00:00Z", "2026-03-08T07:00:00Z 2026-03-09T06:30:00Z"},
		{"30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z", "2026-11-01T05:30:00Z 2026-11-02T06:30:00Z"},
		{"30 * * * *", "America/New_York", "2026-11-01T05:00:00Z", "2026-11-01T05:30:00Z 2026-11-01T06:30:00Z 2026-11-01T07:30:00Z"},
		{"0 0 * * *", "America/Sao_Paulo", "2018-11-03T12:00:00Z", "2018-11-04T03:00:00Z 2018-11-05T02:00:00Z"},
		{"@weekly", "America/Santiago", "2024-09-02T12:00:00Z", "2024-09-08T04:00:00Z 2024-09-15T03:00:00Z"},
		{"0 0 29 2 *", "UTC", "2026-11-20T12:00:00Z", "2028-02-29T00:00:00Z"},
		{"0 0 30 2 *", "UTC", "2026-11-20T12:00:00Z", ""},
		{"TZ=UTC 0 0 * * *", "UTC", "2026-11-20T12:00:00Z", ""},
		{"CRON_TZ=UTC", "UTC", "2026-11-20T12:00:00Z", ""},
		{"tz=0", "UTC", "2026-11-20T12:00:00Z", ""},
		{"@every -5m", "UTC", "2026-11-20T12:00:00Z", ""},
		{"@every 59s", "UTC", "2026-11-20T12:00:00Z", ""},
		{"@every 0.2s", "UTC", "2026-11-20T12:00:00Z", ""},
		{"@reboot", "UTC", "2026-11-20T12:00:00Z", ""},
		{"*/61 * * * *", "UTC", "2026-11-20T12:00:00Z", ""},
		{"0 0 * *", "UTC", "2026-11-20T12:00:00Z", ""},
		{"0 0 * * 8", "UTC", "2026-11-20T12:00:00Z", ""},
		{"0 22-2 * * *", "UTC", "2026-11-20T12:00:00Z", ""},
		{"0 0 L * *", "UTC", "2026-11-20T12:00:00Z", ""},
		{"", "UTC", "2026-11-20T12:00:00Z", ""},
		{"@daily", "Mars/Base", "2026-11-20T12:00:00Z", ""},
		{"@daily", "Local", "2026-11-20T12:00:00Z", ""},
		{"@daily", "", "2026-11-20T12:00:00Z", ""},
		{"@daily", "../../etc/passwd", "2026-11-20T12:00:00Z", ""},
	}
	for _, c := range cases {
		from, err := time.Parse(time.RFC3339, c.from)
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Fields(c.want)
		list, err := triggers.Next(c.spec, c.zone, from, max(1, len(want)))
		if (err != nil) != (c.want == "") {
			t.Errorf("%s in %s: got %v, error %v", c.spec, c.zone, list, err)
			continue
		}
		var got []string
		for _, at := range list {
			got = append(got, at.UTC().Format(time.RFC3339))
		}
		if err == nil && !slices.Equal(got, want) {
			t.Errorf("%s in %s: got %v, want %v", c.spec, c.zone, got, want)
		}
	}
}

// Zones with every sort of change: whole and half hours, at midnight, dates of religion,
// moves for good.
const changing = `Africa/Cairo Africa/Casablanca Africa/El_Aaiun Africa/Juba Africa/Khartoum Africa/Sao_Tome Africa/Windhoek America/Asuncion
America/Bahia_Banderas America/Cancun America/Caracas America/Chihuahua America/Fort_Nelson America/Grand_Turk America/Havana America/Miquelon
America/New_York America/Nuuk America/Port-au-Prince America/Punta_Arenas America/Santiago America/Sao_Paulo America/Scoresbysund America/St_Johns
Antarctica/Casey Antarctica/Troll Asia/Almaty Asia/Amman Asia/Baku Asia/Barnaul Asia/Beirut Asia/Chita Asia/Damascus Asia/Famagusta Asia/Gaza
Asia/Hebron Asia/Hovd Asia/Jerusalem Asia/Magadan Asia/Pyongyang Asia/Tehran Atlantic/Azores Australia/Adelaide Australia/Lord_Howe
Australia/Sydney Europe/Chisinau Europe/Dublin Europe/Istanbul Europe/Lisbon Europe/London Europe/Volgograd Pacific/Apia Pacific/Auckland
Pacific/Bougainville Pacific/Chatham Pacific/Easter Pacific/Fiji Pacific/Norfolk Pacific/Tongatapu`

func TestEveryZoneChange(t *testing.T) {
	specs := []string{"30 2 * * *", "0 0 * * *", "15 1 * * *", "59 23 * * *", "*/20 0-4 * * *", "0 0 * * 0", "*/15 * * * *", "7 * * * *"}
	end := time.Date(2036, 1, 1, 0, 0, 0, 0, time.UTC)
	changes := 0
	for i, name := range strings.Fields(changing) {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		at := time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC)
		for n := i; ; n++ {
			_, next := at.In(zone).ZoneBounds()
			if next.IsZero() || next.After(end) {
				break
			}
			changes++
			from := next.UTC().Add(-30 * time.Hour).Truncate(time.Minute)
			walls := wallClock(zone, from, 60*60)
			for k, spec := range specs {
				if !testing.Short() || (n+k)%4 == 0 {
					compareTicks(t, spec, zone, from, walls)
				}
			}
			at = next
		}
	}
	if changes < 1000 {
		t.Errorf("only %d changes were found", changes)
	}
}

// wallClock gives what the clock on the wall shows each minute, as minutes.
func wallClock(zone *time.Location, from time.Time, minutes int) []int {
	list := make([]int, minutes+1)
	for i := range list {
		at := from.Add(time.Duration(i) * time.Minute).In(zone)
		_, offset := at.Zone()
		list[i] = int(at.Unix()+int64(offset)) / 60
	}
	return list
}

// compareTicks checks what Next gives against walking through the minutes.
func compareTicks(t *testing.T, spec string, zone *time.Location, from time.Time, walls []int) {
	t.Helper()
	want := walk(strings.Fields(spec), from, walls)
	got, err := triggers.Next(spec, zone.String(), from, len(want)+1)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) <= len(want) {
		t.Fatalf("%s in %s: too few", spec, zone)
	}
	for i, at := range want {
		if !got[i].Equal(at) {
			t.Fatalf("%s in %s from %s: tick %d is %s, want %s", spec, zone, from, i, got[i], at)
		}
	}
	if end := from.Add(time.Duration(len(walls)-1) * time.Minute); !got[len(want)].After(end) {
		t.Fatalf("%s in %s: one more at %s", spec, zone, got[len(want)])
	}
}

// walk gives the ticks minute by minute: each reading of the wall clock when the clock first
// reaches or passes it; of specs for every hour, each minute that matches.
func walk(fields []string, from time.Time, walls []int) []time.Time {
	minutes, hours, days := set(fields[0], 60), set(fields[1], 24), set(fields[4], 7)
	matches := func(r int) bool {
		return minutes[r%60] && hours[r/60%24] && days[(r/1440+4)%7] // 1970 began on a Thursday
	}
	var list []time.Time
	seen := walls[0]
	for i, reading := range walls[1:] {
		due := fields[1] == "*" && matches(reading)
		for fields[1] != "*" && seen < reading {
			seen++
			due = due || matches(seen)
		}
		if due {
			list = append(list, from.Add(time.Duration(i+1)*time.Minute))
		}
	}
	return list
}

// set reads one field of a spec.
func set(f string, size int) []bool {
	list := make([]bool, size)
	first, last, step := 0, size-1, 1
	if _, err := fmt.Sscanf(f, "*/%d", &step); err != nil && f != "*" {
		if _, err := fmt.Sscanf(f, "%d-%d", &first, &last); err != nil {
			_, _ = fmt.Sscanf(f, "%d", &first)
			last = first
		}
	}
	for i := first; i <= last; i += step {
		list[i] = true
	}
	return list
}

func FuzzCron(f *testing.F) {
	for _, seed := range []string{"TZ=", "TZ=0", "CRON_TZ=UTC", "@every -5m", "*/61 * * * *", "0 0 30 2 *", "* * * * 7-7/1", "@yearly", "0 0 ? * 1#2", "1-/ * * * *", "0 0 * * sun-7/0"} {
		f.Add(seed, int64(1700000000))
	}
	f.Fuzz(func(t *testing.T, spec string, at int64) {
		from := time.Unix(at%4_000_000_000, 0)
		list, err := triggers.Next(spec, "America/Sao_Paulo", from, 5)
		if err != nil {
			return
		}
		for _, next := range list {
			if !next.After(from) || next.Sub(from) < 0 {
				t.Fatalf("%q: %s is not after %s", spec, next, from)
			}
			from = next
		}
	})
}

// fakeKeys is one space of keys in memory.
type fakeKeys struct {
	store.Keys
	mu     sync.Mutex
	values map[string][]byte
	writes int
	err    error
}

func (f *fakeKeys) ListKeys(_ context.Context, _, _, after string, _ int) ([]store.Entry, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []store.Entry
	for _, key := range slices.Sorted(maps.Keys(f.values)) {
		if key > after {
			list = append(list, store.Entry{Key: key, Value: f.values[key]})
		}
	}
	return list, f.err
}

func (f *fakeKeys) GetKey(_ context.Context, _, key string) (store.Entry, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	value, ok := f.values[key]
	if !ok && f.err == nil {
		return store.Entry{}, store.ErrNotFound
	}
	return store.Entry{Key: key, Value: value}, f.err
}

func (f *fakeKeys) PutKey(_ context.Context, _, key string, value []byte, _ int64, _ time.Duration) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return 0, f.err
	}
	f.writes++
	f.values[key] = value
	return 1, nil
}

func (f *fakeKeys) DeleteKey(_ context.Context, _, key string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.writes++
	delete(f.values, key)
	return f.err
}

// clockwork is a schedule that runs in a bubble, with a clock that can be set.
type clockwork struct {
	*fakeEngine
	t     *testing.T
	flows *fakeFlows
	keys  *fakeKeys
	mu    sync.Mutex
	off   time.Duration
	stop  func()
}

func newClockwork(t *testing.T) *clockwork {
	return &clockwork{fakeEngine: newFakeEngine(), t: t, flows: newFakeFlows(), keys: &fakeKeys{values: map[string][]byte{}}}
}

func (c *clockwork) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.off)
}

func (c *clockwork) set(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.off += by
}

func (c *clockwork) start() {
	ctx, cancel := context.WithCancel(c.t.Context())
	s := triggers.NewSchedule(triggers.ScheduleConfig{Engine: c.fakeEngine, Flows: c.flows, Keys: c.keys, Log: slog.New(slog.DiscardHandler), Now: c.now})
	done := make(chan error)
	go func() { done <- s.Run(ctx) }()
	c.stop = func() {
		cancel()
		if err := <-done; err != nil {
			c.t.Error(err)
		}
	}
	synctest.Wait()
}

func (c *clockwork) schedule(state flows.State, with map[string]any) {
	c.flows.put("nightly", state, flow.Trigger{Kind: "schedule", With: with})
}

// ticks gives the planned moments that were accepted, and fails on one that came twice.
func (c *clockwork) ticks() []string {
	var list []string
	for _, e := range c.accepted(store.Accepted) {
		list = append(list, e.At.Format("01-02T15:04"))
		if e.Key != "cron/nightly/"+e.At.Format(time.RFC3339) || !e.After.Equal(e.At) || e.Meta.Kind != "schedule" {
			c.t.Errorf("the event is %+v", e)
		}
	}
	unique := slices.Compact(slices.Sorted(slices.Values(list)))
	if len(unique) != len(list) {
		c.t.Errorf("a moment came twice: %v", list)
	}
	return list
}

func (c *clockwork) want(ticks ...string) {
	c.t.Helper()
	synctest.Wait()
	if diff := cmp.Diff(ticks, c.ticks()); diff != "" {
		c.t.Errorf("ticks (-want +got): %s", diff)
	}
}

func hourly(more ...string) map[string]any {
	with := map[string]any{"cron": "0 */1 * * *", "timezone": "UTC"}
	for i := 0; i < len(more); i += 2 {
		with[more[i]] = more[i+1]
	}
	return with
}

// Bubbles begin at 2000-01-01T00:00:00Z.
func TestAYearOfHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClockwork(t)
		c.schedule(flows.StateOn, hourly())
		c.start()
		time.Sleep(365 * 24 * time.Hour)
		synctest.Wait()
		if got := len(c.ticks()); got != 365*24 {
			t.Errorf("got %d ticks, want %d", got, 365*24)
		}
		c.stop()
	})
}

func TestMissedMoments(t *testing.T) {
	for rule, want := range map[string][]string{
		"skip": {"01-01T01:00", "01-01T06:00"}, "once": {"01-01T01:00", "01-01T05:00", "01-01T06:00"},
		"all": {"01-01T01:00", "01-01T02:00", "01-01T03:00", "01-01T04:00", "01-01T05:00", "01-01T06:00"},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := newClockwork(t)
			c.schedule(flows.StateOn, hourly("catch_up", rule))
			c.start()
			time.Sleep(90 * time.Minute)
			c.stop()
			time.Sleep(4 * time.Hour)
			c.start()
			time.Sleep(time.Hour)
			c.want(want...)
			c.stop()
		})
	}
}

func TestMomentsOfAShortStopAreMissed(t *testing.T) {
	for rule, want := range map[string][]string{
		"skip": {"01-01T00:01", "01-01T00:04"}, "once": {"01-01T00:01", "01-01T00:03", "01-01T00:04"},
		"all": {"01-01T00:01", "01-01T00:02", "01-01T00:03", "01-01T00:04"},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := newClockwork(t)
			c.schedule(flows.StateOn, map[string]any{"cron": "* * * * *", "timezone": "UTC", "catch_up": rule})
			c.start()
			time.Sleep(90 * time.Second)
			c.stop()
			time.Sleep(2 * time.Minute) // until 00:03:30: what was due last is only half a minute old
			c.start()
			time.Sleep(time.Minute)
			c.want(want...)
			c.stop()
		})
	}
}

func TestAtMostAHundredAreCaughtUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClockwork(t)
		c.schedule(flows.StateOn, hourly("catch_up", "all"))
		c.start()
		c.stop()
		time.Sleep(2 * 365 * 24 * time.Hour)
		c.start()
		if got := c.ticks(); len(got) != 100 || got[99] != "12-31T00:00" {
			t.Errorf("got %d ticks: %v", len(got), got)
		}
		c.stop()
	})
}

func TestClockIsSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClockwork(t)
		c.schedule(flows.StateOn, hourly())
		c.start()
		time.Sleep(61 * time.Minute)
		c.set(time.Hour)
		time.Sleep(time.Minute)
		c.want("01-01T01:00", "01-01T02:00")
		c.set(-time.Hour)
		time.Sleep(118 * time.Minute)
		c.want("01-01T01:00", "01-01T02:00", "01-01T03:00")
		c.set(365 * 24 * time.Hour)
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := c.ticks(); len(got) != 4 {
			t.Errorf("got %v", got)
		}
		c.stop()
	})
}

func TestLifeOfASchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClockwork(t)
		c.flows.put("other", flows.StateOn, flow.Trigger{Kind: "webhook"})
		c.schedule(flows.StateNew, hourly())
		c.start()
		time.Sleep(90 * time.Minute)
		c.want()
		if c.keys.writes != 0 {
			t.Errorf("%d writes for flows without schedule", c.keys.writes)
		}
		c.schedule(flows.StateOn, hourly())
		time.Sleep(time.Hour)
		c.want("01-01T02:00")
		c.schedule(flows.StateOff, hourly())
		time.Sleep(time.Hour)
		c.schedule(flows.StatePaused, hourly())
		time.Sleep(time.Hour)
		c.want("01-01T02:00", "01-01T04:00")
		c.schedule(flows.StateOn, map[string]any{"cron": "45 * * * *", "timezone": "UTC"})
		time.Sleep(time.Hour)
		c.want("01-01T02:00", "01-01T04:00", "01-01T04:45")
		c.stop()
	})
}

func TestTicksSurviveFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClockwork(t)
		c.keys.err = errors.New("no disk")
		c.schedule(flows.StateOn, hourly())
		c.start()
		time.Sleep(30 * time.Minute)
		c.keys.mu.Lock()
		c.keys.err = nil
		c.keys.mu.Unlock()
		time.Sleep(20 * time.Minute)
		c.fakeEngine.mu.Lock()
		c.err = store.ErrBusy
		c.fakeEngine.mu.Unlock()
		time.Sleep(11 * time.Minute)
		c.want()
		c.fakeEngine.mu.Lock()
		c.err = nil
		c.fakeEngine.mu.Unlock()
		time.Sleep(10 * time.Second)
		c.want("01-01T01:00")
		c.stop()
	})
}

func TestJitter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClockwork(t)
		c.schedule(flows.StateOn, hourly("jitter", "10m"))
		c.start()
		time.Sleep(time.Hour)
		c.want()
		time.Sleep(10 * time.Minute)
		c.want("01-01T01:00")
		c.stop()
	})
}

func TestTwoProcessesMakeOneEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClockwork(t)
		c.schedule(flows.StateOn, hourly())
		c.start()
		first := c.stop
		c.start()
		time.Sleep(5 * time.Hour)
		c.want("01-01T01:00", "01-01T02:00", "01-01T03:00", "01-01T04:00", "01-01T05:00")
		first()
		c.stop()
	})
}
