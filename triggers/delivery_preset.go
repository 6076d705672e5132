package triggers

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"gancho/engine"
	"gancho/engine/charset"
	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/engine/said"
	"gancho/engine/store"
)

// with gives a setting of the trigger as a text.
func (e *endpoint) with(name string) (string, bool) {
	if e.doc == nil {
		return "", false
	}
	text, ok := e.doc.Trigger.With[name].(string)
	return text, ok
}

// readPreset takes what a preset says where the flow says nothing itself.
func (d *door) readPreset(p *settingsReader, f *flow.Flow, s *webhookSettings, known *Presets) {
	if s.preset == "" {
		return
	}
	preset, ok := known.Find(s.preset)
	if !ok {
		d.refuseAll()
		x := problem("/trigger/with/preset", "unknown_preset", fmt.Sprintf("there is no preset %q", s.preset), fmt.Sprintf("não existe o preset %q", s.preset))
		var ids []string
		for _, other := range known.All() {
			ids = append(ids, other.ID())
		}
		if near := form.Nearest(s.preset, ids); near != "" {
			x.Hint = form.Label(fmt.Sprintf("did you mean %q?", near), fmt.Sprintf("você quis dizer %q?", near))
		}
		p.problems = append(p.problems, x)
		return
	}
	d.preset = preset
	if f.Trigger.With["methods"] == nil {
		d.methods = preset.file.Methods
	}
	if preset.ID() == genericPreset {
		return
	}
	if s.auth != nil {
		p.bad("auth", "preset_verifies", "the preset verifies deliveries itself; leave this out, or use the preset generic", "o preset já verifica as entregas; deixe isto de fora, ou use o preset generic")
	}
	if preset.file.Hydrate != nil && preset.file.Hydrate.OnFail != "continue" && f.Trigger.Connection == "" && d.observe {
		p.problems = append(p.problems, noFetch("/trigger/connection", preset))
	}
	if preset.file.Optional && f.Trigger.Connection == "" {
		return
	}
	if d.auth = preset.use().verify; len(d.auth) > 0 && f.Trigger.Connection == "" && !d.observe {
		p.problems = append(p.problems, noSecret("/trigger/connection", preset))
	}
}

// refuseAll lets nobody in: what would prove a sender cannot be known.
func (d *door) refuseAll() {
	d.auth = []*Verifier{{kind: "token", from: place{"header", "-"}, secrets: []string{"-"}}}
}

func noSecret(path string, p *Preset) form.Problem {
	x := problem(path, "required", "deliveries cannot be verified without a connection that holds the secret", "sem uma conexão com o segredo não é possível verificar as entregas")
	held := fieldNames(p.file.Secrets)
	x.Hint = form.Label(fmt.Sprintf("make a connection of %s that holds: %s; or choose “let in and note it” under “If the signature is wrong”", p.file.Name.EN, held.EN),
		fmt.Sprintf("crie uma conexão de %s com: %s; ou escolha “aceitar e anotar” em “Se a assinatura estiver errada”", p.file.Name.PT, held.PT))
	return x
}

// noFetch finds a flow whose events name what nothing could fetch: each of its runs would fail.
func noFetch(path string, p *Preset) form.Problem {
	x := problem(path, "required", "what an event names cannot be fetched without a connection", "sem uma conexão não é possível buscar o que um evento cita")
	x.Hint = form.Label("make a connection that signs in at "+p.file.Name.EN, "crie uma conexão que acesse "+p.file.article()+" "+p.file.Name.PT)
	return x
}

func fieldNames(fields []PresetField) form.Words {
	en, pt := make([]string, len(fields)), make([]string, len(fields))
	for i, f := range fields {
		en[i], pt[i] = f.Label.EN, f.Label.PT
	}
	return form.Label(strings.Join(en, ", "), strings.Join(pt, ", "))
}

