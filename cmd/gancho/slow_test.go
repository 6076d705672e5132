package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// slowSenders are a few in a test, 5,000 in a soak.
func slowSenders() int {
	if n, err := strconv.Atoi(os.Getenv("GANCHO_SLOW")); err == nil && n > 0 {
		return n
	}
	return 200
}

// TestSlowSenders is S12: whoever sends headers or a body drop by drop is cut, whatever they
// have begun, and honest senders are answered all the while.
func TestSlowSenders(t *testing.T) {
	g := newGancho(t)
	url := g.publish(`{"id": "slow", "name": "Slow", "trigger": {"kind": "webhook"}, "steps": []}`)
	path := url[strings.Index(url, "/h/"):]
	begun := []string{
		"", "POST " + path, "POST " + path + " HTTP/1.1\r\nHost: a\r\nX-A: ", "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{\"a\":\"",
		"POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n",
		"POST /h/nobody HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n{",
	}
	stop := make(chan struct{})
	var cut, honest sync.WaitGroup
	longest := make(chan time.Duration, slowSenders())
	for i := range slowSenders() {
		cut.Go(func() { longest <- drip(t, g.listen, begun[i%len(begun)]) })
	}
	answered := 0
	honest.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			if status, answer := post(url, fmt.Sprintf(`{"id": %d}`, n)); status != 200 {
				t.Errorf("an honest sender got %d %s", status, answer)
				return
			}
			answered++
			time.Sleep(10 * time.Millisecond) // a pace, not a hope
		}
	})
	cut.Wait()
	close(stop)
	honest.Wait()
	close(longest)
	most := time.Duration(0)
	for d := range longest {
		most = max(most, d)
	}
	t.Logf("%d slow senders, the last was cut after %v; %d honest deliveries", slowSenders(), most.Round(time.Millisecond), answered)
	if most > 55*time.Second { // 15 s on a machine that is not busy
		t.Errorf("a slow sender was cut after %v only", most)
	}
	if answered == 0 {
		t.Error("nobody honest was answered: the test shows nothing")
	}
}

// drip begins a request and sends a letter now and then, until the other side ends it.
func drip(t *testing.T, address, begun string) time.Duration {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Errorf("dial: %v", err)
		return 0
	}
	defer conn.Close()
	start := time.Now()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = conn.SetReadDeadline(start.Add(time.Minute))
		if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error("the connection stays open")
		}
	}()
	_, _ = io.WriteString(conn, begun)
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return time.Since(start)
		case <-tick.C:
			_, _ = io.WriteString(conn, "a")
		}
	}
}
