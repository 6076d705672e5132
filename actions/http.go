package actions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"gancho/engine"
	"gancho/engine/expression"
	"gancho/engine/form"
)

func httpRequestAction(out *Outbound) engine.Action {
	return engine.Action{
		Kind:    "http.request",
		Title:   form.Label("HTTP request", "Requisição HTTP"),
		Summary: form.Label("Calls any HTTP API", "Chama qualquer API HTTP"),
		Words:   form.Label("api rest webhook call post get curl fetch", "api rest webhook chamar enviar buscar curl"),
		Group:   "http",
		New:     func() engine.Doer { return &httpRequest{out: out} },
		Effect:  true, Optional: true,
		Connection: []string{"http_header", "http_bearer", "http_basic", "http_query", "oauth2", "hmac"},
		Sample:     map[string]any{"status": 200, "headers": map[string]any{"content-type": "application/json"}, "body": map[string]any{}},
	}
}

type httpRequest struct {
	out *Outbound

	method, url       string
	query, headers    map[string]any
	json              any
	form              map[string]any
	text              string
	multipart         []any
	hasJSON, hasText  bool
	success, response string
	follow            int
	hasFollow         bool
	paginate          map[string]any
	maxResponse       int
	idempotency       bool
	repeatable, asked bool
	pages             *pages
}

var methods = []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}

var methodChoices = func() (choices []form.Choice) {
	for _, m := range methods {
		choices = append(choices, form.Option(m, form.Label(m, m)))
	}
	return choices
}()

func (h *httpRequest) Fields() form.Fields {
	return form.Of(
		form.Select("method", &h.method, form.Label("Method", "Método"), methodChoices...).Default("GET"),
		form.URL("url", &h.url, form.Label("URL", "URL")).Required().Example("https://api.example.com/orders/{{ trigger.body.id }}"),
		form.Map("query", &h.query, form.Label("Query", "Parâmetros da URL")).
			Help(form.Label("Added to the address; a list repeats the name.", "Vão no endereço; uma lista repete o nome.")),
		form.Map("headers", &h.headers, form.Label("Headers", "Cabeçalhos")),
		form.JSON("json", &h.json, form.Label("JSON body", "Corpo JSON")).OneOf("body").Given(&h.hasJSON),
		form.Map("form", &h.form, form.Label("Form body", "Corpo de formulário")).OneOf("body").
			Help(form.Label("Sent as application/x-www-form-urlencoded; nested members are written with brackets.", "Enviado como application/x-www-form-urlencoded; campos aninhados usam colchetes.")),
		form.LongText("text", &h.text, form.Label("Text body", "Corpo de texto")).OneOf("body").Given(&h.hasText),
		form.List("multipart", &h.multipart, form.Label("Multipart body", "Corpo multipart")).OneOf("body").
			Each(form.Text("name", new(string), form.Label("Name of the field", "Nome do campo")).Required(), asText(), contents(),
				form.Text("file", new(string), form.Label("Name of the file", "Nome do arquivo")).Example("nota.pdf").
					Help(form.Label("Only of a file.", "Só de um arquivo.")).Advanced(), contentType()),
		form.Condition("success", &h.success, form.Label("Success when", "Sucesso quando")).Advanced().Example("response.status == 200 && response.body.ok").
			Help(form.Label("Asked of response; without it every 2xx is a success.", "Avaliado sobre response; sem isto, todo 2xx é sucesso.")),
		form.Select("response", &h.response, form.Label("Read the answer as", "Ler a resposta como"),
			form.Option("auto", form.Label("What it says it is", "O que ela diz ser")), form.Option("json", form.Label("JSON", "JSON")),
			form.Option("text", form.Label("Text", "Texto")), form.Option("bytes", form.Label("Bytes (base64)", "Bytes (base64)"))).Default("auto").Advanced(),
		form.Int("follow", &h.follow, form.Label("Follow redirects", "Seguir redirecionamentos")).Min(0).Max(10).Given(&h.hasFollow).Advanced().
			Help(form.Label("How many. Without it 3, and none for POST, PUT, PATCH and what has a body.", "Quantos. Sem isto 3, e nenhum para POST, PUT, PATCH e o que tem corpo.")),
		form.Map("paginate", &h.paginate, form.Label("Pages", "Páginas")).Literal().Advanced().
			Help(form.Label("{next, items, max_pages}: next is an expression that gives the address of the next page, items one that gives the list of a page.",
				"{next, items, max_pages}: next é uma expressão que dá o endereço da próxima página, items uma que dá a lista da página.")),
		form.Int("max_response", &h.maxResponse, form.Label("Largest answer (bytes)", "Maior resposta (bytes)")).Min(1).Max(10<<20).Default(1<<20).Advanced().
			Help(form.Label("Of a request that changes something, a longer answer is left out and the step goes on.", "De uma requisição que altera algo, uma resposta maior é deixada de fora e o passo continua.")),
		form.Bool("idempotency_key", &h.idempotency, form.Label("Send an idempotency key", "Enviar chave de idempotência")).Default(true).Advanced().
			Help(form.Label("The same Idempotency-Key for each attempt of this step.", "A mesma Idempotency-Key em cada tentativa deste passo.")),
		form.Bool("repeatable", &h.repeatable, form.Label("Safe to repeat", "Pode repetir")).Given(&h.asked).Advanced().
			Help(form.Label("Sending it twice does what sending it once does. Without it true for GET, HEAD, PUT and DELETE.", "Enviar duas vezes faz o mesmo que enviar uma. Sem isto, verdadeiro para GET, HEAD, PUT e DELETE.")),
	)
}