// without says what becomes of deliveries while the connection of a flow is not there.
func (s *Presets) without(f *flow.Flow) form.Words {
	switch d, _ := readDoor(f, s); {
	case len(d.auth) == 0:
		return form.Words{}
	case d.observe:
		return form.Label("until there is, deliveries are let in without proof", "até existir, as entregas entram sem verificação")
	}
	return form.Label("until there is, deliveries are refused with 401", "até existir, as entregas são recusadas com 401")
}

// checkConnection finds a connection that cannot prove the sender.
func (d *door) checkConnection(known flow.Known) []form.Problem {
	if d.connection == "" || known.Connection == nil {
		return nil
	}
	kind, ok := known.Connection(d.connection)
	kinds := []string{"generic:webhook"}
	if d.preset != nil {
		kinds = d.preset.connections()
	}
	if !ok || !slices.ContainsFunc(kinds, func(want string) bool { return flow.OfKind(kind, want) }) {
		return nil // said by the check of all connections
	}
	if d.preset != nil && d.preset.file.Hydrate != nil && kind == webhookKind(d.preset.ID()) {
		return append(d.checkSecret(known), onlyProves(d.preset, d.connection))
	}
	return d.checkSecret(known)
}

// onlyProves warns of a connection with which the events stay thin.
func onlyProves(p *Preset, connection string) form.Problem {
	x := warning("/trigger/connection", "only_proves",
		fmt.Sprintf("the connection %q only proves the sender: what an event names is not fetched, and trigger.resource stays empty", connection),
		fmt.Sprintf("a conexão %q só prova o remetente: o que um evento cita não é buscado, e trigger.resource fica vazio", connection))
	x.Hint = form.Label("take a connection that signs in at "+p.file.Name.EN+", and put the secret into it too", "use uma conexão que acesse "+p.file.article()+" "+p.file.Name.PT+" e ponha o segredo também nela")
	return x
}

// checkSecret finds a connection without the secret that the sender is proved with.
func (d *door) checkSecret(known flow.Known) []form.Problem {
	if known.Holds == nil || d.observe || len(d.auth) == 0 || slices.ContainsFunc(d.auth, func(v *Verifier) bool { return d.provable(v, known) }) {
		return nil
	}
	return []form.Problem{problem("/trigger/connection", "no_secret",
		fmt.Sprintf("the connection %q does not hold the secret that deliveries are verified with", d.connection),
		fmt.Sprintf("a conexão %q não tem o segredo com que as entregas são verificadas", d.connection))}
}

// provable says whether a connection holds what one verifier needs.
func (d *door) provable(v *Verifier, known flow.Known) bool {
	if v.kind == "none" {
		return true
	}
	holds := func(field string) bool { return known.Holds(d.connection, field) }
	if v.kind == "basic" {
		return holds("username") && holds("password")
	}
	return slices.ContainsFunc(v.secrets, holds)
}

// checkDeadline warns of answers that come when the provider waits no longer.
func (d *door) checkDeadline(p *settingsReader) {
	if d.preset == nil || !d.respond.finished || d.respond.timeout < d.preset.deadline() {
		return
	}
	text := d.preset.file.Deadline.String()
	p.problems = append(p.problems, warning("/trigger/with/respond/timeout", "too_late",
		"the provider waits only "+text+" for an answer", "o provedor só espera "+text+" pela resposta"))
}

// shakes says whether the preset has a handshake of this method.
func (d *door) shakes(method string) bool {
	return d.preset != nil && slices.ContainsFunc(d.preset.use().handshakes, func(h *handshake) bool { return h.method == method })
}

func (d *door) splits() bool { return d.preset != nil && d.preset.use().split != nil }

// accepted are the kinds of body that a preset's words stand for.
var accepted = map[string]bodyKind{"json": bodyJSON, "form": bodyForm, "multipart": bodyMultipart}

// takes says whether the preset's provider sends bodies of this kind.
func (p *Preset) takes(kind bodyKind) bool {
	return slices.ContainsFunc(p.file.Accepts, func(word string) bool { return word == "raw" || accepted[word] == kind })
}

