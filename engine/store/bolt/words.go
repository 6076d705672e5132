package bolt

import (
	"bytes"
	"slices"
	"unicode"
	"unicode/utf8"

	"gancho/engine/store"

	bbolt "go.etcd.io/bbolt"
)

// words are the sums of all words of a block, folded, and of its numbers without what
// stands between their digits. From them a Bloom filter is made, so that a search passes over
// blocks that cannot hold what it looks for.
type words struct {
	table []uint64 // of sums, by their first bits; 0 is a free place
	n     int
}

func (w *words) put(sum uint64) {
	if sum = max(sum, 1); 2*w.n >= len(w.table) {
		former := w.table
		w.table, w.n = make([]uint64, max(1<<12, 4*len(former))), 0
		for _, sum := range former {
			if sum != 0 {
				w.put(sum)
			}
		}
	}
	mask := uint64(len(w.table) - 1)
	at := (sum ^ sum>>32) & mask
	for ; w.table[at] != 0; at = (at + 1) & mask {
		if w.table[at] == sum {
			return
		}
	}
	w.table[at], w.n = sum, w.n+1
}

const (
	wordBits   = 10 // of the filter, for each word
	wordProbes = 7
	mostWord   = 64 // bytes of a word that count
)

const (
	sumStart = 14695981039346656037 // FNV-1a
	sumPrime = 1099511628211
	digitSum = sumStart ^ '#' // numbers begin with another sum than words
)

// filterFor makes the frame of a block's filter. What the words had before is gone.
func (w *words) filterFor(all []kept) []byte {
	clear(w.table)
	w.n = 0
	w.addAll(all)
	return frameAs(asFolded, w.filter().bits)
}

// addAll takes the words of all that a search looks at.
func (w *words) addAll(all []kept) {
	for i := range all {
		k := &all[i]
		w.add([]byte(k.event.Title))
		w.add([]byte(k.event.Reason))
		w.add(k.event.Body)
		if k.run != nil {
			w.add([]byte(k.run.Title))
			w.add([]byte(k.run.Error.Message))
			w.add([]byte(k.run.Error.Code))
		}
		for _, p := range k.steps {
			w.add(p.value)
		}
	}
}

func (w *words) add(raw []byte) {
	if raw = store.Unescape(raw); !utf8.Valid(raw) {
		raw = store.AppendFold(nil, raw) // what it puts side by side may be another sign
	}
	eachWord(raw, w.put)
	eachNumber(raw, func(digits []byte) {
		w.put(sumOfDigits(digits))
		if rest, cut := bytes.CutPrefix(digits, []byte("55")); cut && len(rest) >= 10 {
			w.put(sumOfDigits(rest))
		}
	})
}

// word is one under way.
type word struct {
	sum    uint64
	length int
}

// ascii takes the letters and digits of ASCII that a text begins with, and says how many they are.
func (w *word) ascii(raw []byte) int {
	sum, room := w.sum, mostWord-w.length
	n := len(raw)
	for i, b := range raw {
		c := inWord[b]
		if c <= longSign {
			n = i
			break
		}
		if i < room {
			sum = (sum ^ uint64(c)) * sumPrime
		}
	}
	w.sum, w.length = sum, w.length+n
	return n
}

// take a letter or digit, folded.
func (w *word) take(r rune) {
	var room [utf8.UTFMax]byte
	for _, c := range utf8.AppendRune(room[:0], r) {
		if w.length++; w.length <= mostWord {
			w.sum = (w.sum ^ uint64(c)) * sumPrime
		}
	}
}

// eachWord gives the sum of each run of letters and digits, folded.
func eachWord(raw []byte, f func(sum uint64)) {
	w := word{sum: sumStart}
	for i := 0; i < len(raw); {
		switch inWord[raw[i]] {
		default:
			i += w.ascii(raw[i:])
			continue
		case longSign:
			r, size := utf8.DecodeRune(raw[i:])
			i += size
			r, stays := store.FoldRune(r)
			if !stays {
				continue
			}
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				w.take(r)
				continue
			}
		case noWord:
			i++
		}
		if w.length > 0 {
			f(w.sum)
			w = word{sum: sumStart}
		}
	}
	if w.length > 0 {
		f(w.sum)
	}
}