// Reset leaves nothing of a former request.
func (h *httpRequest) Reset() { *h = httpRequest{out: h.out} }

// Do sends the request. Network errors, 408, 425, 429 and 5xx are tried again.
func (h *httpRequest) Do(ctx context.Context, call *engine.Call) (engine.Output, error) {
	if err := h.open(); err != nil {
		return nil, err
	}
	x, err := h.exchange(ctx, call)
	if err != nil {
		return nil, err
	}
	output, err := h.page(ctx, call, x)
	if err != nil || h.pages == nil {
		return h.kept(call, x, output, err)
	}
	all, err := h.turn(ctx, call, x, output)
	return h.kept(call, x, all, err)
}

// mostKept is what an answer may take in a run whose max_response was raised: as JSON it is longer
// than it came.
const mostKept = 15 << 20

// kept holds an output to what a step may yield. The effect of a request counts more than its
// answer: one that is too long for that is left out.
func (h *httpRequest) kept(call *engine.Call, x *exchange, output map[string]any, err error) (engine.Output, error) {
	if err != nil {
		return nil, err
	}
	most := expression.MaxOutput
	if h.maxResponse > most {
		most = min(2*h.maxResponse, mostKept)
	}
	if _, err := expression.NormalizeTo(output, most); errors.Is(err, expression.ErrTooBig) {
		said := fmt.Sprintf("the answer with its headers, written as JSON, is larger than the %d bytes that a step may yield", most)
		if h.reads() {
			return nil, tooLong(said, output["status"].(int))
		}
		leaveOut(call, said, output)
	}
	if most > expression.MaxOutput {
		return engine.Large{Value: output, Most: most}, nil
	}
	return output, nil
}

// reads says that the answer is all that a request is for.
func (h *httpRequest) reads() bool {
	return slices.Contains([]string{"GET", "HEAD", "OPTIONS"}, h.method)
}

func longer(x *exchange) string { return fmt.Sprintf("the answer is larger than %d bytes", x.limit) }

func leaveOut(call *engine.Call, why string, output map[string]any) {
	output["body"] = nil
	if call.Log != nil {
		call.Log(why + " and was left out")
	}
}

func tooLong(message string, status int) *engine.Fault {
	return &engine.Fault{
		Code: "response_too_big", Message: message, Status: status, Permanent: true,
		Hint: form.Label("raise max_response (10485760 at most), or ask for less", "aumente max_response (no máximo 10485760), ou peça menos"),
	}
}

// Request is what Do would send, without its secrets.
func (h *httpRequest) Request(ctx context.Context, call *engine.Call) (any, error) {
	if err := h.open(); err != nil {
		return nil, err
	}
	bare := *call
	bare.Connection = nil
	x, err := h.exchange(ctx, &bare)
	if err != nil {
		return nil, err
	}
	if err := veil(ctx, h.out, x, call); err != nil {
		return nil, err
	}
	return h.out.simulated(x, call.Connection), nil
}

func (h *httpRequest) open() (err error) {
	if h.pages, err = readPages(h.paginate); err != nil || h.pages == nil {
		return err
	}
	for _, e := range h.pages.expressions() {
		if _, err := expression.Compile(e[1]); err != nil {
			return engine.Permanent(fmt.Errorf("paginate.%s: %w", e[0], err))
		}
	}
	return nil
}

// Check finds what each run would fail with, and secrets that are written out.
func (h *httpRequest) Check(with map[string]any) []form.Problem {
	f := &fixed{with: with}
	f.address("url")
	f.headers(headerText)
	f.members("query", func(name string, value any) {
		if !form.Holds(value) {
			_, err := queryTexts(name, value)
			f.refuse(err, "query", name)
		}
	})
	f.elements("multipart", func(i int, value any) {
		f.refuse(writePart(multipart.NewWriter(io.Discard), i, written(value)), "multipart", strconv.Itoa(i))
	})
	paginate, _ := with["paginate"].(map[string]any)
	p, err := readPages(paginate)
	f.refuse(err, "paginate")
	for _, e := range p.expressions() {
		_, err := expression.Compile(e[1])
		f.refuse(err, "paginate", e[0])
	}
	return f.problems
}

