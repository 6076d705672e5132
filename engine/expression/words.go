package expression

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"gancho/engine/form"
)

// libraryWords are what the parser's messages mean, by how they begin.
var libraryWords = []struct {
	begins        string
	message, hint form.Words
}{
	{"unexpected end of", endsEarly, form.Words{}},
	{"expected name", form.Label("a name is missing after the point", "falta um nome depois do ponto"), form.Words{}},
	{"literal not terminated", form.Label("a quote is not closed", "falta fechar as aspas"), form.Words{}},
	{"compilation failed: expression exceeds maximum allowed nodes", form.Label("the expression is too long; split it over several steps", "a expressão é longa demais; divida em vários passos"), form.Words{}},
	{"invalid integer literal", form.Label("the number is too big", "o número é grande demais"), form.Label("write it as a text, in quotes", "escreva como texto, entre aspas")},
	{"integer literal is too large", form.Label("the number is too big", "o número é grande demais"), form.Label("write it as a text, in quotes", "escreva como texto, entre aspas")},
	{"invalid ", form.Label("this is not written as the language has it", "isto não está escrito como na linguagem"), form.Words{}},
	{"bad number syntax", form.Label("this is not a number", "isto não é um número"), form.Words{}},
	{"Operator (", form.Label("?? and another operator need brackets between them", "?? e outro operador precisam de parênteses"), form.Label("write brackets around the part with ??, as in (x ?? 0) > 5", "ponha parênteses na parte com ??, como em (x ?? 0) > 5")},
	{"cannot use pointer accessor outside predicate", form.Label("# stands only inside of a loop", "# só existe dentro de uma repetição"), form.Label("as in map(list, #)", "como em map(lista, #)")},
	{"a map key must be", form.Label("the name of a member is a text in quotes", "o nome de um campo é um texto entre aspas"), form.Label(`as in {"name": value}`, `como em {"nome": valor}`)},
	{"expected at least", wrongCount, form.Words{}},
	{"not enough arguments", wrongCount, form.Words{}},
	{"too many arguments", wrongCount, form.Words{}},
	{"unable to unescape", form.Label("there is no such escape in a text", "este escape não existe em um texto"), form.Label(`write \\ for a backslash`, `escreva \\ para uma barra invertida`)},
	{"cannot redeclare", form.Label("this name is taken", "este nome já existe"), form.Label("choose another name after let", "escolha outro nome depois de let")},
	{"maximum recursion", form.Label("the expression is nested too deeply", "a expressão tem níveis demais"), form.Words{}},
}

var (
	endsEarly  = form.Label("the expression ends too early", "a expressão termina antes da hora")
	wrongCount = form.Label("a function is called with the wrong number of values", "uma função é chamada com o número errado de valores")

	tokenIn = regexp.MustCompile(`^unexpected token \w+\("((?:[^"\\]|\\.)*)"\)`)
	letter  = regexp.MustCompile(`^unrecognized character: U\+[0-9A-F]+ '(.+)'`)
)

// say puts the library's words into ours.
func (e *Error) say(message string, roots []string) {
	if name, ok := strings.CutPrefix(message, "unknown name "); ok {
		e.Code, e.Message = "unknown_name", form.Label("there is nothing called "+short(name), "não existe nada chamado "+short(name))
		e.suggest(name, nearName(name, roots))
		return
	}
	if strings.Contains(message, "token EOF") {
		e.Message = endsEarly
		return
	}
	for _, w := range libraryWords {
		if strings.HasPrefix(message, w.begins) {
			e.Message, e.Hint = w.message, w.hint
			return
		}
	}
	found := tokenIn.FindStringSubmatch(message)
	if found == nil {
		found = letter.FindStringSubmatch(message)
	}
	if found == nil {
		e.Message = form.Label("the expression cannot be read here", "a expressão não pode ser lida aqui")
		return
	}
	token := strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(short(found[1]))
	e.Message = form.Label("`"+token+"` is not expected here", "`"+token+"` não cabe aqui")
	if token == "=" {
		e.Hint = form.Label("write == to compare", "escreva == para comparar")
		e.Fixes = []form.Fix{form.ChangeTo("=", "==")}
	}
}

// suggest says what was probably meant in the place of a name.
func (e *Error) suggest(name, near string) {
	if ours, ok := elsewhere[name]; ok {
		e.Hint = form.Label("write "+ours.EN, "escreva "+ours.PT)
		return
	}
	if near != "" {
		e.Hint = form.Label("did you mean "+near+"?", "você quis dizer "+near+"?")
		e.Fixes = []form.Fix{form.ChangeTo(name, near)}
	}
}

