package actions

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"gancho/engine"
	"gancho/engine/connections"
	"gancho/engine/form"
)

// promised are the kinds of action that flows may name: they are never renamed.
var promised = strings.Fields(`
	http.request email.send webhook.send sheets.append sheets.upsert log
	respond filter branch parallel loop set transform delay wait signal call stop state.get state.set state.increment state.delete state.once
	rdstation.convert rdstation.upsert_contact rdstation.tag_contact rdstation_crm.create_deal slack.post_message slack.webhook
	whatsapp.send_template whatsapp.send_text telegram.send_message discord.post teams.post twilio.send_sms zenvia.send_sms
	hubspot.upsert_contact hubspot.create_deal pipedrive.create_person pipedrive.create_deal salesforce.upsert activecampaign.sync_contact
	mailchimp.set_member brevo.upsert_contact brevo.send_email mercadopago.get_payment asaas.create_charge asaas.get_charge pagarme.get_order
	nuvemshop.get_order shopify.graphql woocommerce.update_order vtex.get_order stripe.get airtable.upsert notion.create_page
	github.create_issue sendgrid.send resend.send openai.chat anthropic.message`)

func wholeCatalogue(t *testing.T) *engine.Catalogue {
	t.Helper()
	out, err := NewOutbound(OutboundConfig{})
	check(t, err)
	c, err := engine.NewCatalogue(append(engine.Builtins(), Catalog(out)...), nil, Connections(out))
	check(t, err)
	return c
}

// TestWholeCatalogue: every promised action is there, and each one says in both languages what
// it is and what its fields are, and shows what it yields.
func TestWholeCatalogue(t *testing.T) {
	c := wholeCatalogue(t)
	for _, kind := range promised {
		if _, ok := c.Find(kind); !ok {
			t.Errorf("there is no action %s", kind)
		}
	}
	for i := range c.Actions() {
		a := &c.Actions()[i]
		words(t, a.Kind+": title", a.Title, true)
		words(t, a.Kind+": summary", a.Summary, true)
		words(t, a.Kind+": help", a.Help, false)
		words(t, a.Kind+": search words", a.Words, false)
		if a.Kind != "stop" && a.Yields() == nil && a.Effect {
			t.Errorf("%s has no sample output", a.Kind)
		}
		if provider, _, ok := strings.Cut(a.Kind, "."); ok && len(a.Connection) > 0 && strings.HasPrefix(a.Connection[0], provider+":") && a.Mark == nil {
			t.Errorf("%s has no mark", a.Kind)
		}
		for _, f := range a.New().Fields().Describe() {
			at := a.Kind + ", field " + f.ID
			words(t, at+": label", f.Label, true)
			for _, o := range f.Options {
				words(t, at+": option "+o.Value, o.Label, true)
			}
			for _, m := range f.Fields {
				words(t, at+": member "+m.ID, m.Label, true)
			}
			if strings.Contains(f.Placeholder, " or ") {
				t.Errorf("%s: %q is in one language", at, f.Placeholder)
			}
			if day := regexp.MustCompile(`^\d{4}-\d\d-\d\d$`); day.MatchString(f.Example) && !f.Day {
				t.Errorf("%s: %s is a day, which a calendar would give as a moment", at, f.Example)
			}
			if f.Kind == "number" && strings.Contains(f.Label.EN, "reais") && f.Decimals != 2 {
				t.Errorf("%s: an amount has two decimals", at)
			}
		}
	}
}

func words(t *testing.T, what string, w form.Words, must bool) {
	t.Helper()
	if (w.EN == "") != (w.PT == "") || (must && w.EN == "") {
		t.Errorf("%s: %q, %q", what, w.EN, w.PT)
	}
}

// untested are ways of signing in for which no harmless request is known.
var untested = []string{"rdstation:api_key", "slack:incoming", "teams:incoming"}

// TestEveryConnectionCanBeTriedAndTurned: behind each way of signing in there is a harmless
// request, and what is not certain about a provider, its address and the version of its API,
// can be set by a person, who is told so.
func TestEveryConnectionCanBeTriedAndTurned(t *testing.T) {
	for _, c := range builtInConnectors() {
		for _, k := range Kinds(nil, []*Connector{c}) {
			if tries := k.Test != nil; tries == slices.Contains(untested, k.Kind) {
				t.Errorf("%s: has a test request: %t", k.Kind, tries)
			}
			_, id, _ := strings.Cut(k.Kind, ":")
			whole := c.file.Auth[id].Kind == "url" // the address is what one pastes
			has := func(field string) *connections.Field {
				i := slices.IndexFunc(k.Fields, func(f connections.Field) bool { return f.ID == field })
				if i < 0 {
					return nil
				}
				return &k.Fields[i]
			}
			if base := slices.ContainsFunc([]string{baseField, "api_url", "site", "domain"}, func(f string) bool { return has(f) != nil }); !base && !whole {
				t.Errorf("%s: its address cannot be changed", k.Kind)
			}
			if v := has("version"); v != nil && (v.Help.EN == "" || !v.Advanced) {
				t.Errorf("%s: nothing says what the version is for", k.Kind)
			}
			for _, f := range k.Fields {
				words(t, k.Kind+", field "+f.ID, f.Label, true)
				words(t, k.Kind+", help of "+f.ID, f.Help, false)
				for i, o := range f.OptionLabels {
					words(t, k.Kind+", option "+f.Options[i], o, true)
				}
			}
		}
		for name := range c.file.Headers {
			if strings.Contains(strings.ToLower(name), "version") && !strings.Contains(jsonText(t, c.file.Headers[name]), "connection.version") {
				t.Errorf("%s: %s is fixed", c.ID(), name)
			}
		}
	}
}

// TestOfSeveralWaysInEachSaysForWhom: who connects a service knows which of its kinds is theirs.
func TestOfSeveralWaysInEachSaysForWhom(t *testing.T) {
	ways := map[string][]connections.Kind{}
	for _, k := range Connections(nil) {
		service, _, _ := strings.Cut(k.Title.EN, ": ")
		ways[service] = append(ways[service], k)
	}
	for service, kinds := range ways {
		said := map[string]bool{}
		for _, k := range kinds {
			words(t, k.Kind+", for whom", k.For, len(kinds) > 1)
			if said[k.For.EN] && len(kinds) > 1 {
				t.Errorf("two kinds of %s are for the same: %s", service, k.For.EN)
			}
			said[k.For.EN] = true
		}
	}
}

// TestAnAddressThatIsNone: what is written out where e-mail addresses go is looked at before it runs.
func TestAnAddressThatIsNone(t *testing.T) {
	all := Catalog(nil)
	mail := all[slices.IndexFunc(all, func(a engine.Action) bool { return a.Kind == "email.send" })]
	for to, want := range map[any]bool{"ana": true, "ana@example.com": false, "Ana <ana@example.com>, bia@example.com": false, "{{ trigger.body.who }}": false, "ana@example.com, bia": true} {
		problems := mail.New().Fields().Check(map[string]any{"to": []any{to}, "subject": "Hi", "text": "Hi"})
		got := slices.ContainsFunc(problems, func(p form.Problem) bool {
			return p.Code == "no_address" && p.Path == "/to" && p.Severity == form.Warning
		})
		if got != want {
			t.Errorf("%v: told %t, want %t: %+v", to, got, want, problems)
		}
	}
}
