package form

import (
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Mode says how the text of a field is read in a flow.
type Mode int

// The modes of a field.
const (
	ModeTemplate   Mode = iota // text with {{ }} holes
	ModeExpression             // one expression
	ModeLiteral                // as it is
)

// Choice is one option of a Select.
type Choice struct {
	Value string `json:"value" doc:"what is stored"`
	Label Words  `json:"label" doc:"what people read"`
}

// Option makes a Choice.
func Option(value string, label Words) Choice { return Choice{value, label} }

// Field is one setting, bound to a variable.
type Field struct {
	id          string
	kind        string
	label       Words
	help        Words
	example     string
	placeholder string
	day         bool   // a date without a time
	decimals    int    // digits after the point that a number is shown with
	sms         bool   // a text that is sent as SMS
	each        Fields // the members of each element of a list
	required    bool
	blank       bool // a template may give it an empty text
	advanced    bool
	mode        Mode
	def         any
	min, max    *float64
	pattern     *regexp.Regexp
	options     []Choice
	showIf      string
	group       string // at most one field of a group may be set
	among       string // at least one field of these must be set
	inner       Fields // the members of a group
	lender      string // the field of the step's connection that stands in for it
	lent        Words  // what people call that field
	custom      bool
	addresses   bool     // holds e-mail addresses
	list        bool     // an expression that must give a list
	lasting     *Words   // a duration in which something can be done, and what to do instead of saying none
	live        []string // fields that must be filled in before the options can be read; nil where they are fixed

	given *bool // whether a value was bound that is no default

	bind  func(value any) error // sets the variable; value is never nil
	clear func()
	typ   map[string]any // JSON Schema of a finished value
}

// Fields are the settings of one thing, in the order in which a form shows them.
type Fields []*Field

// Of lists fields.
func Of(fields ...*Field) Fields { return fields }

// ID is the field's name in documents; it never changes.
func (f *Field) ID() string { return f.id }

// Kind is the widget that draws the field.
func (f *Field) Kind() string { return f.kind }

// Whole says that it takes whole numbers only.
func (f *Field) Whole() bool { return f.typ["type"] == "integer" }

// Mode says how its text is read in a flow.
func (f *Field) Mode() Mode { return f.mode }

// Label is the field's name for people.
func (f *Field) Label() Words { return f.label }

// Required says that the field must be set.
func (f *Field) Required() *Field { f.required = true; return f }

// Blank says that an empty text, or nothing, is a value where a template gave it, as a form does
// that was left blank. Written out, an empty text is as good as none.
func (f *Field) Blank() *Field { f.blank = true; return f }

// Default is the value of a field that is not set.
func (f *Field) Default(value any) *Field { f.def = value; return f }

// Min is the least number, or the least length of a text or list.
func (f *Field) Min(n float64) *Field { f.min = &n; return f }

// Max is the greatest number, or the greatest length of a text or list.
func (f *Field) Max(n float64) *Field { f.max = &n; return f }

// Pattern is a regular expression that a text must match.
func (f *Field) Pattern(re string) *Field { f.pattern = regexp.MustCompile(re); return f }

// Help explains the field.
func (f *Field) Help(help Words) *Field { f.help = help; return f }

// Example is shown beside the field and in the documentation.
func (f *Field) Example(example string) *Field { f.example = example; return f }

// Placeholder is shown in the empty field.
func (f *Field) Placeholder(text string) *Field { f.placeholder = text; return f }

// Day says that a date is a day of the calendar, such as 2026-12-31; without it a date is a moment.
func (f *Field) Day() *Field { f.day = true; return f }

// Decimals says with how many digits after the point a number is shown, as amounts of money are.
func (f *Field) Decimals(n int) *Field { f.decimals = n; return f }

// SMS says that a text is sent as SMS, of which it may need several.
func (f *Field) SMS() *Field { f.sms = true; return f }

// Each describes the elements of a list that are objects. Who reads the list checks them.
func (f *Field) Each(members ...*Field) *Field { f.each = members; return f }

// Advanced puts the field under "More".
func (f *Field) Advanced() *Field { f.advanced = true; return f }

// Literal says that the field takes no template.
func (f *Field) Literal() *Field { f.mode = ModeLiteral; return f }

// ShowIf is an expression over the other fields; the editor hides the field unless it is true.
func (f *Field) ShowIf(expression string) *Field { f.showIf = expression; return f }

// OneOf puts the field into a group of which at most one may be set; with Required, one must be.
func (f *Field) OneOf(group string) *Field { f.group = group; return f }

// AnyOf puts the field among some of which at least one must be set; they may be set together.
func (f *Field) AnyOf(among string) *Field { f.among = among; return f }

// OrConnection says that the field must be set, here or in the step's connection: as its field of that id, which people
// know by the label.
func (f *Field) OrConnection(id string, label Words) *Field {
	f.lender, f.lent = id, label
	return f
}

// Given tells a variable whether Fill found a value, for fields whose default is decided later.
func (f *Field) Given(into *bool) *Field { f.given = into; return f }

// Options are the choices of a Select.
func (f *Field) Options(options ...Choice) *Field { f.options = options; return f }

// Custom says that a Select also takes other values.
func (f *Field) Custom() *Field { f.custom = true; return f }

// Live says that the options are read from the provider once these other fields are filled
// in; any value is taken.
func (f *Field) Live(needs ...string) *Field {
	f.live, f.custom = append([]string{}, needs...), true
	return f
}

// Addresses says that a text, or each of a list, holds e-mail addresses: a document with
// another is warned of.
func (f *Field) Addresses() *Field { f.addresses = true; return f }

// List says that an expression must give a list.
func (f *Field) List() *Field { f.list = true; return f }

// Lasting refuses a duration of no time; instead says what whoever wrote it may have meant.
func (f *Field) Lasting(instead Words) *Field { f.lasting = &instead; return f }

// AddOption adds a choice.
func (f *Field) AddOption(o Choice) { f.options = append(f.options, o) }

// Find gives the field of that ID, or nil.
func (fs Fields) Find(id string) *Field {
	for _, f := range fs {
		if f.id == id {
			return f
		}
	}
	return nil
}

// Fill binds finished values: every variable is first reset to its default. All problems are
// given at once, each with the path "/<id>".
func (fs Fields) Fill(values map[string]any) []Problem {
	problems := fs.unknown(values)
	for _, f := range fs {
		f.clear()
		value, set := values[f.id]
		if f.given != nil {
			*f.given = false
		}
		if set && f.blank && (value == nil || value == "") {
			problems = append(problems, f.leaveBlank(value)...)
			continue
		}
		if !set || f.empty(value) {
			if f.def != nil {
				if err := f.bind(f.def); err != nil {
					panic(fmt.Sprintf("default of field %s: %v", f.id, err))
				}
			} else if f.required && f.group == "" {
				problems = append(problems, f.problem("required", Label("is required", "é obrigatório")))
			}
			continue
		}
		if err := f.check(value); err != nil {
			problems = append(problems, *err)
			continue
		}
		problems = append(problems, f.within(value, Fields.Fill)...)
		if err := f.bind(value); err != nil {
			problems = append(problems, f.wrong(err))
		} else if f.given != nil {
			*f.given = true
		}
	}
	return append(problems, fs.groups(values)...)
}

// leaveBlank binds what a template left empty; nothing is what the variable holds already.
func (f *Field) leaveBlank(value any) []Problem {
	if value != nil {
		if err := f.bind(value); err != nil {
			return []Problem{f.wrong(err)}
		}
	}
	if f.given != nil {
		*f.given = true
	}
	return nil
}

// Check finds what is wrong with values as a document holds them: texts with {{ }} are left
// out of checks of type and format. It binds nothing that callers may use.
func (fs Fields) Check(values map[string]any) []Problem {
	problems := fs.unknown(values)
	for _, f := range fs {
		value, set := values[f.id]
		if !set || f.empty(value) {
			if f.required && f.def == nil && f.group == "" {
				problems = append(problems, f.problem("required", Label("is required", "é obrigatório")))
			}
			continue
		}
		problems = append(problems, f.within(value, Fields.Check)...)
		if f.addresses && !addressed(value) {
			p := f.problem("no_address", Label("this is not an e-mail address", "isto não é um endereço de e-mail"))
			p.Severity = Warning
			problems = append(problems, p)
		}
		if f.mode == ModeTemplate && Holds(value) {
			continue
		}
		if err := f.check(value); err != nil {
			problems = append(problems, *err)
		} else if err := f.bind(value); err != nil {
			problems = append(problems, f.wrong(err))
		}
	}
	return append(problems, fs.groups(values)...)
}

// empty says that a value is as good as none: a list that must hold something holds nothing.
func (f *Field) empty(value any) bool {
	list, isList := value.([]any)
	return value == nil || value == "" || isList && len(list) == 0 && f.required && f.kind == "list"
}

// addressed says that all of a value that is written out is e-mail addresses.
func addressed(value any) bool {
	switch v := value.(type) {
	case string:
		_, err := mail.ParseAddressList(v)
		return err == nil || strings.Contains(v, "{{")
	case []any:
		return !slices.ContainsFunc(v, func(element any) bool { return element != "" && !addressed(element) })
	}
	return true
}

// within asks the members of a group, and says in their paths where they stand.
func (f *Field) within(value any, ask func(Fields, map[string]any) []Problem) []Problem {
	members, ok := value.(map[string]any)
	if !ok || f.inner == nil {
		return nil
	}
	problems := ask(f.inner, members)
	for i := range problems {
		p := &problems[i]
		p.Path = "/" + Escape(f.id) + p.Path
		if p.Code == "unknown_member" && p.Hint.IsZero() {
			names := strings.Join(f.inner.ids(), ", ")
			p.Hint = Label(fmt.Sprintf("%s takes %s", f.id, names), fmt.Sprintf("%s aceita %s", f.id, names))
		}
	}
	return problems
}

// Holds says whether a value is, or has inside, a text with a hole.
func Holds(value any) bool {
	switch v := value.(type) {
	case string:
		return strings.Contains(v, "{{")
	case map[string]any:
		for _, member := range v {
			if Holds(member) {
				return true
			}
		}
	case []any:
		for _, element := range v {
			if Holds(element) {
				return true
			}
		}
	}
	return false
}

func (fs Fields) unknown(values map[string]any) []Problem {
	var problems []Problem
	for id := range values {
		if fs.Find(id) != nil {
			continue
		}
		p := Problem{Severity: Error, Path: "/" + Escape(id), Code: "unknown_member", Message: Label(
			fmt.Sprintf("there is no field %q here", id), fmt.Sprintf("não existe o campo %q aqui", id))}
		if near := Nearest(id, fs.ids()); near != "" {
			p.Hint = Label(fmt.Sprintf("did you mean %q?", near), fmt.Sprintf("você quis dizer %q?", near))
		}
		problems = append(problems, p)
	}
	return problems
}

func (fs Fields) ids() []string {
	ids := make([]string, len(fs))
	for i, f := range fs {
		ids[i] = f.id
	}
	return ids
}

func (fs Fields) groups(values map[string]any) []Problem {
	var problems []Problem
	first := map[string]string{}
	for _, f := range fs {
		if value := values[f.id]; f.group == "" || value == nil || value == "" {
			continue
		}
		if other, taken := first[f.group]; taken {
			problems = append(problems, f.problem("one_of", Label("cannot be set together with "+other, "não pode ser usado junto com "+other)))
			continue
		}
		first[f.group] = f.id
	}
	for _, f := range fs {
		if _, taken := first[f.group]; f.group == "" || !f.required || taken {
			continue
		}
		first[f.group] = f.id
		problems = append(problems, f.problem("required", Label("is required", "é obrigatório")))
	}
	return append(problems, fs.oneAmong(values)...)
}

// oneAmong asks that something is set among the fields of which any is enough. The first one
// stands for all.
func (fs Fields) oneAmong(values map[string]any) []Problem {
	var problems []Problem
	asked := map[string]bool{"": true}
	for _, f := range fs {
		if asked[f.among] {
			continue
		}
		asked[f.among] = true
		all := slices.DeleteFunc(slices.Clone(fs), func(other *Field) bool { return other.among != f.among })
		if slices.ContainsFunc(all, func(f *Field) bool { return values[f.id] != nil && values[f.id] != "" }) {
			continue
		}
		p := f.problem("required", Label("is required", "é obrigatório"))
		p.Hint = Label("fill in "+all.named("en", " or "), "preencha "+all.named("pt-BR", " ou "))
		problems = append(problems, p)
	}
	return problems
}

// Lacking finds the fields that neither the values have nor the connection of that name, which holds those fields that it
// says.
func (fs Fields) Lacking(values map[string]any, connection string, holds func(field string) bool) []Problem {
	var problems []Problem
	for _, f := range fs {
		if f.lender == "" || !f.empty(values[f.id]) || holds(f.lender) {
			continue
		}
		p := f.problem("required", Label(fmt.Sprintf("neither the step nor the connection %q has it", connection), fmt.Sprintf("nem o passo nem a conexão %q tem isto", connection)))
		p.Hint = Label(fmt.Sprintf("put it into “%s” of the connection, or fill in “%s” in the step", f.lent.EN, f.label.EN),
			fmt.Sprintf("ponha em “%s” da conexão, ou preencha “%s” no passo", f.lent.PT, f.label.PT))
		problems = append(problems, p)
	}
	return problems
}

// named lists labels for people: “A”, “B” or “C”.
func (fs Fields) named(lang, last string) string {
	var b strings.Builder
	for i, f := range fs {
		switch i {
		case 0:
		case len(fs) - 1:
			b.WriteString(last)
		default:
			b.WriteString(", ")
		}
		b.WriteString("“" + f.label.In(lang) + "”")
	}
	return b.String()
}

func (f *Field) problem(code string, message Words) Problem {
	return Problem{Severity: Error, Path: "/" + Escape(f.id), Code: code, Message: message}
}

// mismatch is a value of the wrong type, in both languages.
type mismatch Words

func (m mismatch) Error() string { return m.EN }

func (f *Field) wrong(err error) Problem {
	if m, ok := err.(mismatch); ok {
		return f.problem("wrong_type", Words(m))
	}
	return f.problem("bad_value", Label(err.Error(), err.Error()))
}

// check tests limits, pattern and options.
func (f *Field) check(value any) *Problem {
	if text, ok := value.(string); ok {
		if f.lasting != nil && lastsNoTime(text) {
			p := f.problem("out_of_range", Label("must be longer than 0s", "deve ser maior que 0s"))
			p.Hint = *f.lasting
			return &p
		}
		if f.pattern != nil && !f.pattern.MatchString(text) {
			p := f.problem("pattern", Label("does not have the form that is expected", "não tem o formato esperado"))
			return &p
		}
	}
	if len(f.options) > 0 && !f.custom && !f.offers(value) {
		p := f.problem("not_an_option", Label("must be one of "+f.choices(), "deve ser um destes: "+f.choices()))
		return &p
	}
	if _, many := value.([]any); (f.kind == "list" || f.kind == "multiselect") && !many {
		value = []any{value}
	}
	if f.kind == "number" {
		n, err := number(value)
		if err != nil {
			return nil // the field says so itself
		}
		value = n
	}
	size, what := measure(value)
	if f.min != nil && !what.IsZero() && size < *f.min {
		p := f.problem("too_small", Label(fmt.Sprintf("%s must be at least %s", what.EN, plainly(*f.min)), fmt.Sprintf("%s deve ser no mínimo %s", what.PT, plainly(*f.min))))
		return &p
	}
	if f.max != nil && !what.IsZero() && size > *f.max {
		p := f.problem("too_big", Label(fmt.Sprintf("%s must be at most %s", what.EN, plainly(*f.max)), fmt.Sprintf("%s deve ser no máximo %s", what.PT, plainly(*f.max))))
		return &p
	}
	return nil
}

func lastsNoTime(text string) bool {
	d, err := ParseDuration(text)
	return err == nil && d == 0
}

// plainly writes a number without an exponent.
func plainly(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

func measure(value any) (float64, Words) {
	switch v := value.(type) {
	case int:
		return float64(v), Label("the number", "o número")
	case float64:
		return v, Label("the number", "o número")
	case string:
		return float64(len([]rune(v))), Label("the length", "o tamanho")
	case []any:
		return float64(len(v)), Label("the number of elements", "o número de itens")
	}
	return 0, Words{}
}

// offers says that a value, or all of a list, is among the options. What can be no option is told of as of a wrong type.
func (f *Field) offers(value any) bool {
	if list, ok := value.([]any); ok {
		return !slices.ContainsFunc(list, func(element any) bool { return !f.offers(element) })
	}
	text, ok := Scalar(value)
	return !ok || slices.ContainsFunc(f.options, func(o Choice) bool { return o.Value == text })
}

// Choice is what people read of one of its options; nothing for any other value.
func (f *Field) Choice(value string) Words {
	for _, o := range f.options {
		if o.Value == value {
			return o.Label
		}
	}
	return Words{}
}

func (f *Field) choices() string {
	values := make([]string, len(f.options))
	for i, o := range f.options {
		values[i] = o.Value
	}
	return strings.Join(values, ", ")
}

// Escape makes a name a part of a JSON pointer (RFC 6901).
func Escape(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// Nearest gives the name that was probably meant, or "": at most two letters differ, one for
// names up to four letters.
func Nearest(name string, among []string) string {
	most := 2
	switch n := len([]rune(name)); {
	case n < 2:
		return ""
	case n <= 4:
		most = 1
	}
	best, found := most+1, ""
	for _, other := range among {
		if longer := len(other) - len(name); longer > 4*most || longer < -4*most { // letters of up to four bytes
			continue
		}
		if d := distance([]rune(strings.ToLower(name)), []rune(strings.ToLower(other))); d < best {
			best, found = d, other
		}
	}
	return found
}

// distance of Damerau and Levenshtein, with neighbours exchanged as one change.
func distance(a, b []rune) int {
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	var older []int
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		older, before, row = before, row, make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(before[j]+1, row[j-1]+1, before[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
