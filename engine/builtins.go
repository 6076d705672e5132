package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/engine/store"
)

// Builtins are the actions that the interpreter runs itself, in the order in which people
// look for them.
func Builtins() []Action {
	return []Action{
		builtin("filter", "Filter", "Filtro", "Goes on only when a condition is true", "Só continua quando uma condição é verdadeira", "if condition only when greater less equal", "se for condição somente apenas só caso quando maior menor igual", func() Doer { return new(filterStep) }, nil),
		block("branch", flow.Branches, "Branch", "Caminhos", "Takes the way whose condition is true", "Segue o caminho cuja condição é verdadeira", "if else when switch router condition greater less equal", "se for senão caso quando roteador condição maior menor igual", func() Doer { return new(branchStep) }),
		block("parallel", flow.Branches, "Parallel", "Em paralelo", "Takes several ways at once and waits for all", "Segue vários caminhos ao mesmo tempo e espera todos", "fork join together", "simultâneo junto", func() Doer { return new(parallelStep) }),
		block("loop", flow.Steps, "Loop", "Repetir", "Runs steps for each element of a list", "Executa passos para cada item de uma lista", "for each iterate iterator repeat", "para cada iterar iterador percorrer laço", func() Doer { return new(loopStep) }),
		builtin("set", "Set values", "Definir valores", "Names values for later steps", "Dá nome a valores para os próximos passos", "variable assign map text clean trim tidy upper lower case format formatter date", "variável atribuir texto limpar arrumar maiúscula maiúsculas minúscula minúsculas espaços formatar data", func() Doer { return new(setStep) }, map[string]any{}),
		builtin("transform", "Transform", "Transformar", "Yields one computed value", "Produz um valor calculado", "map compute format text clean upper lower aggregate merge combine code javascript expression", "mapear calcular formatar texto limpar arrumar maiúscula agregar juntar combinar código expressão", func() Doer { return new(transformStep) }, nil),
		builtin("delay", "Delay", "Esperar um tempo", "Waits for a time, at no cost", "Espera um tempo, sem custo", "sleep wait pause later after hour hours minute minutes day days", "aguardar pausar dormir depois daqui hora horas minuto minutos dia dias", func() Doer { return new(delayStep) }, nil),
		builtin("wait", "Wait for a signal or an approval", "Esperar um sinal ou uma aprovação", "Waits for a signal, a callback or an approval", "Espera um sinal, um retorno ou uma aprovação", "approval approve callback pause until unless another event arrives paid confirm", "aprovação aprovar aguardar retorno pausa até chegar outro evento pagar pagou confirmar", func() Doer { return new(waitStep) }, map[string]any{"received": true, "data": nil}),
		builtin("signal", "Send a signal", "Enviar um sinal", "Wakes runs that wait for a name", "Acorda execuções que esperam por um nome", "wake notify another event", "acordar avisar outro evento", func() Doer { return new(signalStep) }, nil),
		builtin("call", "Call a flow", "Chamar um fluxo", "Runs another flow and takes its answer", "Executa outro fluxo e recebe a resposta", "subflow run", "subfluxo executar", func() Doer { return new(callStep) }, nil),
		builtin("respond", "Respond", "Responder", "Answers the sender of the event", "Responde a quem enviou o evento", "reply answer return", "resposta retornar", func() Doer { return new(respondStep) }, nil),
		builtin("stop", "Stop", "Parar", "Ends the run", "Encerra a execução", "end exit abort fail cancel interrupt quit", "fim sair abortar falhar cancelar interromper terminar", func() Doer { return new(stopStep) }, nil),
		builtin("state.get", "Read kept state", "Ler estado guardado", "Reads a value that flows keep", "Lê um valor guardado pelos fluxos", "load variable memory", "carregar memória", func() Doer { return &stateStep{kind: store.KeyGet} }, map[string]any{"value": nil}),
		builtin("state.set", "Keep state", "Guardar estado", "Keeps a value for later runs", "Guarda um valor para outras execuções", "save store variable memory", "salvar memória", func() Doer { return &stateStep{kind: store.KeyPut} }, map[string]any{"value": nil}),
		builtin("state.increment", "Count up kept state", "Somar ao estado guardado", "Adds to a kept number, atomically", "Soma a um número guardado, de forma atômica", "counter add sequence", "contador somar sequência", func() Doer { return &stateStep{kind: store.KeyAdd} }, map[string]any{"value": 1}),
		builtin("state.delete", "Delete kept state", "Apagar estado guardado", "Deletes a kept value", "Apaga um valor guardado", "remove clear", "remover limpar", func() Doer { return &stateStep{kind: store.KeyDelete} }, map[string]any{"value": nil}),
		builtin("state.once", "Only once", "Apenas uma vez", "True the first time that a key is seen", "Verdadeiro na primeira vez de uma chave", "dedupe unique first", "único deduplicar primeira", func() Doer { return &stateStep{kind: store.KeyOnce} }, map[string]any{"value": true}),
	}
}

