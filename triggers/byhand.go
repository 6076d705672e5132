package triggers

import (
	"context"
	"net/http"
	"strconv"

	"gancho/engine"
	refusals "gancho/engine/refusal"
	"gancho/engine/store"
)

// Admit lets in an event that a person vouches for. It is split, named, filtered and ordered
// like any that comes through the flow's URL; nothing else is asked of it. Where in has a key,
// the flow's or preset's own is used, and in's for what has none; without one the event is
// never a duplicate. Flows that are started otherwise take it as it is.
func (d *Webhook) Admit(ctx context.Context, in engine.Incoming) ([]engine.Receipt, error) {
	d.mu.RLock()
	e := d.byFlow[in.Flow]
	d.mu.RUnlock()
	if e == nil || e.door() == nil {
		return d.Engine.Accept(ctx, []engine.Incoming{in})
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "/", http.NoBody)
	if err != nil {
		return nil, err
	}
	whole := delivery{Webhook: d, e: e, door: e.door(), r: r, in: in, byHand: true}
	whole.in.Key, whole.in.Outcome = "", store.Accepted
	parts, no := whole.parts()
	if no != nil {
		parts = []*delivery{&whole} // too many: it stays whole
	}
	events := make([]engine.Incoming, len(parts))
	for i, part := range parts {
		part.decide()
		events[i] = part.vouched(&in, i)
	}
	return d.Engine.Accept(ctx, events)
}

// Fits refuses an event that a person starts where its body is one that the flow's URL would
// refuse: what no sender could have sent tells nothing of the flow.
func (d *Webhook) Fits(ctx context.Context, in engine.Incoming) error {
	d.mu.RLock()
	e := d.byFlow[in.Flow]
	d.mu.RUnlock()
	if e == nil || e.door() == nil {
		return nil
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "/", http.NoBody)
	if err != nil {
		return err
	}
	whole := delivery{Webhook: d, e: e, door: e.door(), r: r, in: in}
	no := whole.readable()
	if no == nil {
		_, no = whole.parts()
	}
	if no != nil {
		return refusals.New(refusals.Invalid, no.code, no.words.EN, no.words.PT)
	}
	return nil
}

// vouched is a part of an event as it is let in, with the key that counts for it.
func (x *delivery) vouched(as *engine.Incoming, nth int) engine.Incoming {
	switch {
	case as.Outcome == store.Captured:
		x.in.Outcome = store.Captured
	case as.Key == "":
		x.in.Key = ""
	case x.in.Key == "":
		x.in.Key = as.Key + "/" + strconv.Itoa(nth)
	}
	x.in.KeyFor = max(x.door.keyFor, defaultKeyFor)
	return x.in
}
