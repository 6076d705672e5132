package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

const (
	manyFlows = 10_000
	flowsAPut = 500 // flows of one import
)

// flows measures what very many flows cost who uses one of them, and the start.
func (b *bench) flows() error {
	sink := newSink()
	g, err := b.gancho("flows")
	if err != nil {
		return errors.Join(err, sink.close())
	}
	one := fmt.Sprintf(sixFields, sink.url)
	url, err := g.flow(one)
	start := time.Now()
	for from := 0; err == nil && from < manyFlows; from += flowsAPut {
		err = g.importFlows(from, one)
	}
	if err != nil {
		return errors.Join(err, g.stop(), sink.close())
	}
	b.note("P8", fmt.Sprintf("import and publish %d flows", manyFlows), time.Since(start).Seconds(), "s")
	err = b.lostWith(url, sink, fmt.Sprintf("%d flows", manyFlows), 10)
	if stopErr := g.stop(); err != nil || stopErr != nil {
		return errors.Join(err, stopErr, sink.close())
	}
	again, err := b.again(g.data)
	if err != nil {
		return errors.Join(err, sink.close())
	}
	b.most("P6", fmt.Sprintf("start to ready, %d flows", manyFlows), float64(again.ready.Microseconds())/1000, 1000, "ms")
	b.note("P5", fmt.Sprintf("memory, idle, %d flows", manyFlows), again.memory(), "MB")
	return errors.Join(again.stop(), sink.close())
}

// importFlows imports some flows that are like one, and publishes them.
func (g *gancho) importFlows(from int, one string) error {
	var bundle struct {
		Gancho int              `json:"gancho"`
		Flows  []map[string]any `json:"flows"`
	}
	bundle.Gancho = 1
	for i := range flowsAPut {
		var f map[string]any
		if err := json.Unmarshal([]byte(one), &f); err != nil {
			return err
		}
		f["id"], f["name"] = fmt.Sprintf("flow-%d", from+i), fmt.Sprintf("Flow %d", from+i)
		bundle.Flows = append(bundle.Flows, f)
	}
	document, err := json.Marshal(bundle)
	if err != nil {
		return err
	}
	return g.call(http.MethodPost, "/import?publish=true", string(document), nil)
}

// lostWith compares the speed of whole executions with that on an empty folder.
func (b *bench) lostWith(url string, sink *sink, what string, goal float64) error {
	var lost []float64
	for range 3 {
		full := b.delivered(url, sink)
		fresh, err := b.gancho("fresh")
		if err != nil {
			return err
		}
		there, err := fresh.flow(fmt.Sprintf(sixFields, sink.url))
		if err != nil {
			return errors.Join(err, fresh.stop())
		}
		empty := b.delivered(there, sink)
		if err := fresh.stop(); err != nil {
			return err
		}
		lost = append(lost, 100*(1-full/empty))
	}
	b.most("P8", "speed of P2 that is lost with "+what, median(lost), goal, "%")
	return nil
}