func builtin(kind, en, pt, sumEN, sumPT, words, palavras string, make func() Doer, sample any) Action {
	return Action{
		Kind: kind, Title: form.Label(en, pt), Summary: form.Label(sumEN, sumPT), Words: form.Label(words, palavras),
		Group: "flow", New: make, Shape: flow.Leaf, Repeatable: true, Sample: sample,
	}
}

func block(kind string, shape flow.Shape, en, pt, sumEN, sumPT, words, palavras string, make func() Doer) Action {
	a := builtin(kind, en, pt, sumEN, sumPT, words, palavras, make, nil)
	a.Shape = shape
	return a
}

// inner is embedded by what the interpreter runs itself.
type inner struct{}

// Do is never reached: the interpreter calls control.
func (inner) Do(context.Context, *Call) (Output, error) {
	return nil, Faultf("not_callable", "this action is run by the interpreter")
}

// noticed is embedded by what is noticed outside of its run: as an effect, it does not begin while the
// flow is paused.
type noticed struct{ inner }

func (noticed) isNoticed() {}

type filterStep struct {
	inner
	where string
}

func (s *filterStep) Fields() form.Fields {
	return form.Of(form.Condition("where", &s.where, form.Label("Go on only if", "Continuar somente se")).Required())
}

// Reset leaves nothing of a former one.
func (s *filterStep) Reset() { *s = filterStep{} }

func (s *filterStep) control(ctx context.Context, w *walker, n *node, f *frame, rec *record) (Output, verdict, error) {
	ok, reason, err := w.orFalse(ctx, s.where, n.step.Missing.For("where"), f)
	if err != nil || ok || w.seek != nil {
		return true, next, err
	}
	rec.Status, rec.Reason, rec.Ended = stepFiltered, reason, w.hands.now()
	w.finish(&store.End{Status: store.RunFiltered, Reason: reason, Error: store.RunError{Step: rec.Path}})
	return nil, ended, nil
}

type setStep struct {
	inner
	values map[string]any
}

func (s *setStep) Fields() form.Fields {
	return form.Of(form.Map("values", &s.values, form.Label("Values", "Valores")).Required())
}

// Reset leaves nothing of a former one.
func (s *setStep) Reset() { *s = setStep{} }

func (s *setStep) control(context.Context, *walker, *node, *frame, *record) (Output, verdict, error) {
	return s.values, next, nil
}

type transformStep struct {
	inner
	value any
}

func (s *transformStep) Fields() form.Fields {
	return form.Of(form.JSON("value", &s.value, form.Label("Value", "Valor")).Required().Blank())
}

// Reset leaves nothing of a former one.
func (s *transformStep) Reset() { *s = transformStep{} }

func (s *transformStep) control(context.Context, *walker, *node, *frame, *record) (Output, verdict, error) {
	return s.value, next, nil
}

type delayStep struct {
	inner
	length time.Duration
	until  time.Time
}

func (s *delayStep) Fields() form.Fields {
	return form.Of(
		form.Duration("for", &s.length, form.Label("For", "Por")).OneOf("for").Required().Example("1h"),
		form.Date("until", &s.until, form.Label("Until", "Até")).OneOf("for").Required().Example("2026-12-24T09:00:00-03:00"))
}