// elsewhere are names by which other tools call what a scope of ours holds.
var elsewhere = func() map[string]form.Words {
	same := func(ours string) form.Words { return form.Label(ours, ours) }
	incoming := form.Label("trigger.body.x, or steps.ID.x for what an earlier step gave", "trigger.body.x, ou steps.ID.x para o que um passo anterior deu")
	return map[string]form.Words{
		"$json": incoming, "$input": incoming, "$node": same("steps.ID.x"), "$": same("steps.ID.x"), "$items": same("steps.ID.x"),
		"$now": same("now()"), "$today": same(`start_of(now(), "day")`), "$vars": same("vars.x"), "$env": same("vars.x"),
		"$execution": same("run.id"), "$workflow": same("run.flow"), "$item": same("item"), "loop": same("item"), "$itemIndex": same("index"),
		"body": same("trigger.body.x"), "headers": same("trigger.headers.x"), "query": same("trigger.query.x"),
	}
}()

// nearName is the root or function that was probably meant, "" for none.
func nearName(name string, roots []string) string {
	if near := commonName(name); near != "" {
		return near
	}
	near := form.Nearest(name, slices.Concat(roots, Names()))
	if near == "" {
		near = commonNames[form.Nearest(name, slices.Sorted(maps.Keys(commonNames)))]
	}
	if near == name {
		return ""
	}
	return near
}

// nearFunction is the function that was probably meant.
func nearFunction(name string) string { return nearName(name, nil) }

// commonName is what other tools call a function of ours.
func commonName(name string) string {
	plain := strings.ReplaceAll(strings.ToLower(short(name)), "_", "")
	for _, own := range Names() {
		if own != name && plain == strings.ReplaceAll(strings.ToLower(own), "_", "") {
			return own
		}
	}
	return commonNames[plain]
}

// commonNames are names of functions elsewhere, in lower case and without _.
var commonNames = func() map[string]string {
	names := map[string]string{}
	for own, others := range map[string]string{
		"float": "number num tonumber parsefloat tofloat parsenumber numero numeric decimal val", "int": "integer toint parseint tointeger inteiro", "string": "str tostring text totext texto tostr",
		"upper": "uppercase toupper touppercase ucase maiuscula maiusculas", "lower": "lowercase tolower tolowercase lcase minuscula minusculas", "title": "capitalize titlecase proper propercase ucfirst", "first_name": "firstname primeironome prenome",
		"format_date": "dateformat formatdatetime strftime formatdatestring formatardata", "add_days": "dateadd adddate plusdays", "add_time": "addhours addminutes addseconds timeadd addduration plushours subtracthours", "diff": "datediff daysbetween differenceindays", "start_of": "datetrunc startof truncdate", "date": "todate parsedate newdate datetime todatetime", "now": "today getdate currenttimestamp agora hoje timestamp",
		"len": "length size tamanho strlen", "left": "substring substr mid slice cut head", "right": "tail", "join": "concatenate concatenar implode joinlist glue", "split": "explode", "replace": "replaceall substitute substituir", "default": "coalesce nvl ifnull isnull ifempty ornull padrao", "present": "exists isset notempty hasvalue empty isempty",
		"json": "stringify jsonstringify jsonencode", "parse_json": "jsonparse parse jsondecode", "mean": "average avg media", "uniq": "distinct unique deduplicate dedupe", "map": "foreach each collect pluck", "filter": "where select", "any": "some", "all": "every", "sortBy": "orderby sortby order", "strip_html": "striptags removehtml stripall htmltotext",
		"url_encode": "encodeuricomponent encodeuri urlquote", "toBase64": "base64 base64encode btoa encodebase64", "fromBase64": "base64decode atob decodebase64", "brl": "real reais currency formatcurrency moeda", "cents": "tocents centavos", "round": "tofixed arredondar", "regex_find": "match regex regexp extract regexmatch", "regex_replace": "regexreplaceall gsub",
		"sha256": "hash sha", "uuid_from": "uuid guid uuidv4 newid", "phone_e164": "phone telefone formatphone e164", "cpf_valid": "cpf iscpf validatecpf validarcpf", "cnpj_valid": "cnpj iscnpj validatecnpj validarcnpj", "trim": "strip trimspace", "get": "getpath lookup dig", "reduce": "fold", "indexOf": "find_index position strpos instr",
	} {
		for other := range strings.FieldsSeq(others) {
			names[strings.ReplaceAll(other, "_", "")] = own
		}
	}
	return names
}()