// adapt reads a body without a telling type as what the provider is known to send.
func (x *delivery) adapt() {
	if len(x.in.Body) == 0 && x.r.Method != http.MethodPost && x.r.Method != http.MethodPut && x.r.Method != http.MethodPatch {
		x.in.Meta.Type = "" // a request without body has no type, whatever it says
	}
	if x.door.preset == nil || len(x.in.Body) == 0 || x.door.preset.ID() == genericPreset {
		return
	}
	kind, _ := declared(x.in.Meta.Type)
	if (kind == bodyBytes || kind == bodyText) && !x.door.preset.takes(kind) && x.door.preset.takes(bodyJSON) {
		x.in.Meta.Type = jsonType
	}
}

// wrongType refuses bodies that the provider never sends.
func (x *delivery) wrongType() *refusal {
	if x.door.preset == nil || len(x.in.Body) == 0 || x.door.preset.ID() == genericPreset {
		return nil
	}
	if kind, _ := declared(x.in.Meta.Type); x.door.preset.takes(kind) {
		return nil
	}
	return &refusal{
		status: http.StatusUnsupportedMediaType, code: "content_type", keepBody: true, reason: form.Label("content type "+x.in.Meta.Type, "tipo de conteúdo "+x.in.Meta.Type),
		words: form.Label("this provider sends no bodies of this type", "este provedor não envia corpos deste tipo"),
	}
}

// mask hides what the preset names, before anything is kept or asked of it.
func (x *delivery) mask() {
	x.in.Meta.Type, x.in.Body = asUTF8(x.in.Meta.Type, x.in.Body)
	if x.door.preset == nil || len(x.door.preset.file.Mask) == 0 {
		return
	}
	kind, _ := declared(x.in.Meta.Type)
	if kind == bodyJSON {
		x.in.Body = charset.Trim(x.in.Body)
	}
	for _, pointer := range x.door.preset.file.Mask {
		x.in.Body = maskBody(kind, x.in.Body, pointer)
	}
	x.decoded, x.value, x.scope = false, nil, nil
}

// maskBody hides one value of a body. Numbers keep their digits.
func maskBody(kind bodyKind, body []byte, pointer string) []byte {
	path := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	switch kind {
	case bodyForm:
		if len(path) == 1 {
			return hideForm(body, path[0])
		}
	case bodyJSON:
		var tree any
		d := json.NewDecoder(bytes.NewReader(body))
		d.UseNumber()
		if d.Decode(&tree) != nil || !hideAt(tree, path) {
			return body
		}
		if anew, err := json.Marshal(tree); err == nil {
			return anew
		}
	}
	return body
}

// mostParts are the events that one delivery may hold.
const mostParts = 1000

// parts gives the events that a delivery holds: itself, or what the preset splits it into.
// What is not a list stays whole.
func (x *delivery) parts() ([]*delivery, *refusal) {
	if !x.door.splits() {
		return []*delivery{x}, nil
	}
	ctx, done := context.WithTimeout(x.r.Context(), 5*doorTime)
	defer done()
	scope, err := x.values("")
	var value any
	if err == nil {
		value, err = ask(ctx, x.door.preset.use().split, scope)
	}
	if err != nil {
		x.fault(fmt.Sprintf("split: %v", err))
	}
	list, ok := value.([]any)
	if !ok {
		return []*delivery{x}, x.fitsSchema()
	}
	if len(list) > mostParts {
		return nil, &refusal{
			status: http.StatusRequestEntityTooLarge, code: "too_many_events",
			reason: form.Label(fmt.Sprintf("%d events in one delivery", len(list)), fmt.Sprintf("%d eventos em uma entrega", len(list))),
			words:  form.Label("there are too many events in one delivery", "há eventos demais em uma entrega"),
		}
	}
	x.split = true
	if len(list) == 0 {
		x.in.Outcome, x.in.Reason = store.Filtered, said.Both(form.Label("there are no events in it", "não há eventos nela"))
		return []*delivery{x}, nil
	}
	return x.each(list)
}