// What a byte is in words: none of them, the beginning of a longer sign, or else a letter or digit
// of ASCII, which stands for itself in lower case.
const (
	noWord = iota
	longSign
)

var inWord = func() (table [256]byte) {
	for c := range table {
		switch r := rune(c); {
		case c >= utf8.RuneSelf:
			table[c] = longSign
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			table[c] = byte(unicode.ToLower(r)) //nolint:gosec // ASCII
		}
	}
	return table
}()

// eachNumber gives the digits of each number of six or more that other signs may divide.
func eachNumber(raw []byte, f func(digits []byte)) {
	var room [64]byte
	for i := 0; i < len(raw); {
		if c := raw[i]; c < '0' || c > '9' {
			i++
			continue
		}
		digits, size := numberIn(room[:0], raw[i:])
		if i += size; len(digits) >= 6 {
			f(digits)
		}
	}
}

// numberIn appends the digits of the number that a text begins with, and says how long it is.
func numberIn(digits, raw []byte) (_ []byte, size int) {
	for size < len(raw) {
		switch c := raw[size]; numberPart[c] {
		case aDigit:
			digits = append(digits, c)
		case noPart:
			r, long := utf8.DecodeRune(raw[size:])
			if _, stays := store.FoldRune(r); stays {
				return digits, size
			}
			size += long - 1
		}
		size++
	}
	return digits, size
}

// The parts of a number: its digits, and what may stand between them. Digits of other scripts
// are found by words alone.
const (
	noPart = iota
	aDigit
	aSign
)

var numberPart = func() (table [256]byte) {
	for _, c := range []byte(store.Between) {
		table[c] = aSign
	}
	for c := '0'; c <= '9'; c++ {
		table[c] = aDigit
	}
	return table
}()

func sumOfDigits(digits []byte) uint64 {
	sum := uint64(digitSum)
	for _, c := range digits {
		sum = (sum ^ uint64(c)) * sumPrime
	}
	return sum
}

// filter is the Bloom filter of a block's words.
type filter struct {
	bits   []byte
	folded bool // case and accents aside; else case alone
}

// filter makes the Bloom filter.
func (w *words) filter() filter {
	bits := uint64(max(64, (w.n*wordBits+7)/8*8)) //nolint:gosec // positive
	f := make([]byte, bits/8)
	for _, sum := range w.table {
		if sum == 0 {
			continue
		}
		bit, step := probes(sum)
		bit, step = bit%bits, step%bits // once: to divide takes long
		for range wordProbes {
			f[bit/8] |= 1 << (bit % 8)
			if bit += step; bit >= bits {
				bit -= bits
			}
		}
	}
	return filter{f, true}
}

func probes(sum uint64) (first, step uint64) {
	sum ^= sum >> 29
	sum *= 0xbf58476d1ce4e5b9
	sum ^= sum >> 32
	return sum & (1<<32 - 1), sum>>32 | 1
}

// mayHold says whether a word can be among those of a filter.
func (f filter) mayHold(sum uint64) bool {
	a, b := probes(max(sum, 1))
	bits := uint64(len(f.bits)) * 8
	for i := range uint64(wordProbes) {
		if bit := (a + i*b) % bits; f.bits[bit/8]&(1<<(bit%8)) == 0 {
			return false
		}
	}
	return true
}

// mayBeIn says whether what is looked for can be in a block.
func (s *sought) mayBeIn(f filter) bool {
	words := s.words
	if !f.folded {
		words = s.plain
	}
	if len(f.bits) == 0 || len(words) == 0 {
		return true
	}
	if s.Digits != "" && f.mayHold(sumOfDigits([]byte(s.Digits))) {
		return true
	}
	return !slices.ContainsFunc(words, func(sum uint64) bool { return !f.mayHold(sum) })
}

// filterOf gives the filter of a block; one without bits where there is none. It dies with the
// transaction.
func filterOf(tx *bbolt.Tx, at []byte) filter {
	b := tx.Bucket([]byte("words"))
	if b == nil {
		return filter{}
	}
	if data := b.Get(at); len(data) > 5 {
		return filter{data[1 : len(data)-4], data[0]&^asIs == asFolded}
	}
	return filter{}
}
