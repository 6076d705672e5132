package expression

import "slices"

// truth is a value as yes or no. What is missing is no in a condition.
func (e *evaluation) truth(value any, condition bool) (any, error) {
	if err := e.charge(1); err != nil {
		return nil, err
	}
	switch v := value.(type) {
	case bool:
		return v, nil
	case nil:
		if condition {
			return false, nil
		}
		return nil, missingOperand{itself}
	}
	return nil, wrongf("%s is neither true nor false; compare it with something", "%s não é verdadeiro nem falso; compare com algum valor", KindOf(value))
}

func test(e *evaluation, args []any) (any, error) {
	if err := e.charge(turnCost); err != nil {
		return nil, err
	}
	return e.truth(args[0], true)
}

// collection makes sure that what a loop goes over is a list.
func collection(e *evaluation, args []any) (any, error) {
	switch v := args[0].(type) {
	case []any:
		return v, e.charge(1 + len(v)/8)
	case nil:
		return nil, missingOperand{0}
	}
	return nil, wrongf("takes a list, not %s", "aceita uma lista, não %s", KindOf(args[0]))
}

// grouped makes an object of lists from pairs of element and key.
func grouped(e *evaluation, args []any) (any, error) {
	pairs := args[0].([]any)
	groups := map[string]any{}
	for _, p := range pairs {
		pair := p.([]any)
		if pair[1] == nil {
			return nil, missingOperand{1}
		}
		key, err := e.text(pair[1])
		if err != nil {
			return nil, err
		}
		if err := e.take(64 + len(key)/4); err != nil {
			return nil, err
		}
		list, _ := groups[key].([]any)
		groups[key] = append(list, pair[0])
	}
	return groups, nil
}

// sorted orders pairs of element and key by the key, and gives the elements.
func sorted(e *evaluation, args []any) (any, error) {
	pairs := slices.Clone(args[0].([]any))
	if err := e.take(32 * len(pairs)); err != nil {
		return nil, err
	}
	err := e.sort(pairs, args[1], func(v any) any { return v.([]any)[1] })
	if err != nil {
		return nil, err
	}
	list := make([]any, len(pairs))
	for i, p := range pairs {
		list[i] = p.([]any)[0]
	}
	return list, nil
}

// sort orders a list in place; equal elements keep their order.
func (e *evaluation) sort(list []any, order any, key func(any) any) (err error) {
	turn := 1
	switch order {
	case nil, "asc":
	case "desc":
		turn = -1
	default:
		return wrongf("the order is asc or desc", "a ordem é asc ou desc")
	}
	for _, v := range list {
		if key(v) == nil {
			return missingOperand{1}
		}
	}
	defer func() {
		if r := recover(); r != nil {
			stop, ok := r.(stopped)
			if !ok {
				panic(r)
			}
			err = stop.err
		}
	}()
	slices.SortStableFunc(list, func(a, b any) int {
		c, err := e.compare(key(a), key(b))
		if err != nil {
			panic(stopped{err})
		}
		return c * turn
	})
	return nil
}

// stopped leaves a sort, or a search, that cannot go on.
type stopped struct{ err error }

func sum(e *evaluation, list []any) (any, error) {
	var total any = 0
	for i, v := range list {
		if v == nil {
			return nil, missingOperand{min(i, 1)}
		}
		var err error
		if total, err = plus(e, []any{total, v}); err != nil {
			return nil, err
		}
	}
	return total, nil
}