// exchange is the request of the first page.
func (h *httpRequest) exchange(ctx context.Context, call *engine.Call) (*exchange, error) {
	u, err := readAddress(h.url)
	if err != nil {
		return nil, err
	}
	if err := addQuery(u, h.query); err != nil {
		return nil, err
	}
	x := &exchange{method: h.method, url: u, header: http.Header{}, limit: int64(h.maxResponse), once: call.AtMostOnce && !h.repeats()}
	if err := h.body(x); err != nil {
		return nil, err
	}
	if x.body == nil && !slices.Contains([]string{"POST", "PUT", "PATCH"}, h.method) {
		x.follow = 3
	}
	if h.hasFollow {
		x.follow = h.follow
	}
	if err := addHeaders(x.header, h.headers); err != nil {
		return nil, err
	}
	if h.idempotency && x.header.Get("Idempotency-Key") == "" {
		x.header.Set("Idempotency-Key", call.Key)
	}
	return x, authorize(ctx, h.out, x, call)
}

func (h *httpRequest) repeats() bool {
	if h.asked {
		return h.repeatable
	}
	return slices.Contains([]string{"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}, h.method)
}

// texts are a value that may stand once, or in a list several times.
func texts(value any) ([]string, bool) {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	texts := make([]string, len(list))
	for i, element := range list {
		if texts[i], ok = form.Scalar(element); !ok {
			return nil, false
		}
	}
	return texts, true
}

func queryTexts(name string, value any) ([]string, error) {
	list, ok := texts(value)
	if !ok {
		return nil, engine.Faultf("bad_input", "query %s must be a text, a number or a list of them", name)
	}
	return list, nil
}

func addQuery(u *url.URL, query map[string]any) error {
	if len(query) == 0 {
		return nil
	}
	values := u.Query()
	for name, value := range query {
		list, err := queryTexts(name, value)
		if err != nil {
			return err
		}
		values[name] = append(values[name], list...)
	}
	u.RawQuery = values.Encode()
	return nil
}

func addHeaders(header http.Header, values map[string]any) error {
	for name, value := range values {
		text, err := headerText(name, value)
		if err != nil {
			return err
		}
		header.Set(name, text)
	}
	return nil
}

// headerText refuses what would write a second header or answer for the transport.
func headerText(name string, value any) (string, error) {
	text, ok := form.Scalar(value)
	if !ok {
		return "", engine.Faultf("bad_input", "header %s must be a text", name)
	}
	if !validHeader(name, text) {
		return "", engine.Faultf("bad_input", "header %q has a name or value that cannot be sent", name)
	}
	switch http.CanonicalHeaderKey(name) {
	case "Host", "Content-Length", "Transfer-Encoding", "Connection":
		return "", engine.Faultf("bad_input", "header %s is set by the sender and cannot be given", name)
	}
	return text, nil
}

func validHeader(name, value string) bool {
	if name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`()<>@,;:\"/[]?={}`, r) }) {
		return false
	}
	return !strings.ContainsFunc(value, func(r rune) bool { return r != '\t' && (r < ' ' || r == 0x7f) })
}

// page sends one request and judges its answer.
func (h *httpRequest) page(ctx context.Context, call *engine.Call, x *exchange) (map[string]any, error) {
	call.Sent(func() any { return show(x, call.Connection) })
	r, err := h.out.do(ctx, x)
	if err == nil && r.status == http.StatusUnauthorized && call.Connection != nil && call.Connection.Kind == "oauth2" {
		r, err = h.out.again(ctx, x, call.Connection)
	}
	if err != nil {
		return nil, h.unanswered(call, err)
	}
	redact := guarding(x, call.Connection)
	output := map[string]any{"status": r.status, "headers": redact.value(firsts(r.header)), "body": nil}
	fine := r.status >= 200 && r.status < 300
	if r.cut && (h.reads() || fine && h.success != "") {
		return nil, tooLong(longer(x), r.status)
	}
	if r.cut && fine {
		leaveOut(call, longer(x), output)
		return output, nil
	}
	body, parseErr := readBody(h.response, r)
	output["body"] = redact.value(body)
	ok := fine
	if h.success != "" {
		answer, err := call.Eval(ctx, h.success, map[string]any{"response": output})
		if err != nil {
			return nil, engine.Permanent(fmt.Errorf("success: %w", err))
		}
		ok = answer == true
	}
	if ok && parseErr != nil {
		return nil, &engine.Fault{Code: "bad_answer", Message: redact.text(parseErr.Error()), Status: r.status, Permanent: true, Response: redact.value(excerpt(r))}
	}
	if !ok {
		f := h.refused(call, r, redact.text(saidBy(body)))
		f.Response = redact.value(excerpt(r))
		return nil, f
	}
	return output, nil
}