func (x *delivery) each(list []any) ([]*delivery, *refusal) {
	parts := make([]*delivery, len(list))
	for i, element := range list {
		body, err := json.Marshal(element)
		if err != nil {
			return nil, unread(err, x.door.maxBody)
		}
		part := *x
		part.in.Body, part.in.Meta.Type = body, jsonType
		part.decoded, part.value, part.scope = true, element, nil
		part.mask()
		if no := part.fitsSchema(); no != nil {
			return nil, no
		}
		parts[i] = &part
	}
	return parts, nil
}

// describe asks what the preset says of an event: whether it matters, its name and title.
// What fails is noted, and loses nothing. False means that the event is passed over.
func (x *delivery) describe() bool {
	if x.door.preset == nil || x.in.Outcome == store.Filtered {
		return x.in.Outcome != store.Filtered
	}
	made := x.door.preset.use()
	ctx, done := context.WithTimeout(x.r.Context(), 3*doorTime)
	defer done()
	scope, err := x.values("")
	if err != nil {
		return true
	}
	if made.ignore != nil {
		if is, err := ask(ctx, made.ignore, scope); err == nil && is == true {
			x.in.Outcome, x.in.Reason = store.Filtered, said.Both(form.Label("the preset passes it over: "+made.ignore.Source(), "o preset a ignora: "+made.ignore.Source()))
		}
	}
	x.in.Name = cutText(x.told(ctx, "event", made.event, scope))
	if trigger, ok := scope.Values["trigger"].(map[string]any); ok {
		trigger["event"] = x.in.Name
	}
	title := x.told(ctx, "title", made.titles[x.Lang()], scope)
	if title == "" {
		title = x.in.Name
	}
	x.in.Title = cutText(x.door.preset.inWords(title, x.in.Name, x.Lang()))
	return x.in.Outcome != store.Filtered
}

func (x *delivery) told(ctx context.Context, what string, p *expression.Program, scope *expression.Scope) string {
	if p == nil {
		return ""
	}
	value, err := ask(ctx, p, scope)
	if err != nil {
		x.note(form.Label(fmt.Sprintf("%s of the preset: %v", what, err), fmt.Sprintf("%s do preset: %v", what, err)))
		return ""
	}
	if value == nil {
		return ""
	}
	return expression.Text(value)
}

func cutText(s string) string {
	if runes := []rune(s); len(runes) > longestKey {
		return string(runes[:longestKey-1]) + "…"
	}
	return s
}

// key is the flow's own dedupe key, or the preset's; none where the engine asks the flow's own.
func (x *delivery) key(ctx context.Context) string {
	if x.door.later != nil {
		return ""
	}
	if x.door.dedupe != nil || x.door.preset == nil {
		return x.text(ctx, "dedupe", x.door.dedupe)
	}
	return shortKey(x.told(ctx, "key", x.door.preset.use().key, x.scope))
}

// answerPreset gives the answer that a provider expects, if it expects a certain one.
func (x *delivery) answerPreset(w http.ResponseWriter) bool {
	if x.door.preset == nil || x.door.preset.file.Reply == nil {
		return false
	}
	reply := x.door.preset.file.Reply
	status := max(reply.Status, http.StatusOK)
	headers := map[string]string{}
	if reply.Type != "" {
		headers["Content-Type"] = reply.Type
	}
	writeAnswer(w, status, headers, reply.Text)
	return true
}

// answerParts tells what became of each event of a delivery.
func (x *delivery) answerParts(w http.ResponseWriter, receipts []engine.Receipt) {
	if x.answerPreset(w) {
		return
	}
	type part struct {
		Event  string        `json:"event"`
		Status store.Outcome `json:"status"`
		Run    string        `json:"run,omitempty"`
	}
	parts := make([]part, len(receipts))
	for i, r := range receipts {
		parts[i] = part{Event: r.Event, Status: r.Outcome}
		if r.Outcome == store.Accepted {
			parts[i].Run = r.Run
		}
	}
	writeAnswer(w, http.StatusOK, nil, map[string]any{"events": parts})
}
