package actions

import "gancho/engine/form"

// field is a setting of an action, bound to a variable.
func (f *fieldFile) field(into *any) *form.Field {
	made := form.Value(f.Type, f.ID, into, f.Label)
	if f.Required && f.ShowIf == "" {
		made.Required()
	}
	if f.Default != nil {
		made.Default(f.Default)
	}
	if f.Min != nil {
		made.Min(*f.Min)
	}
	if f.Max != nil {
		made.Max(*f.Max)
	}
	if f.Pattern != "" {
		made.Pattern(f.Pattern)
	}
	if f.Day {
		made.Day()
	}
	if f.SMS {
		made.SMS()
	}
	if f.Advanced {
		made.Advanced()
	}
	for _, o := range f.Options {
		made.AddOption(form.Option(o.Value, o.Label))
	}
	if f.Custom {
		made.Custom()
	}
	if f.OptionsFrom != nil {
		made.Live(f.OptionsFrom.Needs...)
	}
	return made.Decimals(f.Decimals).Help(f.Help).Example(f.Example).Placeholder(f.Placeholder).ShowIf(f.ShowIf).AnyOf(f.AnyOf)
}