func (s *delayStep) control(ctx context.Context, w *walker, _ *node, _ *frame, rec *record) (Output, verdict, error) {
	now := w.hands.now()
	if rec.Due.IsZero() {
		rec.Due = now.Add(s.length)
		if !s.until.IsZero() {
			rec.Due = s.until
		}
	}
	until := rec.Due
	if now.Before(until) {
		if err := w.pay(ctx); err != nil {
			return nil, parked, err
		}
		if !until.Before(w.until) || !w.hands.pause(ctx, until.Sub(now)) { // the run's time-out comes first
			return nil, w.wait(rec, opening{waitingFor: "delay", due: until}), nil
		}
	}
	return map[string]any{"until": until.UTC().Format(time.RFC3339Nano)}, next, nil
}

type waitStep struct {
	inner
	signal  string
	timeout time.Duration
	limited bool // by timeout, not by the run's
	approve bool
	text    string // what the approval page asks
}

func (s *waitStep) Fields() form.Fields {
	question := form.LongText("text", &s.text, form.Label("Question of the approval page", "Pergunta da página de aprovação")).Required().
		Example("{{ trigger.body.id }}: ok?").Help(form.Label(
		"Makes a page with this text and two buttons, Approve and Reject. Whoever may edit finds it in the run that waits. To send its link to somebody, pick “Approval link” from the data in a message of an earlier step.",
		"Cria uma página com este texto e dois botões, Aprovar e Rejeitar. Quem pode editar a encontra na execução que espera. Para enviar o link a alguém, escolha “Link da aprovação” nos dados, na mensagem de um passo anterior."))
	return form.Of(
		form.Group("approve", &s.approve, form.Label("Approval page", "Página de aprovação"), question),
		form.Duration("timeout", &s.timeout, form.Label("At most", "No máximo")).Example("2d").Given(&s.limited).
			Help(form.Label("Empty, it waits for as long as a run may take: 30 days, unless the flow says otherwise.", "Vazio, espera pelo tempo máximo de uma execução: 30 dias, se o fluxo não diz outro.")),
		form.Text("signal", &s.signal, form.Label("Name of the signal", "Nome do sinal")).Example("pix-{{ trigger.body.id }}").
			Help(form.Label("For what another flow tells; an approval needs none", "Para o que outro fluxo avisa; uma aprovação não precisa")))
}

func (s *waitStep) control(_ context.Context, w *walker, _ *node, _ *frame, rec *record) (Output, verdict, error) {
	if data, ok := w.received(rec); ok {
		data, rec.By = signed(data)
		var value any
		if err := decodeExact(data, &value); err != nil {
			value = string(data)
		}
		return s.done(rec, map[string]any{"received": true, "data": exact(value)}), next, nil
	}
	switch {
	case rec.Status != stepWaiting:
		rec.Due, rec.Signal, rec.Text = w.until, s.signal, s.text
		if s.limited {
			rec.Due = w.hands.now().Add(s.timeout)
		}
	case !s.limited:
		rec.Due = w.until // a run that was let go on has more time than it had
	case w.run.ResumedAt.After(rec.Due.Add(-s.timeout)):
		rec.Due = w.run.ResumedAt.Add(s.timeout) // nobody could answer while it had failed
	}
	if !w.hands.now().Before(rec.Due) {
		return s.done(rec, map[string]any{"received": false, "data": nil}), next, nil
	}
	place := &store.Wait{Path: rec.Path, Name: rec.Signal}
	return nil, w.wait(rec, opening{waitingFor: "signal", due: rec.Due, wait: place}), nil
}

func (s *waitStep) done(rec *record, output map[string]any) map[string]any {
	if s.approve {
		rec.tellApproval(output)
	}
	return output
}

type signalStep struct {
	noticed
	signal string
	data   any
	keep   time.Duration
}

func (s *signalStep) Fields() form.Fields {
	return form.Of(
		form.Text("signal", &s.signal, form.Label("Name of the signal", "Nome do sinal")).Required().Example("pix-{{ trigger.body.id }}"),
		form.JSON("data", &s.data, form.Label("Data", "Dados")),
		form.Duration("keep", &s.keep, form.Label("Keep for", "Guardar por")).Default("24h").
			Help(form.Label("For waits that begin later; 0s is only for those that are there already", "Para esperas que comecem depois; 0s é só para as que já existem")))
}

