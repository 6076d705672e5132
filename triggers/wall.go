package triggers

import "time"

// wallOf is the reading of a wall clock, kept as if it were UTC.
func wallOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// instantOf gives the moment at which a wall clock shows the reading w: the first one where
// an hour is repeated, and the end of the gap where the reading is skipped.
func instantOf(w time.Time, zone *time.Location) time.Time {
	_, before := w.Add(-24 * time.Hour).In(zone).Zone()
	_, after := w.Add(24 * time.Hour).In(zone).Zone()
	early := w.Add(-time.Duration(max(before, after)) * time.Second).In(zone)
	late := w.Add(-time.Duration(min(before, after)) * time.Second).In(zone)
	for _, t := range []time.Time{early, late} {
		if t.Hour() == w.Hour() && t.Minute() == w.Minute() && t.Second() == w.Second() {
			return t
		}
	}
	_, end := early.ZoneBounds()
	return end
}
