package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
)

var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 512, MaxIdleConns: 1024}, Timeout: 30 * time.Second}

// order is a body of 3.2 KB, as shops send them. No two have people, goods or prices in common,
// so that what is stored of many is not small for that reason.
func order(id int64) []byte {
	r := rand.New(rand.NewPCG(uint64(id), 0)) //nolint:gosec // the same bodies each time
	text := func(n int) string {
		words := make([]string, n)
		for i := range words {
			words[i] = strconv.FormatUint(r.Uint64N(1<<32), 36)
		}
		return strings.Join(words, " ")
	}
	items := make([]map[string]any, 14)
	for i := range items {
		items[i] = map[string]any{
			"sku": fmt.Sprintf("CAM-%d", r.IntN(100_000)), "title": "Camiseta de algodão, gola redonda, " + text(2), "quantity": 1 + r.IntN(9),
			"price": float64(r.IntN(100_000)) / 100, "variant": map[string]any{"size": "M", "color": "azul"},
		}
	}
	body, err := json.Marshal(map[string]any{
		"id": id, "status": "paid", "total": 11 + float64(r.IntN(1_000_000))/100, "currency": "BRL", "items": items,
		"customer": map[string]any{"name": text(3), "email": text(1) + "@Example.com", "phone": fmt.Sprintf("+55119%08d", r.IntN(1e8)), "document": fmt.Sprintf("%011d", r.IntN(1e11))},
		"shipping": map[string]any{"street": "Rua " + text(2), "number": strconv.Itoa(r.IntN(9999)), "city": "São Paulo", "state": "SP", "zip": fmt.Sprintf("%08d", r.IntN(1e8))},
		"note":     strings.Repeat("entregar na portaria ", 10) + text(30),
	})
	if err != nil {
		panic(err) // never: plain data
	}
	return body
}

var serial atomic.Int64

func post(ctx context.Context, url string, body []byte) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := client.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return err == nil && res.StatusCode == http.StatusOK
}

// load posts from so many connections for a time and gives the good answers a second. With a
// sink it never runs ahead of it by more than 256, so that no backlog grows.
func load(ctx context.Context, url string, connections int, d time.Duration, s *sink) float64 {
	body := order(1)
	var good, sent atomic.Int64
	end := time.Now().Add(d)
	var group sync.WaitGroup
	for range connections {
		group.Go(func() {
			for time.Now().Before(end) {
				if s != nil && sent.Load()-s.count() > 256 {
					time.Sleep(200 * time.Microsecond)
					continue
				}
				sent.Add(1)
				if post(ctx, url, body) {
					good.Add(1)
				}
			}
		})
	}
	group.Wait()
	return float64(good.Load()) / d.Seconds()
}

// send posts so many events.
func send(ctx context.Context, url string, connections, events int, s *sink) {
	var sent atomic.Int64
	s.reset()
	var group sync.WaitGroup
	for range connections {
		group.Go(func() {
			for n := sent.Add(1); n <= int64(events); n = sent.Add(1) {
				for n-s.count() > 512 {
					time.Sleep(time.Millisecond)
				}
				post(ctx, url, order(serial.Add(1)))
			}
		})
	}
	group.Wait()
}

// pace posts at a rate and gives the times to the answer and to the delivery, in ms.
func pace(ctx context.Context, url string, s *sink, rate int, d time.Duration) (accepted, delivered []float64) {
	var mu sync.Mutex
	starts := map[int64]time.Time{}
	s.seen = func(id int64) {
		mu.Lock()
		defer mu.Unlock()
		if start, ok := starts[id]; ok {
			delivered = append(delivered, float64(time.Since(start).Microseconds())/1000)
		}
	}
	tick := time.NewTicker(time.Second / time.Duration(rate))
	defer tick.Stop()
	var group sync.WaitGroup
	for end := time.Now().Add(d); time.Now().Before(end); <-tick.C {
		group.Go(func() {
			id := serial.Add(1)
			body := order(id)
			start := time.Now()
			mu.Lock()
			starts[id] = start
			mu.Unlock()
			if post(ctx, url, body) {
				mu.Lock()
				accepted = append(accepted, float64(time.Since(start).Microseconds())/1000)
				mu.Unlock()
			}
		})
	}
	group.Wait()
	time.Sleep(200 * time.Millisecond)
	mu.Lock()
	defer mu.Unlock()
	return accepted, delivered
}

// sink counts what arrives.
type sink struct {
	server *http.Server
	url    string
	n      atomic.Int64
	seen   func(id int64)
}

func newSink() *sink {
	s := &sink{}
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	s.url = "http://" + l.Addr().String() + "/deals"
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: time.Second}
	go func() { _ = s.server.Serve(l) }()
	return s
}

func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.seen != nil {
		var body struct{ ID int64 }
		if json.NewDecoder(r.Body).Decode(&body) == nil {
			s.seen(body.ID)
		}
	} else {
		_, _ = io.Copy(io.Discard, r.Body)
	}
	s.n.Add(1)
	w.WriteHeader(http.StatusNoContent)
}

func (s *sink) count() int64 { return s.n.Load() }
func (s *sink) reset()       { s.n.Store(0) }
func (s *sink) close() error { return s.server.Close() }

// peer is what the engine is measured against: an echo handler that reads the body, or a
// relay that filters, maps six fields and posts them on, both without storage. Or it is who
// floods a trigger URL with a number of events.
func peer(args []string) error {
	if args[0] == "flood" {
		return flood(args[1], args[2])
	}
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.GET("/ready", func(c echo.Context) error { return c.NoContent(http.StatusOK) })
	switch args[0] {
	case "echo":
		e.POST("/h/:token", func(c echo.Context) error {
			if _, err := io.ReadAll(c.Request().Body); err != nil {
				return err
			}
			return c.JSON(http.StatusOK, map[string]string{"status": "accepted"})
		})
	case "relay":
		e.POST("/h/:token", func(c echo.Context) error { return relay(c, args[2]) })
	default:
		return fmt.Errorf("there is no peer %q", args[0])
	}
	return e.Start(args[1])
}

func flood(url, events string) error {
	n, err := strconv.ParseInt(events, 10, 64)
	if err != nil {
		return err
	}
	body := order(1)
	var sent atomic.Int64
	var group sync.WaitGroup
	for range 64 {
		group.Go(func() {
			for sent.Add(1) <= n {
				post(context.Background(), url, body)
			}
		})
	}
	group.Wait()
	return nil
}

func relay(c echo.Context, sink string) error {
	var o struct {
		ID       any
		Status   string
		Total    float64
		Items    []any
		Customer struct{ Email, Name string }
		Shipping struct{ City string }
	}
	if err := json.NewDecoder(c.Request().Body).Decode(&o); err != nil {
		return err
	}
	if o.Status == "paid" && o.Total > 10 {
		body, err := json.Marshal(map[string]any{
			"id": o.ID, "email": strings.ToLower(o.Customer.Email), "name": o.Customer.Name, "total": o.Total, "items": len(o.Items), "city": o.Shipping.City,
		})
		if err != nil {
			return err
		}
		req, err := http.NewRequestWithContext(c.Request().Context(), http.MethodPost, sink, bytes.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/json")
		res, err := client.Do(req)
		if err != nil {
			return err
		}
		if err := res.Body.Close(); err != nil {
			return err
		}
	}
	return c.JSON(http.StatusOK, map[string]string{"status": "accepted"})
}