func (s *signalStep) control(_ context.Context, _ *walker, _ *node, _ *frame, rec *record) (Output, verdict, error) {
	data, err := json.Marshal(s.data)
	if err != nil {
		return nil, next, Permanent(err)
	}
	rec.with(func(c *store.Commit) {
		c.Signals = append(c.Signals, store.Signal{Name: s.signal, Data: data, Keep: s.keep})
	})
	return map[string]any{"signal": s.signal}, next, nil
}

type respondStep struct {
	noticed
	status   int
	headers  map[string]any
	text     string
	redirect string
	body     any
}

func (s *respondStep) Fields() form.Fields {
	return form.Of(
		form.LongText("text", &s.text, form.Label("Text", "Texto")).OneOf("answer").Example("{{ trigger.body.name }}: ok!").
			Help(form.Label("What the visitor of a form reads", "O que o visitante de um formulário lê")),
		form.URL("redirect", &s.redirect, form.Label("Go to a page", "Ir para uma página")).OneOf("answer").Example("https://example.com/thank-you").
			Help(form.Label("Sends the visitor of a form on to this address (303)", "Leva o visitante de um formulário a este endereço (303)")),
		form.JSON("body", &s.body, form.Label("JSON", "JSON")).OneOf("answer"),
		form.Int("status", &s.status, form.Label("Status", "Status")).Default(200).Min(200).Max(599).Advanced(),
		form.Map("headers", &s.headers, form.Label("Headers", "Cabeçalhos")).Advanced())
}

func (s *respondStep) control(_ context.Context, w *walker, _ *node, _ *frame, rec *record) (Output, verdict, error) {
	a := &Answer{Status: s.status, Body: s.body, Headers: map[string]string{}}
	if s.text != "" {
		a.Body = s.text
	}
	output := map[string]any{"status": a.Status, "body": a.Body}
	if s.redirect != "" {
		if a.Status < 300 || a.Status > 399 {
			a.Status = 303
		}
		a.Headers["Location"] = s.redirect
		output = map[string]any{"status": a.Status, "redirect": s.redirect}
	}
	for name, value := range s.headers {
		text, ok := form.Scalar(value)
		if !ok {
			return nil, next, Faultf("bad_input", "header %s must be a text", name)
		}
		if value != nil {
			a.Headers[name] = text
		}
	}
	data, err := json.Marshal(a)
	if err != nil {
		return nil, next, Permanent(err)
	}
	if len(data) > expression.MaxOutput { // nothing is answered that cannot be kept
		return nil, next, Faultf("too_big", "the answer is over 1 MiB and was not sent")
	}
	if w.answers(a) {
		rec.with(func(c *store.Commit) { c.Answer = data })
	}
	return output, next, nil
}

type stopStep struct {
	inner
	as, message string
}

func (s *stopStep) Fields() form.Fields {
	return form.Of(
		form.Select("as", &s.as, form.Label("As", "Como"),
			form.Option("succeeded", form.Label("succeeded", "concluída")), form.Option("failed", form.Label("failed", "falhou"))).Default("succeeded"),
		form.Text("message", &s.message, form.Label("Message", "Mensagem")))
}

func (s *stopStep) control(_ context.Context, w *walker, _ *node, _ *frame, rec *record) (Output, verdict, error) {
	if w.seek != nil {
		return nil, next, nil
	}
	message := hideTokens(s.message)
	rec.Status, rec.Ended, rec.Reason = stepSucceeded, w.hands.now(), message
	end := &store.End{Status: store.Succeeded, Reason: message}
	if s.as == "failed" {
		if message == "" {
			message = fmt.Sprintf("the step %s ends the run as failed", rec.Path)
		}
		end = &store.End{Status: store.Failed, Reason: message, Error: store.RunError{Code: "stopped", Message: message, Step: rec.Path}}
	}
	w.finish(end)
	return nil, ended, nil
}
