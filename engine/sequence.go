package engine

import "sync/atomic"

// sequence is what a run does one after the other. Only the first effect of it that begins in this
// process can have begun in one before, since an effect waits until what it follows is durable.
type sequence struct {
	began  atomic.Bool
	around *sequence
}

// apart gives the sequence of a branch or a turn that goes on beside others. sure says that none of its
// effects can have begun before.
func (s *sequence) apart(sure bool) *sequence {
	own := &sequence{around: s}
	own.began.Store(sure)
	return own
}

// begin notes that an effect begins, and says whether it is the first.
func (s *sequence) begin() (first bool) {
	for a := s.around; a != nil; a = a.around {
		a.began.Store(true)
	}
	return !s.began.Swap(true)
}
