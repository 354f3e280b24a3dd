package wrapper

import (
	"iter"
	"math"
)

// eachItem reads page after page, from the first that is asked for. load reads one; split tells its items, and
// how many pages there are, 0 if it does not say.
func eachItem[P, T any](first *int64, load func(page *int64) (P, error), split func(P) (items []T, pages int64)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		page := int64(1)
		if first != nil {
			page = *first
		}
		for ; ; page++ {
			number := page
			loaded, err := load(&number)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			items, pages := split(loaded)
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if len(items) == 0 && pages == 0 || pages > 0 && page >= pages || page == math.MaxInt64 {
				return
			}
		}
	}
}

// anyItem is eachItem for who does not know the type.
func anyItem[T any](items iter.Seq2[T, error]) iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		for item, err := range items {
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(item, nil) {
				return
			}
		}
	}
}

// pageCount is a number of pages that is text; 0 if it is none.
func pageCount(text string) int64 {
	n, _ := digits(text)
	return n
}

// pageNumber is a number of pages that may be absent.
func pageNumber(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}
