package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// history measures what people wait for: a back-test, and until an event is on the screen.
func (b *bench) history() error {
	sink := newSink()
	g, err := b.gancho("history")
	if err != nil {
		return errors.Join(err, sink.close())
	}
	url, err := g.flow(fmt.Sprintf(sixFields, sink.url))
	if err == nil {
		send(b.ctx, url, 32, 1000, sink)
		err = g.settled()
	}
	var took, seen []float64
	for range 3 {
		if err == nil {
			var one float64
			one, err = g.backtest(fmt.Sprintf(sixFields, sink.url))
			took = append(took, one)
		}
	}
	if err == nil {
		seen, err = g.watch(url, 50)
	}
	if err == nil {
		b.most("P10", "back-test of 1,000 events", median(took), 2000, "ms")
		b.most("", "from a delivery to a reader of GET /live, p99", percentile(seen, 99), 500, "ms")
	}
	return errors.Join(err, g.stop(), sink.close())
}

// backtest gives how long a changed draft takes on the newest 1,000 events.
func (g *gancho) backtest(document string) (float64, error) {
	changed := strings.Replace(document, "total > 10", "total > 100", 1)
	var answer struct{ Events, Changed int }
	start := time.Now()
	err := g.call(http.MethodPost, "/flows/relay/backtest", `{"n": 1000, "flow": `+changed+`}`, &answer)
	if err == nil && answer.Events != 1000 {
		err = fmt.Errorf("the back-test took in %d events", answer.Events)
	}
	return float64(time.Since(start).Microseconds()) / 1000, err
}

// watch posts events one by one and gives how long each took to reach a reader.
func (g *gancho) watch(url string, events int) (seen []float64, err error) {
	ctx, cancel := context.WithTimeout(g.bench.ctx, time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, g.url+"/api/v1/live", nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	for range events {
		start := time.Now()
		if !post(ctx, url, order(serial.Add(1))) {
			return nil, errors.New("an event was refused")
		}
		for lines.Scan() && lines.Text() != "event: event" {
			continue
		}
		seen = append(seen, float64(time.Since(start).Microseconds())/1000)
	}
	return seen, lines.Err()
}