// unanswered decides about a request that got no answer.
func (h *httpRequest) unanswered(call *engine.Call, err error) error {
	var s sent
	if !errors.As(err, &s) {
		return err
	}
	if call.AtMostOnce && !h.repeats() {
		return engine.Maybe(s.error)
	}
	return s.error
}

// saidBy finds in an answer the words with which a service says what is wrong; none in a page
// that is made to be looked at.
func saidBy(body any) string {
	if text, ok := body.(string); ok {
		value, err := expression.Decode([]byte(text)) // some do not say that it is JSON
		if err != nil && !strings.Contains(text, "<") {
			return errorLine(text)
		}
		body = value
	}
	m, ok := body.(map[string]any)
	if !ok {
		return ""
	}
	for _, name := range []string{"message", "error_description", "detail", "description", "mensagem", "error", "errors", "erro", "title"} {
		if text := errorLine(m[name]); text != "" {
			return text
		}
	}
	return ""
}

// refused decides about an answer that is no success, with what the service said.
func (h *httpRequest) refused(call *engine.Call, r *reply, said string) *engine.Fault {
	f := &engine.Fault{Code: fmt.Sprintf("http_%d", r.status), Status: r.status, Message: fmt.Sprintf("%s answered %d %s", hostOf(h.url), r.status, http.StatusText(r.status))}
	if said != "" {
		f.Message = fmt.Sprintf("%s answered %d: %s", hostOf(h.url), r.status, said)
	}
	switch {
	case r.status < 300:
		f.Code, f.Message, f.Permanent = "not_success", fmt.Sprintf("%s answered %d, but the condition of success is not true", hostOf(h.url), r.status), true
	case r.status == 408, r.status == 425, r.status == 429, r.status >= 500:
		f.After = retryAfter(r.header, time.Now())
		f.Maybe = r.status != 429 && r.status != 425 && call.AtMostOnce && !h.repeats()
	case r.status == 401 && call.Connection != nil && call.Connection.Kind == "oauth2":
		f.Broken, f.Hint = true, form.Label("open the connection and sign in again", "abra a conexão e entre na conta de novo")
	case r.status == 401 && call.Connection != nil:
		f.Permanent = true
		f.Hint = form.Label("check the connection's secret", "confira o segredo da conexão")
	default:
		f.Permanent = true
	}
	return f
}

// retryAfter reads Retry-After (seconds or a date, RFC 9110 10.2.3) and RateLimit-Reset
// (seconds left, or epoch seconds). 0 when nothing is told; at most a day.
func retryAfter(header http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(header.Get("Retry-After"))
	if text == "" {
		text = strings.TrimSpace(header.Get("RateLimit-Reset"))
	}
	if text == "" {
		text = strings.TrimSpace(header.Get("X-RateLimit-Reset"))
	}
	var d time.Duration
	if n, err := json.Number(text).Float64(); err == nil && n > 0 {
		if d = time.Duration(min(n, 1e10) * float64(time.Second)); n >= 1e9 {
			d = time.Unix(int64(min(n, 1e12)), 0).Sub(now)
		}
	} else if at, err := http.ParseTime(text); err == nil {
		d = at.Sub(now)
	}
	return max(0, min(d, 24*time.Hour))
}

// body renders the request's body.
func (h *httpRequest) body(x *exchange) error {
	var contentType string
	var err error
	switch {
	case h.hasJSON:
		contentType = "application/json; charset=utf-8"
		x.body, err = encodeJSON(h.json)
	case h.form != nil:
		contentType = "application/x-www-form-urlencoded"
		x.body, err = encodeForm(h.form)
	case h.hasText:
		contentType = "text/plain; charset=utf-8"
		x.body = []byte(h.text)
	case h.multipart != nil:
		x.body, contentType, err = encodeMultipart(h.multipart)
	default:
		return nil
	}
	if err != nil {
		return err
	}
	if h.method == http.MethodGet || h.method == http.MethodHead {
		return engine.Faultf("bad_input", "a %s request has no body; use POST, PUT or PATCH", h.method)
	}
	x.header.Set("Content-Type", contentType)
	return nil
}

func encodeJSON(value any) ([]byte, error) {
	data, err := expression.AppendJSON(nil, value)
	if err != nil {
		return nil, engine.Faultf("bad_input", "the body cannot be written as JSON: %v", err)
	}
	return data, nil
}
